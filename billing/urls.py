from django.urls import URLPattern, URLResolver, path

from billing.api import catalogue, payments, subscription, topup, wallet
from billing.pages import buying, plan, sandbox, stripe_door
from billing.pages import wallet as pages

# Mounted under /api/v1/ and at the root, in this order, by klikyai/urls.py.
api_urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet", wallet.OneWallet.as_view(), name="api-wallet"),
    path("wallet/entries", wallet.Entries.as_view(), name="api-wallet-entries"),
    path("wallet/usage", wallet.Usage.as_view(), name="api-wallet-usage"),
    path("wallet/coupons", wallet.Coupons.as_view(), name="api-wallet-coupons"),
    path("packs", catalogue.Packs.as_view(), name="api-packs"),
    path("plans", catalogue.Plans.as_view(), name="api-plans"),
    path("wallet/checkout", payments.Checkout.as_view(), name="api-checkout"),
    path("wallet/subscription", subscription.Subscribing.as_view(), name="api-subscription"),
    path("wallet/top-up", topup.ToppingUp.as_view(), name="api-top-up"),
    path("wallet/portal", payments.Portal.as_view(), name="api-portal"),
    path("wallet/orders/<uuid:order_id>", payments.OneOrder.as_view(), name="api-order"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet/", pages.wallet, name="wallet"),
    path("wallet/statement/", pages.whole, name="wallet-statement"),
    path("wallet/statement.csv", pages.download, name="statement"),
    path("wallet/coupons/", pages.redeem, name="redeem"),
    path("wallet/caps/", pages.caps, name="caps"),
    path("wallet/buy/", buying.buy, name="buy"),
    path("wallet/cards/", buying.portal, name="portal"),
    path("wallet/plan/", plan.change, name="change-plan"),
    path("wallet/top-up/", plan.top_up, name="top-up"),
    path("wallet/orders/<uuid:order_id>/", buying.order, name="order"),
    path("sandbox/portal/", sandbox.portal, name="sandbox-portal"),
    path("sandbox/<uuid:order_id>/", sandbox.pay, name="sandbox-pay"),
    path("webhooks/stripe/", stripe_door.StripeDoor.as_view(), name="stripe-door"),
]
