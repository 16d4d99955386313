from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Billing(AppConfig):
    name = "billing"
    verbose_name = _("Money")

    def ready(self) -> None:
        import_module("billing.hearing")
        import_module("billing.shipping")
        import_module("billing.tills")
