#!/usr/bin/env python
import os
import sys

if sys.version_info[:2] != (3, 11):
    sys.exit(f"KlikyAI needs Python 3.11, and this is {sys.version.split()[0]}: use .venv/bin/python, or make run")

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klikyai.settings.development")
    try:
        settings.configured or settings.INSTALLED_APPS  # noqa: B018
    except ImproperlyConfigured as error:
        sys.exit(f"KlikyAI cannot start: {error}")
    execute_from_command_line(sys.argv)
