from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

import accounts.urls
from klikyai import api, health, pages

urlpatterns = [
    path("", pages.front, name="front"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("health", health.report, name="health"),
    path("status/", health.status_page, name="status"),
    path("dev/mail/", pages.mail, name="dev-mail"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("django-rq/", include("django_rq.urls")),
    path("api/v1/schema/", SpectacularJSONAPIView.as_view(renderer_classes=[api.PlainJSON]), name="schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include(accounts.urls.api_urlpatterns)),
    re_path(r"^(api|v1)/", api.nothing_here),
    *accounts.urls.urlpatterns,
]

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.missing
handler500 = pages.broken
