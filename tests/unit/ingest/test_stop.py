"""Ctrl-C is one line whenever it comes."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from settings import PROJECT_DIR


def interrupted(seconds: float, address: str) -> subprocess.CompletedProcess[str]:
    """A replay to a broker that takes the connection and never answers, interrupted after that time."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest"],
        cwd=PROJECT_DIR,
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": address},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=20)
    return subprocess.CompletedProcess([], process.returncode, out, error)


@pytest.mark.parametrize("seconds", [0.4, 3.0])
def test_an_interrupt_before_the_broker_answers_is_one_line(seconds: float) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        done = interrupted(seconds, f"127.0.0.1:{silent.getsockname()[1]}")
    assert done.stderr == "error: interrupted before the first event\n"
    assert (done.returncode, done.stdout) == (130, "")
