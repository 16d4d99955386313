"""How the desk of the staff looks."""

from typing import Any

from django.templatetags.static import static

SAFELIGHT = {
    "50": "oklch(0.97 0.02 60)", "100": "oklch(0.94 0.04 58)", "200": "oklch(0.89 0.08 56)",
    "300": "oklch(0.83 0.12 55)", "400": "oklch(0.78 0.15 53)", "500": "oklch(0.74 0.17 52)",
    "600": "oklch(0.56 0.15 49)", "700": "oklch(0.50 0.13 48)", "800": "oklch(0.42 0.11 48)",
    "900": "oklch(0.35 0.09 48)", "950": "oklch(0.25 0.06 48)",
}  # fmt: skip
PAPER = {
    "50": "oklch(0.985 0.005 85)", "100": "oklch(0.96 0.006 85)", "200": "oklch(0.91 0.008 85)",
    "300": "oklch(0.84 0.01 80)", "400": "oklch(0.70 0.012 75)", "500": "oklch(0.55 0.012 70)",
    "600": "oklch(0.45 0.012 60)", "700": "oklch(0.36 0.012 60)", "800": "oklch(0.25 0.01 60)",
    "900": "oklch(0.20 0.009 60)", "950": "oklch(0.17 0.008 60)",
}  # fmt: skip


def look() -> dict[str, Any]:
    return {
        "SITE_TITLE": "KlikyAI",
        "SITE_HEADER": "KlikyAI",
        "SITE_ICON": lambda request: static("img/mark.svg"),
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}],
        "COLORS": {"base": PAPER, "primary": SAFELIGHT},
        "DASHBOARD_CALLBACK": "klikyai.today.today",
        "SHOW_HISTORY": True,
    }
