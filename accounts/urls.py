from django.urls import path

from accounts import pages
from accounts.api import keys, me

api_urlpatterns = [
    path("auth/me", me.Me.as_view(), name="api-me"),
    path("keys", keys.Keys.as_view(), name="api-keys"),
    path("keys/<uuid:key_id>", keys.OneKey.as_view(), name="api-key"),
]

urlpatterns = [
    path("account/", pages.account, name="account"),
]
