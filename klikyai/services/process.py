import fcntl
import os
import signal
import socket
from pathlib import Path

import psutil


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


def free_port(wanted: int = 0) -> int:
    """The wanted one if nobody has taken it, else any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        port: int = probe.getsockname()[1]
        return port


def remembered(file: Path, place: int = 0) -> int:
    """A number that an earlier start wrote down; 0 where there is none, or a crash cut it off."""
    try:
        return int(file.read_text().split()[place])
    except (OSError, ValueError, IndexError):
        return 0


def private(folder: Path) -> None:
    """For us alone, also where an earlier start left it open."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def working_in(folder: Path) -> list[psutil.Process]:
    """Every process whose working folder this is, whoever started it."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == folder and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def hear_signals() -> None:
    """A child inherits what its parent does not listen to, and a server that is deaf cannot be stopped."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def hold(file: Path) -> int | None:
    """A lock that ends with this process however it ends; None where another process has it."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def tail(log: Path, lines: int = 3) -> str:
    try:
        return " / ".join(log.read_text(errors="replace").strip().splitlines()[-lines:])
    except OSError:
        return os.strerror(2)
