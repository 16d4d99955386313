"""The new weights need no push: 1.5 shows as well what is told, and calmer."""

from typing import Any

from django.db import migrations


def follow(apps: Any, schema: Any) -> None:
    for row in apps.get_model("generation", "Model").objects.filter(slug="klikyai-sketch", defaults__guidance=2.0):
        row.defaults |= {"guidance": 1.5}
        row.save(update_fields=["defaults"])


class Migration(migrations.Migration):
    dependencies = [("generation", "0009_refused_calls")]
    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]
