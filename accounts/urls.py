from django.urls import path

from accounts.api import keys, me
from accounts.pages import profile, security, theme

api_urlpatterns = [
    path("auth/me", me.Me.as_view(), name="api-me"),
    path("keys", keys.Keys.as_view(), name="api-keys"),
    path("keys/<uuid:key_id>", keys.OneKey.as_view(), name="api-key"),
]

urlpatterns = [
    path("account/", profile.profile, name="account"),
    path("account/security/", security.security, name="security"),
    path("theme/", theme.choose, name="theme"),
]
