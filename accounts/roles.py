"""Support, finance, operator: what each may do. Made anew after every migration, so that new models are covered."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from accounts import audit

# app.model → verbs. A star stands for every model of an app.
ROLES: dict[str, dict[str, set[str]]] = {
    "support": {
        "accounts.user": {"view", "change"},
        "accounts.apikey": {"view", "change"},
        "billing.wallet": {"view"},
        "billing.hold": {"view"},
        "media.*": {"view"},
        "generation.*": {"view"},
    },
    "finance": {
        "accounts.user": {"view"},
        "billing.*": {"view"},
        "billing.wallet": {"adjust"},
        "billing.hold": {"refund"},
        "billing.payment": {"refund"},
        "billing.alarm": {"settle"},
        "billing.pack": {"change", "add"},
        "billing.plan": {"change", "add"},
        "billing.membership": {"change", "add"},
        "billing.price": {"add"},
        "billing.coupon": {"change", "add"},
    },
    "operator": {
        "accounts.user": {"view"},
        "accounts.apikey": {"view"},
        "accounts.auditentry": {"view"},
        "generation.*": {"view", "change", "add", "delete"},
        "media.*": {"view", "change"},
    },
}


@receiver(post_migrate, dispatch_uid="accounts.roles")
def ensure(sender: Any, **_of_the_signal: Any) -> None:
    """Called once for each app that was migrated: permissions of the last one exist only then."""
    audit.begin()
    for role, rights in ROLES.items():
        wanted = Q(pk=None)
        for name, verbs in rights.items():
            app, model = name.split(".")
            codenames = Q(*[("codename__startswith", f"{verb}_") for verb in verbs], _connector=Q.OR)
            of = (
                Q(content_type__app_label=app)
                if model == "*"
                else Q(content_type__app_label=app, content_type__model=model)
            )
            wanted |= of & codenames
        group, _made = Group.objects.get_or_create(name=role)
        group.permissions.set(Permission.objects.filter(wanted))
