from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

import accounts.urls
import billing.urls
import generation.urls
import media.urls
from klikyai import api, failures, front, health, metrics, pages

api_urlpatterns = [
    *accounts.urls.api_urlpatterns,
    *billing.urls.api_urlpatterns,
    *media.urls.api_urlpatterns,
    *generation.urls.api_urlpatterns,
]

urlpatterns = [
    path("", front.front, name="front"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("health", health.report, name="health"),
    path("metrics", metrics.metrics, name="metrics"),
    path("status/", health.status_page, name="status"),
    path("dev/components/", pages.components, name="dev-components"),
    path("dev/mail/", pages.mail, name="dev-mail"),
    # "View on site" of the admin would ask for tables that its models only pretend to have.
    path("admin/r/<path:_where>", pages.nothing),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("django-rq/", include("django_rq.urls")),
    path("api/v1/schema/", SpectacularJSONAPIView.as_view(renderer_classes=[api.PlainJSON]), name="schema"),
    path(
        "api/v1/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="klikyai/docs.html"),
        name="docs",
    ),
    path("api/v1/", include(api_urlpatterns)),
    *accounts.urls.urlpatterns,
    *billing.urls.urlpatterns,
    *media.urls.urlpatterns,
    *generation.urls.urlpatterns,
    re_path(r"^(?:api|v1)/", failures.NothingHere.as_view()),
]

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.missing
handler500 = pages.broken
