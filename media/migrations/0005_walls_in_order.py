import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.indexes import HashIndex
from django.db import migrations, models
from django.db.models import Q

_HUNG = Q(trashed_at__isnull=True)
_IN_ORDER = ["-created_at", "-id"]


class Migration(migrations.Migration):
    """An index for each way of asking, in the order of the wall; and tags that know when their file was made."""

    dependencies = [
        ("media", "0004_placeholder"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            "Tagging",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField()),
                (
                    "asset",
                    models.ForeignKey(
                        "media.asset", django.db.models.deletion.CASCADE, db_index=False, related_name="taggings"
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        "media.tag", django.db.models.deletion.CASCADE, db_index=False, related_name="taggings"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO media_tagging (asset_id, tag_id, created_at) SELECT t.asset_id, t.tag_id, a.created_at"
            " FROM media_asset_tags t JOIN media_asset a ON a.id = t.asset_id",
            "INSERT INTO media_asset_tags (asset_id, tag_id) SELECT asset_id, tag_id FROM media_tagging",
        ),
        migrations.RemoveField("asset", "tags"),
        migrations.AddField(
            "asset",
            "tags",
            models.ManyToManyField("media.tag", blank=True, related_name="assets", through="media.Tagging"),
        ),
        migrations.AddConstraint(
            "tagging", models.UniqueConstraint(fields=["asset", "tag"], name="tagging_once")
        ),
        migrations.AddIndex("tagging", models.Index(fields=["tag", "-created_at", "-asset"], name="tagging_wall")),
        # A tree serves "begins with" as well, and was taken for it: then all of them were sorted.
        migrations.RemoveIndex("asset", "asset_origin"),
        migrations.AddIndex("asset", HashIndex(fields=["origin"], name="asset_origin")),
        migrations.RemoveIndex("asset", "asset_wall"),
        migrations.RemoveIndex("asset", "asset_project"),
        migrations.RemoveIndex("asset", "asset_starred"),
        *(
            migrations.AddIndex("asset", models.Index(fields=["user", *by, *_IN_ORDER], name=name, condition=which))
            for name, by, which in (
                ("asset_wall", [], _HUNG),
                ("asset_kind", ["kind"], _HUNG),
                ("asset_project", ["project"], _HUNG),
                ("asset_starred", [], _HUNG & Q(starred=True)),
                ("asset_uploaded", [], _HUNG & Q(origin__startswith="upload:")),
                ("asset_thrown", [], Q(trashed_at__isnull=False)),
            )
        ),
    ]
