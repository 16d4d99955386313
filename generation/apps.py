from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Generation(AppConfig):
    name = "generation"
    verbose_name = _("Making")

    def ready(self) -> None:
        import_module("generation.books")
        import_module("generation.hearing")
        import_module("generation.shipping")
