"""A job that cannot go on says so in one line, and its exit code tells the supervisor what to do."""

import sys
from pathlib import Path

import pytest
from kafka.errors import KafkaTimeoutError
from py4j.protocol import Py4JNetworkError

from ingest.producer import unreachable
from settings import Settings, load_settings
from streaming import __main__ as job


@pytest.mark.parametrize(
    "error",
    [
        *(unreachable("127.0.0.1:9"), KafkaTimeoutError("bootstrap")),
        *(ConnectionRefusedError(111, "Connection refused"), Py4JNetworkError("no answer")),
    ],
)
def test_a_broker_or_a_java_machine_that_is_gone_is_one_line_and_the_job_starts_again(
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def fail(name: str, settings: Settings) -> None:
        raise error

    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["streaming", "live"])
    monkeypatch.setattr(job, "_run", fail)
    load_settings.cache_clear()
    try:
        assert job.main() == job.AGAIN
    finally:
        load_settings.cache_clear()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert line.endswith("; starting again")
