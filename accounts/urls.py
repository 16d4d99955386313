from django.urls import path

from accounts.api import auth, keys, me
from accounts.pages import data, developer, language, letters, profile, security, theme

api_urlpatterns = [
    path("auth/register", auth.Register.as_view(), name="api-register"),
    path("auth/login", auth.Login.as_view(), name="api-login"),
    path("auth/refresh", auth.Renewal.as_view(), name="api-refresh"),
    path("auth/logout", auth.Logout.as_view(), name="api-logout"),
    path("auth/me", me.Me.as_view(), name="api-me"),
    path("keys", keys.Keys.as_view(), name="api-keys"),
    path("keys/<uuid:key_id>", keys.OneKey.as_view(), name="api-key"),
]

urlpatterns = [
    path("account/", profile.profile, name="account"),
    path("account/security/", security.security, name="security"),
    path("account/data/", data.data, name="data"),
    path("account/data/export/", data.download, name="export"),
    path("account/close/", data.close, name="close"),
    path("developer/", developer.developer, name="developer"),
    path("developer/keys/<uuid:key_id>/revoke/", developer.revoke, name="developer-revoke"),
    path("letters/stop/<str:token>/", letters.stop, name="letters-stop"),
    path("language/", language.choose, name="language"),
    path("theme/", theme.choose, name="theme"),
]
