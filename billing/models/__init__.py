from billing.models.catalogue import Coupon, Membership, Pack, Plan, Price
from billing.models.ledger import OWN, Account, Hold, Lot, Posting, Transfer, Wallet
from billing.models.stripe_events import Alarm, Event, SandboxThing, Watermark
from billing.models.stripe_records import Customer, Dispute, Order, Payment, Refund, Subscription, TopUp

__all__ = [
    "OWN",
    "Account",
    "Alarm",
    "Coupon",
    "Customer",
    "Dispute",
    "Event",
    "Hold",
    "Lot",
    "Membership",
    "Order",
    "Pack",
    "Payment",
    "Plan",
    "Posting",
    "Price",
    "Refund",
    "SandboxThing",
    "Subscription",
    "TopUp",
    "Transfer",
    "Wallet",
    "Watermark",
]
