"""A wall of a million prints in a minute: rows from generate_series, indexes built afterwards."""

from django.db import connection, transaction

from accounts.models import User
from media.models import Asset, Project, Tag, Tagging

PROJECTS, TAGS = 200, {"every-second": 2, "tenth": 10, "hundredth": 100, "thousandth": 1000}

PRINTS = """
INSERT INTO media_asset (public_id, user_id, project_id, kind, mime, name, prompt, path, bytes, width, height, sha256,
  colour, origin, attempt, recipe, starred, ready, created_at, trashed_at)
SELECT gen_random_uuid(), %(user)s,
  CASE WHEN n %% 2 = 0 THEN %(project)s + (n / 2) %% %(projects)s WHEN n %% 5 = 0 THEN %(project)s END,
  CASE WHEN n %% 50 = 0 THEN 'video' WHEN n %% 500 = 7 THEN 'audio' ELSE 'image' END, 'image/png', 'picture ' || n,
  (CASE WHEN n %% 10 = 0 THEN 'a red fox ' ELSE 'a blue boat ' END) || 'word' || (n %% 5000)
    || ' hundred' || (n %% 100) || ' in soft light',
  'outputs/bench/' || gen_random_uuid(), 1000000, 1024, 1024, md5(n::text) || md5(n::text), '#808080',
  CASE WHEN n %% 100 = 3 THEN 'upload:' ELSE 'job:' END || n, '',
  jsonb_build_object('prompt', 'a red fox', 'seed', n, 'steps', 28), n %% 20 = 0, true,
  now() - n * interval '1 second', CASE WHEN n %% 100 = 99 THEN now() END
FROM generate_series(1, %(rows)s) AS n
"""
TAGGED = """
INSERT INTO media_tagging (asset_id, tag_id, created_at)
SELECT id, %s, created_at FROM media_asset WHERE user_id = %s AND id %% %s = 0
"""


def fill(user: User, rows: int) -> None:
    projects = Project.objects.bulk_create(Project(user=user, name=f"project {n}") for n in range(PROJECTS))
    tags = Tag.objects.bulk_create(Tag(user=user, name=name) for name in TAGS)
    numbers = {"user": user.pk, "project": projects[0].pk, "projects": PROJECTS, "rows": rows}
    _without_indexes()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(PRINTS, numbers)
        for tag in tags:
            cursor.execute(TAGGED, [tag.pk, user.pk, TAGS[tag.name]])
    _with_indexes()


def _without_indexes() -> None:
    with connection.schema_editor() as editor:
        for model in (Asset, Tagging):
            for index in model._meta.indexes:
                editor.remove_index(model, index)


def _with_indexes() -> None:
    with connection.schema_editor() as editor:
        editor.execute("SET LOCAL statement_timeout = 0")
        editor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for model in (Asset, Tagging):
            for index in model._meta.indexes:
                editor.add_index(model, index)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE media_asset, media_tagging, media_project, media_tag")
        cursor.execute("RESET statement_timeout")
