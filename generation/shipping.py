"""The rows of the catalogue that come with the product. What staff changed stays as they left it."""

import json
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from generation.models import Model

ROWS = Path(__file__).with_name("models.json")


@receiver(post_migrate)
def ship(sender: AppConfig, using: str, **_more: Any) -> None:
    if sender.name != "generation":
        return
    for row in json.loads(ROWS.read_text()):
        Model.objects.using(using).get_or_create(slug=row["slug"], defaults=row)
