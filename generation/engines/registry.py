"""Who can make it. Engines are named in settings and imported when needed: the web process never needs one."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from generation.contract import LocalEngine, RemoteEngine


@cache
def local(name: str) -> LocalEngine:
    """One in a process: it holds the models that are warm."""
    engine: LocalEngine = import_string(settings.ENGINES[name])()
    return engine


@cache
def remote(provider: str) -> RemoteEngine:
    row = settings.PROVIDERS[provider]
    given = {name: row[name] for name in row if name != "engine"}
    if row.get("secret"):
        given["callback"] = f"{settings.SITE_URL}/providers/{provider}/callbacks/"
    made: RemoteEngine = import_string(row["engine"])(**given)
    return made
