"""Starts one of our child programs alone: own session, no secrets in its environment, dead at the deadline."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from django.conf import settings

_SECONDS = 90


class Dead(Exception):
    pass


def caged(module: str, folder: Path, *arguments: str) -> bytes:
    process = subprocess.Popen(
        [sys.executable, "-s", "-m", module, *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR, env={"LANG": "C.UTF-8", "TMPDIR": str(folder)}, start_new_session=True,
    )  # fmt: skip
    try:
        said, _nothing = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        raise Dead("took too long") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode or not said:
        raise Dead(f"the child ended with {process.returncode}")
    return said
