"""Who can make it. Engines are named in settings and imported when needed: the web process never needs one."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from generation.contract import LocalEngine


@cache
def local(name: str) -> LocalEngine:
    """One in a process: it holds the models that are warm."""
    engine: LocalEngine = import_string(settings.ENGINES[name])()
    return engine
