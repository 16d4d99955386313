from django.urls import URLPattern, URLResolver, path

from billing.api import catalogue, wallet
from billing.pages import wallet as pages

# Mounted under /api/v1/ and at the root, in this order, by klikyai/urls.py.
api_urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet", wallet.OneWallet.as_view(), name="api-wallet"),
    path("wallet/entries", wallet.Entries.as_view(), name="api-wallet-entries"),
    path("wallet/coupons", wallet.Coupons.as_view(), name="api-wallet-coupons"),
    path("packs", catalogue.Packs.as_view(), name="api-packs"),
    path("plans", catalogue.Plans.as_view(), name="api-plans"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet/", pages.wallet, name="wallet"),
    path("wallet/statement.csv", pages.download, name="statement"),
    path("wallet/coupons/", pages.redeem, name="redeem"),
    path("wallet/caps/", pages.caps, name="caps"),
]
