"""Real processes on the database of the test that starts them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

HERE = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0


def environment(**more: str) -> dict[str, str]:
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    return os.environ | {
        "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.generation.settings", "WORKER_WARMS_UP": "no",
        "VAR_DIR": str(Path(settings.MEDIA_ROOT).parent), "PYTHONPATH": str(HERE), **more,
    }  # fmt: skip


@contextmanager
def started(command: Sequence[str], **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, *command], env=environment(**more), cwd=HERE, start_new_session=True)
    try:
        yield process
    finally:
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def worker(pool: str = "images", **more: str) -> "contextmanager[subprocess.Popen[bytes]]":  # type: ignore[valid-type]
    return started(["manage.py", "worker", "--pool", pool], **more)


def children(process: "subprocess.Popen[bytes]") -> list[int]:
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(pid) for pid in found]


def until(true: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    """Seconds it took to become true."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > patience:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - began


def somebody_waits() -> bool:
    """For a lock in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
