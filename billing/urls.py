from django.urls import URLPattern, URLResolver, path

from billing.api import wallet as api
from billing.pages import wallet as pages

# Mounted under /api/v1/ and at the root, in this order, by klikyai/urls.py.
api_urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet", api.MyWallet.as_view(), name="api-wallet"),
    path("wallet/entries", api.Entries.as_view(), name="api-wallet-entries"),
    path("packs", api.Packs.as_view(), name="api-packs"),
    path("plans", api.Plans.as_view(), name="api-plans"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet/", pages.wallet, name="wallet"),
]
