import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0008_sketch_guidance")]
    operations = [
        migrations.AlterField(
            "call", "job",
            models.ForeignKey("generation.Job", django.db.models.deletion.CASCADE, related_name="+", null=True),
        ),
    ]  # fmt: skip
