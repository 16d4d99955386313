from importlib import import_module

from django.apps import AppConfig


class Unguarded(AppConfig):
    name = "tests.accounts"
    label = "unguarded_accounts"

    def ready(self) -> None:
        import_module("tests.accounts.together").mend()
