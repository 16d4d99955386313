from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Media(AppConfig):
    name = "media"
    verbose_name = _("Media")

    def ready(self) -> None:
        import_module("media.leaving")
