from django.db import migrations


class Migration(migrations.Migration):
    """With the usual statistics the planner walked the whole wall for a word that two hundred of a million rows hold."""

    dependencies = [("media", "0001_assets")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE media_asset ALTER COLUMN search SET STATISTICS 1000",
            "ALTER TABLE media_asset ALTER COLUMN search SET STATISTICS -1",
        )
    ]
