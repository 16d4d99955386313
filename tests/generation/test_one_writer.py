"""What a job is and whose it is to finish is written in generation.lifecycle and nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRITER = ROOT / "generation" / "lifecycle.py"
GUARDED = {
    "status",
    "token",
    "attempts",
    "crashes",
    "lease_until",
    "deadline",
    "started_at",
    "finished_at",
    "charged",
    "ticket",
}
WRITING = {"update", "create", "get_or_create", "update_or_create", "Job", "setattr", "save", "bulk_update", "replace"}
SQL = re.compile(r"\b(update|insert\s+into)\s+generation_job\b", re.IGNORECASE)


def writes(source: str) -> list[int]:
    """Lines that set one of the guarded fields."""
    return sorted({line for node in ast.walk(ast.parse(source)) for line in _writes(node)})


def _writes(node: ast.AST) -> Iterator[int]:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [part for target in targets for part in ast.walk(target)]
        if any(isinstance(part, ast.Attribute) and part.attr in GUARDED for part in parts):
            yield node.lineno
    elif isinstance(node, ast.Call) and _name(node.func) in WRITING:
        named = {word.arg for word in node.keywords}
        said = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
        if (named | (said - _filters(node))) & GUARDED:
            yield node.lineno
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
        yield node.lineno


def _filters(node: ast.Call) -> set[object]:
    """What is only asked for on the way to the call."""
    return {part.value for part in ast.walk(node.func) if isinstance(part, ast.Constant)}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def modules() -> list[Path]:
    rooms = [path for room in ("generation", "klikyai") for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in rooms if path != WRITER and "migrations" not in path.parts]


def test_nobody_but_the_writer_writes_it() -> None:
    found = {str(path.relative_to(ROOT)): lines for path in modules() if (lines := writes(path.read_text()))}
    assert found == {}


def test_the_writer_writes_it() -> None:
    assert len(writes(WRITER.read_text())) >= 4


@pytest.mark.parametrize(
    "wrong",
    [
        "job.status = 'failed'",
        "job.token, other = None, 1",
        "job.attempts += 1",
        "setattr(job, 'status', 'failed')",
        "Job.objects.filter(status='queued').update(status='failed')",
        "Job.objects.filter(pk=1).update(**{'lease_until': None})",
        "Job.objects.create(user=user, status='running')",
        "Job.objects.update_or_create(pk=1, defaults={'charged': 0})",
        "Job.objects.bulk_update(jobs, ['status'])",
        "job.save(update_fields=['finished_at'])",
        "Job(status='succeeded')",
        "cursor.execute('UPDATE generation_job SET status = %s')",
        "cursor.execute(f'insert into generation_job (id) values ({n})')",
    ],
)
def test_a_second_writer_is_noticed(wrong: str) -> None:
    assert writes(wrong) == [1]


@pytest.mark.parametrize(
    "right",
    [
        "Job.objects.filter(status='queued').count()",
        "Job.objects.filter(**{'status': 1}).update(overtaken=1)",
        "if job.status == 'queued': pass",
        "Response(status=204)",
        "status = job.status",
    ],
)
def test_reading_is_free(right: str) -> None:
    assert writes(right) == []
