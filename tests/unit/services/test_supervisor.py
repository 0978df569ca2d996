"""A real supervisord with a program of the test's own."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.service import Service, ServiceError
from services.supervisor import Supervisor
from settings import load_settings

STOP_SECONDS = 1.5
SLOW = f"""
import signal, sys, time
def leave(*_):
    time.sleep({STOP_SECONDS})
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
time.sleep(60)
"""
# Ignores what it is asked: only SIGKILL, after stop_seconds, ends it.
DEAF = SLOW.replace("SIGTERM, leave", "SIGTERM, signal.SIG_IGN")
# Its first life tells of a task that does not end, in the words of Spark's log, and then works on.
STUCK = """
import pathlib, time
lives = pathlib.Path(__file__).with_suffix(".lives")
count = len(lives.read_text()) if lives.exists() else 0
lives.write_text("x" * (count + 1))
if not count:
    task = "Killed task 12 could not be stopped within 30000 ms; not killing JVM because"
    print(f"2026-11-28 01:02:03,004 ERROR Executor: {task} we are running in local mode.", flush=True)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name, text in (("slow", SLOW), ("deaf", DEAF), ("stuck", STUCK)):
        (tmp_path / f"{name}.py").write_text(text)
    programs = [
        Service("slow", [sys.executable, str(tmp_path / "slow.py")]),
        Service("deaf", [sys.executable, str(tmp_path / "deaf.py")], stop_seconds=1),
        Service("stuck", [sys.executable, str(tmp_path / "stuck.py")], is_watched=True),
    ]
    load_settings.cache_clear()
    supervisor = Supervisor(load_settings(), programs)
    supervisor.launch()
    yield supervisor
    supervisor.shutdown()
    load_settings.cache_clear()


def await_ready(tmp_path: Path, name: str) -> None:
    log = tmp_path / "logs" / f"{name}.log"
    deadline = time.monotonic() + 20
    while not (log.exists() and "ready" in log.read_text()):
        assert time.monotonic() < deadline, f"{name} did not start"
        time.sleep(0.05)


def cpu_seconds(tmp_path: Path) -> float:
    pid = int((tmp_path / "run" / "supervisord.pid").read_text())
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system)


def test_supervisord_rests_while_a_program_takes_its_time_to_stop(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start("slow")
    await_ready(tmp_path, "slow")
    started, before = time.monotonic(), cpu_seconds(tmp_path)
    supervisor.stop("slow")
    assert time.monotonic() - started >= STOP_SECONDS
    assert not supervisor.is_running("slow")
    assert not supervisor.has_failed("slow")
    assert cpu_seconds(tmp_path) - before < STOP_SECONDS / 4


def test_a_program_that_does_not_listen_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start("deaf")
    await_ready(tmp_path, "deaf")
    supervisor.stop("deaf")
    assert supervisor.states()["deaf"]["statename"] == "STOPPED"
    assert supervisor.has_failed("deaf")


def test_stopping_what_does_not_run_is_no_error(supervisor: Supervisor) -> None:
    supervisor.stop("slow")
    supervisor.stop("unknown")


def test_a_program_that_is_unknown_cannot_be_started(supervisor: Supervisor) -> None:
    with pytest.raises(ServiceError, match="unknown cannot be started"):
        supervisor.start("unknown")


def test_a_spark_with_a_task_that_does_not_end_is_killed_and_lives_again(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start("stuck")
    lives, deadline = tmp_path / "stuck.lives", time.monotonic() + 20
    while not (lives.exists() and lives.read_text() == "xx"):
        assert time.monotonic() < deadline, (tmp_path / "logs" / "watch.log").read_text()
        time.sleep(0.05)
    assert "stuck: Killed task 12 could not be" in (tmp_path / "logs" / "watch.log").read_text()
