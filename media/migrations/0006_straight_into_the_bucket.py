from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0005_walls_in_order")]
    operations = [
        migrations.AddField(
            "upload", "key", models.CharField(blank=True, db_default="", default="", max_length=200)
        ),
        migrations.AddField(
            "upload", "parts", models.CharField(blank=True, db_default="", default="", max_length=1024)
        ),
    ]
