"""Ctrl-C is one line whenever it comes."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from settings import PROJECT_DIR

WAIT_SECONDS = 30


def takes_signals(pid: int) -> bool:
    """Whether the process handles SIGTERM, as the kernel has it."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(status.split("SigCgt:")[1].split()[0], 16)
    return bool(caught & 1 << (signal.SIGTERM - 1))


@pytest.mark.parametrize("moment", ["while it imports", "while it connects"])
def test_an_interrupt_before_the_broker_answers_is_one_line(moment: str) -> None:
    with socket.socket() as silent:
        # a broker that takes the connection and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(WAIT_SECONDS)
        process = subprocess.Popen(
            [sys.executable, "-m", "ingest"],
            cwd=PROJECT_DIR,
            env={
                **os.environ,
                "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{silent.getsockname()[1]}",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + WAIT_SECONDS
        while not takes_signals(process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        if moment == "while it connects":
            _connection = silent.accept()
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=WAIT_SECONDS)
    assert error == "error: interrupted before the first event\n"
    assert (process.returncode, out) == (130, "")
