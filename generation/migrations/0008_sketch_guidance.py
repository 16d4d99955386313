"""Words alone are followed more closely now, and pictures as before; who set another guidance keeps it."""

from typing import Any

from django.db import migrations


def follow(apps: Any, schema: Any) -> None:
    for row in apps.get_model("generation", "Model").objects.filter(slug="klikyai-sketch", defaults__guidance=1.5):
        row.defaults |= {"guidance": 2.0}
        row.options |= {"editing": {"guidance": 1.5}}
        row.save(update_fields=["defaults", "options"])


class Migration(migrations.Migration):
    dependencies = [("generation", "0007_letters_again")]
    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]
