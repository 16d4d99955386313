from django.urls import URLPattern, URLResolver

# Mounted under /api/v1/ and at the root, in this order, by klikyai/urls.py.
api_urlpatterns: list[URLPattern | URLResolver] = []
urlpatterns: list[URLPattern | URLResolver] = []
