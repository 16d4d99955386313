"""What was ordered here and what Stripe said of it. Credits are not counted in these rows: the books alone do that."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.models.catalogue import Pack, Plan


class Customer(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="customer")
    stripe_id = models.CharField(max_length=255, unique=True)

    def __str__(self) -> str:
        return self.stripe_id


class Order(models.Model):
    """What somebody wants to buy, at the price of that moment. Written before Stripe hears of it."""

    class Kind(models.TextChoices):
        PACK = "pack", _("pack")
        PLAN = "plan", _("plan")
        TOP_UP = "top_up", _("top-up")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        PAID = "paid", _("paid")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders", verbose_name=_("whose"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    pack = models.ForeignKey(Pack, models.PROTECT, null=True, related_name="+")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="+")
    title = models.CharField(_("title"), max_length=80)
    credits = models.PositiveIntegerField(_("credits"))
    amount = models.PositiveIntegerField(_("price in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    livemode = models.BooleanField(_("real money"))
    client_key = models.CharField(max_length=64, null=True)  # noqa: DJ001  a digest of the Idempotency-Key, if any
    session = models.CharField(_("checkout"), max_length=255, null=True, unique=True)  # noqa: DJ001
    url = models.TextField(blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    changes = models.ForeignKey("Subscription", models.PROTECT, null=True, related_name="changes")
    created_at = models.DateTimeField(_("ordered"), default=timezone.now)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "client_key"], name="order_asked_once"),
            models.CheckConstraint(
                condition=Q(kind="plan", plan__isnull=False, pack=None)
                | (~Q(kind="plan") & Q(pack__isnull=False, plan=None)),
                name="order_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(kind="top_up", state="open"), name="order_one_top_up_at_a_time"
            ),
            models.UniqueConstraint(fields=["changes"], condition=Q(state="open"), name="order_one_change_at_a_time"),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="order_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.title} {self.public_id}"


class Payment(models.Model):
    """Money that came. The grant is named after it, so that one payment is one grant."""

    stripe_id = models.CharField(_("payment"), max_length=255, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payments", verbose_name=_("whose"))
    invoice = models.CharField(_("invoice"), max_length=255, null=True, unique=True)  # noqa: DJ001
    amount = models.PositiveIntegerField(_("paid, in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    credits = models.PositiveIntegerField(_("credits"))
    receipt = models.URLField(_("receipt"), max_length=2000, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        permissions: ClassVar = [("refund_payment", _("Can give money back"))]
        indexes: ClassVar = [models.Index(fields=["at"], name="payment_day")]

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def reference(self) -> str:
        return f"payment:{self.stripe_id}"


class Refund(models.Model):
    """Money that goes back. A failed one is an end: nothing leads out of it."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    number = models.PositiveSmallIntegerField(null=True)
    stripe_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001
    amount = models.PositiveIntegerField(_("minor units"))
    credits = models.IntegerField(_("credits taken back"), default=0)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PENDING)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    actor = models.CharField(_("who"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints: ClassVar = [models.UniqueConstraint(fields=["payment", "number"], name="refund_clicked_once")]

    def __str__(self) -> str:
        return f"{self.payment}: {self.amount}"


class Dispute(models.Model):
    stripe_id = models.CharField(_("dispute"), max_length=255, unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes")
    amount = models.PositiveIntegerField(_("minor units"))
    credits = models.PositiveIntegerField(_("credits frozen"), default=0)
    state = models.CharField(_("state"), max_length=40)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def reference(self) -> str:
        return f"dispute:{self.stripe_id}"


class Subscription(models.Model):
    stripe_id = models.CharField(_("subscription"), max_length=255, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="subscriptions")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=40)
    until = models.DateTimeField(_("paid until"))
    ending = models.BooleanField(_("ends then"), default=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return self.stripe_id


class TopUp(models.Model):
    """A pack that is bought with the saved card whenever too little is left."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="top_up")
    pack = models.ForeignKey(Pack, models.PROTECT, related_name="+")
    below = models.PositiveIntegerField(_("when fewer credits are left"))
    monthly = models.PositiveSmallIntegerField(_("times a month at most"), default=3)
    active = models.BooleanField(_("active"), default=True)
    trouble = models.CharField(_("waits because of"), max_length=80, blank=True)  # until something is paid again

    class Meta:
        verbose_name = _("automatic top-up")
        verbose_name_plural = _("automatic top-ups")

    def __str__(self) -> str:
        return f"{self.user}: {self.pack}"
