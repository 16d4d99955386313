"""What can be asked for. Every module here that has a TOOL is found by itself."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.utils.translation import gettext as _

from generation.errors import UnknownTool
from generation.tools.base import Tool


@cache
def every() -> dict[str, Tool]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found: list[Tool] = [module.TOOL for module in modules if hasattr(module, "TOOL")]
    return {tool.name: tool for tool in sorted(found, key=lambda tool: tool.facts.get("place", 100))}


def composed() -> list[Tool]:
    """Those that have a page of the studio."""
    return [tool for tool in every().values() if tool.facts.get("composed", True)]


def named(name: str) -> Tool:
    if name not in every():
        raise UnknownTool(_("There is no such tool."), details={"tool": [_("Unknown tool.")]})
    return every()[name]
