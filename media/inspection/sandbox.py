"""The child's cage: bounded memory, time and file size; no network and no foreign file where the kernel allows it."""

import ctypes
import os
import resource
import struct
import sys
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # Landlock's system calls, the same on every architecture
_EXECUTE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 0, 1 << 2, 1 << 3, 1 << 14
_FIRST_RIGHTS = (1 << 13) - 1
_TCP = 0b11
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES = 38
_PATH_BENEATH = 1

_libc = ctypes.CDLL(None, use_errno=True)


def confine(workspace: Path, *, memory: int, seconds: int, file_bytes: int) -> None:
    _limit(memory, seconds, file_bytes)
    _close_network()
    _close_files(workspace)


def _limit(memory: int, seconds: int, file_bytes: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _close_network() -> None:
    if _libc.unshare(_NEW_NET) != 0:
        _libc.unshare(_NEW_USER | _NEW_NET)


def _close_files(workspace: Path) -> None:
    version = _libc.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return
    rights = _FIRST_RIGHTS | (_TRUNCATE if version >= 3 else 0)
    wanted = struct.pack("=QQ", rights, _TCP) if version >= 4 else struct.pack("=Q", rights)
    rules = _libc.syscall(_CREATE, wanted, len(wanted), 0)
    for folder in _readable():
        _allow(rules, folder, _EXECUTE | _READ_FILE | _READ_DIR)
    _allow(rules, workspace, rights)
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _libc.syscall(_RESTRICT, rules, 0)
    os.close(rules)


def _readable() -> list[Path]:
    """Programs and libraries only; not /etc, /home, /proc or our own data."""
    here = Path(__file__).resolve().parent
    folders = {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve(), here}
    return [folder for folder in (*folders, *map(Path, ("/usr", "/lib", "/lib64"))) if folder.exists()]


def _allow(rules: int, folder: Path, rights: int) -> None:
    place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    _libc.syscall(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    os.close(place)
