"""The verbs that move credits. Each is one transaction, or part of its caller's; asking twice is asking once."""

from billing.credits.caps import allow, spent
from billing.credits.disputes import dispute_lost, dispute_open, dispute_won
from billing.credits.granting import adjust, expire_lots, grant, put_back, take_back
from billing.credits.holding import capture, expire_holds, hold, refund, release
from billing.credits.reading import Balance, balance

__all__ = [
    "Balance",
    "adjust",
    "allow",
    "balance",
    "capture",
    "dispute_lost",
    "dispute_open",
    "dispute_won",
    "expire_holds",
    "expire_lots",
    "grant",
    "hold",
    "put_back",
    "refund",
    "release",
    "spent",
    "take_back",
]
