"""Tools by the name that people read."""

from django import template
from django.utils.translation import gettext as _

from generation import tools

register = template.Library()


@register.filter
def tool_title(name: str) -> str:
    known = tools.every().get(name)
    return str(known.title) if known else name.replace("_", " ").capitalize() or _("Other")
