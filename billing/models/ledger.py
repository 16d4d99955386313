from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey


class Account(models.TextChoices):
    """The first four are each person's own, the others are the house's."""

    AVAILABLE = "available", _("available")
    HELD = "held", _("held")
    FROZEN = "frozen", _("frozen by a dispute")
    DEBT = "debt", _("debt")
    PURCHASES = "purchases", _("purchases")
    PROMOTIONS = "promotions", _("promotions")
    REVENUE = "revenue", _("revenue")
    EXPIRED = "expired", _("expired")
    ADJUSTMENTS = "adjustments", _("adjustments")


OWN = (Account.AVAILABLE, Account.HELD, Account.FROZEN, Account.DEBT)


class Wallet(models.Model):
    """The sums of a person's postings, and the lock under which they change."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="wallet")
    available = models.BigIntegerField(_("available"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    frozen = models.BigIntegerField(_("frozen"), default=0)
    debt = models.BigIntegerField(_("debt"), default=0)
    daily_cap = models.PositiveIntegerField(_("credits a day at most"), null=True, blank=True)
    monthly_cap = models.PositiveIntegerField(_("credits a month at most"), null=True, blank=True)
    warned = models.BooleanField(default=False)  # that little is left; until there is more again

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        permissions: ClassVar = [("adjust_wallet", _("Can adjust a wallet, with a reason"))]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(available__gte=0, held__gte=0, frozen__gte=0, debt__gte=0), name="wallet_never_negative"
            ),
            models.CheckConstraint(condition=Q(debt=0) | Q(available=0), name="wallet_pays_debt_first"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Transfer(models.Model):
    """Why credits moved. Never changed, never deleted: the database refuses. So nobody's words stand here."""

    reference = models.CharField(_("reference"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="transfers", verbose_name=_("whose")
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    actor = models.CharField(_("who"), max_length=64, blank=True)
    hold = models.ForeignKey("billing.Hold", models.PROTECT, null=True, related_name="transfers")
    # [lot, credits, had expired] of what left with its payment: should that stay after all, it goes back to there.
    taken = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="transfer_statement")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Posting(models.Model):
    """One leg of a transfer. The legs of each sum to nothing."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="postings")
    account = models.CharField(_("account"), max_length=12, choices=Account.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    amount = models.BigIntegerField(_("credits"))

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount=0), name="posting_moves_something"),
            models.CheckConstraint(
                condition=Q(account__in=OWN, user__isnull=False) | (~Q(account__in=OWN) & Q(user=None)),
                name="posting_has_its_owner",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "account"], name="posting_of", include=["amount"])]

    def __str__(self) -> str:
        return f"{self.account} {self.amount:+}"


class Lot(models.Model):
    """Credits that came together and may expire together. What is left is taken soonest-expiring first."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    left = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(left__gte=0, left__lte=models.F("amount")), name="lot_within_amount")
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "expires_at", "id"], name="lot_order", condition=Q(left__gt=0)),
            models.Index(fields=["expires_at"], name="lot_expiry", condition=Q(left__gt=0, expires_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.left} of {self.amount}"


class Hold(models.Model):
    """Credits set aside for something under way; it ends once."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CAPTURED = "captured", _("captured")
        RELEASED = "released", _("released")
        EXPIRED = "expired", _("expired")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="holds")
    api_key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="+")
    reference = models.CharField(_("reference"), max_length=100, unique=True)
    title = models.CharField(_("what for"), max_length=200, blank=True)
    tool = models.CharField(_("tool"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    amount = models.PositiveIntegerField(_("held"))
    captured = models.PositiveIntegerField(_("charged"), default=0)
    refunded = models.PositiveIntegerField(_("refunded"), default=0)
    taken = models.JSONField(default=list)  # [lot, credits]: what is released goes back to where it came from
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        permissions: ClassVar = [("refund_hold", _("Can refund what was charged"))]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(captured__lte=models.F("amount"), refunded__lte=models.F("captured")), name="hold_bounds"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None, captured=0) | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="hold_ends_once",
            ),
            models.CheckConstraint(condition=Q(state="captured") | Q(captured=0), name="hold_charged_if_captured"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at"], name="hold_spending"),
            models.Index(fields=["api_key", "-created_at"], name="hold_spending_of_key"),
            models.Index(fields=["expires_at"], name="hold_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.reference
