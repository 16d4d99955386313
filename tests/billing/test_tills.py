"""Between money and credits nothing may be missing and nothing too much; the recount names what is."""

from dataclasses import dataclass

import pytest

from accounts.models import User
from billing import credits
from billing.invariants import broken
from billing.models import Dispute, Order, Pack, Payment, Refund
from tests.billing import shop
from tests.billing.tampering import tamper

pytestmark = pytest.mark.django_db

FAULTS = {
    "order without grant": """
        INSERT INTO billing_payment (stripe_id, order_id, user_id, amount, currency, credits, receipt, at)
        SELECT 'pi_lost', id, user_id, amount, currency, credits, '', now() FROM billing_order WHERE state = 'open'""",
    "paid by hand": "UPDATE billing_order SET state = 'paid' WHERE state = 'open'",
    "payment forgotten": "DELETE FROM billing_payment WHERE stripe_id = 'pi_kept'",
    "payment renamed": "UPDATE billing_payment SET stripe_id = 'pi_other' WHERE stripe_id = 'pi_kept'",
    "payment of another": """UPDATE billing_payment SET user_id = (SELECT id FROM accounts_user
        WHERE email LIKE 'bob%') WHERE stripe_id = 'pi_kept'""",
    "payment worth more": "UPDATE billing_payment SET credits = credits + 1 WHERE stripe_id = 'pi_kept'",
    "payment in another currency": "UPDATE billing_payment SET currency = 'usd' WHERE stripe_id = 'pi_kept'",
    "pack paid twice": """UPDATE billing_payment SET order_id = (SELECT order_id FROM billing_payment
        WHERE stripe_id = 'pi_kept') WHERE stripe_id = 'pi_back'""",
    "refund beyond payment": "UPDATE billing_refund SET amount = 901",
    "refund that took nothing": "UPDATE billing_refund SET credits = 0",
    "refund removed": "DELETE FROM billing_refund",
    "refund failed and not given back": "UPDATE billing_refund SET state = 'failed'",
    "refund grown": "UPDATE billing_refund SET amount = amount + 90",
    "dispute removed": "DELETE FROM billing_dispute",
    "dispute won and not given back": "UPDATE billing_dispute SET state = 'won'",
    "dispute lost and not taken": "UPDATE billing_dispute SET state = 'lost' WHERE stripe_id = 'dp_open'",
    "dispute over more": "UPDATE billing_dispute SET credits = credits + 1 WHERE stripe_id = 'dp_open'",
    "dispute never frozen": "UPDATE billing_dispute SET stripe_id = 'dp_new' WHERE stripe_id = 'dp_open'",
}  # fmt: skip


@dataclass
class Till:
    user: User
    pack: Pack

    def order(self, state: str = "open") -> Order:
        return Order.objects.create(
            user=self.user, kind="pack", pack=self.pack, title="500", credits=500, amount=900, currency="eur",
            livemode=False, state=state,
        )  # fmt: skip

    def paid(self, name: str) -> Payment:
        order = self.order("paid")
        payment = Payment.objects.create(
            stripe_id=name, order=order, user=self.user, amount=900, currency="eur", credits=500
        )
        credits.grant(self.user, 500, reference=payment.reference, kind="purchase")
        return payment

    def refunded(self, payment: Payment, amount: int) -> None:
        worth = amount * 500 // 900
        refund = Refund.objects.create(payment=payment, amount=amount, credits=worth, state="succeeded", number=1)
        credits.take_back(self.user, worth, reference=f"refund:{refund.public_id}", kind="paid back")

    def disputed(self, payment: Payment, name: str, state: str) -> None:
        dispute = Dispute.objects.create(stripe_id=name, payment=payment, amount=900, credits=500, state=state)
        credits.dispute_open(self.user, 500, reference=dispute.reference)
        if state == "lost":
            credits.dispute_lost(dispute.reference)


@pytest.fixture
def till(alice: User, bob: User) -> Till:
    till = Till(alice, shop.pack())
    till.order()
    till.order("expired")
    till.paid("pi_kept")
    till.refunded(till.paid("pi_back"), 451)
    till.disputed(till.paid("pi_asked"), "dp_open", "needs_response")
    till.disputed(till.paid("pi_lost_case"), "dp_lost", "lost")
    Dispute.objects.create(
        stripe_id="dp_warned", payment=till.paid("pi_warned"), amount=900, credits=500, state="warning_closed"
    )
    return till


def test_a_till_that_fits_its_books_passes(till: Till) -> None:
    assert broken() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_named(till: Till, fault: str) -> None:
    tamper(FAULTS[fault])
    assert broken()
