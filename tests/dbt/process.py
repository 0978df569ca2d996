"""dbt on the target `session` for a test: every command in one process, so that its Java machine is warm."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.dbt.shell import ANSWER
from tests.stack import PROJECT, StackUnderTest


class Dbt:
    """Told what to do, it does it or fails the test."""

    def __init__(self, shop: StackUnderTest) -> None:
        shell = ("services.spark_session", sys.executable, "-m", "tests.dbt.shell")
        self._process = subprocess.Popen(
            [sys.executable, "-m", *shell],
            cwd=PROJECT,
            env=shop.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __call__(self, *arguments: str, seconds: float = 1800) -> str:
        """What the command printed."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        printed: list[str] = []
        with _killed_after(self._process, seconds):
            print(json.dumps([*arguments, "--target", "session"]), file=stdin, flush=True)
            for line in stdout:
                if line.startswith(f'{{"{ANSWER}"'):
                    if json.loads(line)[ANSWER]:
                        return "".join(printed)
                    break
                printed.append(line)
        pytest.fail(f"dbt {' '.join(arguments)}\n{''.join(printed)}")

    def close(self) -> None:
        """End the process and its Java machine."""
        try:
            self._process.communicate(timeout=60)
        finally:
            self._process.kill()


@contextmanager
def _killed_after(process: subprocess.Popen[str], seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
