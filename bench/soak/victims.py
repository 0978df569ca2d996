"""EDGE processes: SIGKILL to a service or to all of them, and what a person does to bring them back."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil

from bench.resources import NAME
from bench.soak.plan import EVERYTHING
from services import processes
from settings import PROJECT_DIR, Settings

# stream-stop alone may take 490: the limits of producer, live and landing, and 30 s each to be killed.
COMMAND_SECONDS = 600
BETWEEN_STARTS_SECONDS = 15
GONE_SECONDS = 10
JOBS = ("live", "landing", "producer")


class SoakError(Exception):
    """The soak cannot go on; the message says why."""


def pids_of(settings: Settings, victim: str) -> list[int]:
    """The processes that the supervisor started under this name; for EVERYTHING all, it included."""
    found = []
    for process in processes.ours(settings):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if victim in (EVERYTHING, process.environ().get(NAME, "supervisor")):
                found.append(process.pid)
    return found


def await_pids(settings: Settings, victim: str) -> list[int]:
    """The processes of the victim, which may just be on its way from one exit to its next start."""
    deadline = time.monotonic() + BETWEEN_STARTS_SECONDS
    while not (found := pids_of(settings, victim)):
        if time.monotonic() > deadline:
            raise SoakError(f"{victim} does not run: make up, make stream DETACH=1")
        time.sleep(0.2)
    return found


def kill(victim: str, pids: list[int]) -> None:
    """SIGKILL to these processes of the victim, the parents first; until they are gone."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + GONE_SECONDS
    while any(_lives(pid) for pid in pids):
        if time.monotonic() > deadline:
            raise SoakError(f"{victim}: a killed process is still there")
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_back(settings: Settings, victim: str, killed: set[int]) -> bool:
    """Whether the supervisor has started it again (of EVERYTHING: live, landing and the producer)."""
    names = JOBS if victim == EVERYTHING else (victim,)
    return all(set(pids_of(settings, name)) - killed for name in names)


def command(*arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
    """Output of `python -m <arguments>`; raises SoakError with its last line on another exit code."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=PROJECT_DIR,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SoakError(f"{' '.join(arguments)} took over {COMMAND_SECONDS} s") from None
    if done.returncode not in accepted:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise SoakError(f"{' '.join(arguments)} ended with {done.returncode}: {lines[-1]}")
    return done.stdout
