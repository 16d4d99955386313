from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0003_quota_of_the_plan")]
    operations = [
        migrations.AddField(
            "asset", "placeholder", models.CharField(max_length=32, blank=True, default="", db_default="")
        )
    ]
