"""What a person hears by mail about money. Sent after the commit; a mail that cannot be sent undoes nothing."""

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing import mailing, money
from billing.models import Order, Payment, Refund


def receipt(payment: Payment) -> None:
    price = money.written(payment.amount, payment.currency)
    _write(payment.user, _("Receipt: %(what)s"), "receipt", what=payment.order.title, payment=payment, price=price)


def failed(order: Order, link: str = "") -> None:
    shown = {"order": order, "price": money.written(order.amount, order.currency), "link": link}
    _write(order.user, _("Your payment did not go through"), "failed", **shown)


def top_up_needs_you(order: Order) -> None:
    link = f"{settings.SITE_URL}/wallet/orders/{order.public_id}/"
    shown = {"order": order, "price": money.written(order.amount, order.currency), "link": link}
    _write(order.user, _("Your automatic top-up needs you"), "top_up", **shown)


def refunded(refund: Refund) -> None:
    price = money.written(refund.amount, refund.payment.currency)
    _write(refund.payment.user, _("Money is on its way back to you"), "refunded", refund=refund, price=price)


def expiring(user: User) -> None:
    _write(user, _("Your card expires soon"), "expiring")


def _write(user: User, subject: Promise, name: str, **shown: object) -> None:
    template = f"billing/mail/{name}.txt"
    transaction.on_commit(lambda: mailing.write(user, subject, template, shown), robust=True)
