import os
import socket
from pathlib import Path


class ServiceError(Exception):
    """A service of this machine cannot be started; the text is for the operator."""


def alive(pid: int, name: str) -> bool:
    """Is this process ours still, and not a zombie or a stranger that got the same number?"""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    command, _, rest = stat.partition(" (")[2].rpartition(") ")
    return name in command and not rest.startswith("Z")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path, lines: int = 3) -> str:
    try:
        return " / ".join(log.read_text(errors="replace").strip().splitlines()[-lines:])
    except OSError:
        return os.strerror(2)
