from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from billing import money

# What comes with the house speaks every language; what staff write is shown as they wrote it.
OURS = (gettext_noop("500 credits"), gettext_noop("2,000 credits"), gettext_noop("10,000 credits"))


class Pack(models.Model):
    """Credits that are bought once."""

    slug = models.SlugField(_("name"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    credits = models.PositiveIntegerField(_("credits"))
    amount = models.PositiveIntegerField(_("price in minor units"))
    currency = models.CharField(_("currency"), max_length=3, default="eur")
    active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("pack")
        verbose_name_plural = _("packs")
        ordering: ClassVar = ["amount"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(credits__gt=0, amount__gt=0), name="pack_is_worth")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return gettext(self.title) if self.title in OURS else self.title

    @property
    def price(self) -> str:
        return money.written(self.amount, self.currency)

    @property
    def hundred(self) -> str:
        """What a hundred credits cost in it."""
        return money.written(round(self.amount * 100 / self.credits), self.currency)


class Plan(models.Model):
    """What a person gets each month, and what they may do meanwhile. One is free and belongs to everybody."""

    slug = models.SlugField(_("name"), unique=True)
    title = models.CharField(_("title"), max_length=80)
    monthly = models.PositiveIntegerField(_("credits a month"), default=0)
    amount = models.PositiveIntegerField(_("price a month in minor units"), default=0)
    currency = models.CharField(_("currency"), max_length=3, default="eur")
    running = models.PositiveSmallIntegerField(_("jobs at once"), default=2)
    queued = models.PositiveIntegerField(_("jobs that may wait"), default=100)
    weight = models.FloatField(_("weight in the queue"), default=1)
    storage = models.BigIntegerField(_("bytes of storage"), default=20 << 30)
    rates = models.JSONField(
        _("rates"), default=dict, blank=True, help_text=_('{"generate": 1200}: calls in the usual time')
    )
    active = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering: ClassVar = ["amount"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weight__gt=0, running__gt=0), name="plan_lets_something_run")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def price(self) -> str:
        return money.written(self.amount, self.currency)


class Membership(models.Model):
    """Which plan a person is on, until when."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="membership")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")

    def __str__(self) -> str:
        return f"{self.user}: {self.plan}"


class Price(models.Model):
    """What one unit of a tool costs on a model, from a moment on. A change is a new row: history stays."""

    tool = models.CharField(_("tool"), max_length=40)
    model = models.CharField(_("model"), max_length=80)
    credits = models.PositiveIntegerField(_("credits a unit"))
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering: ClassVar = ["-since", "-id"]
        indexes: ClassVar = [models.Index(fields=["tool", "model", "-since"], name="price_now")]

    def __str__(self) -> str:
        return f"{self.tool} {self.model}: {self.credits}"


def in_capitals(code: str) -> None:
    if code != code.upper() or not code.replace("-", "").isalnum() or not code.isascii():
        raise ValidationError(_("Capitals, digits and hyphens only."))


class Coupon(models.Model):
    """A code that is worth credits: a promotion for many or a gift for one."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[in_capitals])
    credits = models.PositiveIntegerField(_("credits"))
    uses = models.PositiveIntegerField(_("how often"), default=1)
    used = models.PositiveIntegerField(_("used"), default=0)
    days = models.PositiveSmallIntegerField(_("days until the credits expire"), null=True, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(credits__gt=0, used__lte=models.F("uses")), name="coupon_within_uses")
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        if self.uses is not None and self.uses < self.used:
            raise ValidationError({"uses": _("It was used more often already.")})
