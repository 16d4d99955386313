"""Keeps a handful of programs running, and takes every one of them along when it goes."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

LEAVING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
WATCHED = {signal.SIGCHLD, *LEAVING}
GRACE_SECONDS = 15.0
CALM_SECONDS = 10.0
PR_SET_PDEATHSIG = 1


@dataclass
class Program:
    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


class Supervisor:
    def __init__(self, programs: Sequence[Program], say: Callable[[str], object]) -> None:
        self.programs = programs
        self.say = say
        self.running: dict[int, tuple[Program, float]] = {}
        self.due: list[tuple[float, Program]] = []

    def run(self, started: Callable[[], object], tend: Callable[[], object]) -> None:
        """Until a signal asks us to stop. A program that dies is started again, one that dies at once after a pause."""
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        try:
            for program in self.programs:
                self._start(program)
            started()
            while not self._asked_to_stop():
                tend()
                self._reap()
                self._start_due()
        finally:
            self._stop()

    def _asked_to_stop(self) -> bool:
        caught = signal.sigtimedwait(WATCHED, 0.5)
        # Stopped and continued (Ctrl-Z), Python answers with a signal that never came.
        return caught is not None and caught.si_signo in LEAVING

    def _start(self, program: Program) -> None:
        libc = ctypes.CDLL(None)

        def before_exec() -> None:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
            # If we are killed without a chance to say goodbye, the kernel tells our children.
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

        child = subprocess.Popen(
            program.command,
            env=os.environ | program.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=before_exec,
        )
        self.running[child.pid] = (program, time.monotonic())

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.running:
                program, since = self.running.pop(pid)
                self.say(f"{program.name} ended ({os.waitstatus_to_exitcode(status)}), starting it again")
                _kill(pid, signal.SIGKILL)
                pause = 0.0 if time.monotonic() - since > CALM_SECONDS else 2.0
                self.due.append((time.monotonic() + pause, program))

    def _start_due(self) -> None:
        now = time.monotonic()
        for moment, program in [entry for entry in self.due if entry[0] <= now]:
            self.due.remove((moment, program))
            self._start(program)

    def _stop(self) -> None:
        for pid in self.running:
            _kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        waiting = set(self.running)
        while waiting and time.monotonic() < deadline:
            waiting -= {pid for pid in waiting if _ended(pid)}
            signal.sigtimedwait({signal.SIGCHLD}, 0.05)
        for pid in self.running:
            _kill(pid, signal.SIGKILL)


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True


def _kill(pid: int, number: signal.Signals) -> None:
    """To the whole group: every program leads its own session."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
