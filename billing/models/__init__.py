from billing.models.catalogue import Coupon, Membership, Pack, Plan, Price
from billing.models.ledger import OWN, Account, Hold, Lot, Posting, Transfer, Wallet

__all__ = [
    "OWN",
    "Account",
    "Coupon",
    "Hold",
    "Lot",
    "Membership",
    "Pack",
    "Plan",
    "Posting",
    "Price",
    "Transfer",
    "Wallet",
]
