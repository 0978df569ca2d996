"""A job that cannot go on says so in one line, and its exit code tells the supervisor what to do."""

import errno
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka.errors import KafkaTimeoutError
from py4j.protocol import Py4JNetworkError
from pyspark.errors import PySparkException

from ingest.producer import unreachable
from settings import Settings, load_settings
from streaming import __main__ as job
from streaming import session
from tests.unit.streaming.builders import JavaError

FULL = OSError(errno.ENOSPC, "No space left on device", "/data/run/live.lock")
REFUSED = """[STREAM_FAILED] Query terminated with exception: An exception was raised by the Python Proxy.
Traceback (most recent call last):
  File "/opt/storepulse/hbase/store.py", line 201, in _write_chunk
    raise RowRefusedError(told) from error
hbase.store.RowRefusedError: brand_windows: row b'20260101_120000|asus' is refused: NoSuchColumnFamily: metrics
 SQLSTATE: XXKST"""


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[Exception], tuple[int, str]]]:
    """The exit code and the one line of a job whose run ends with an error; pauses take no time."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["streaming", "live"])
    monkeypatch.setattr(job, "DISK_PAUSE_SECONDS", 0)
    load_settings.cache_clear()

    def run(error: Exception) -> tuple[int, str]:
        def fail(name: str, settings: Settings) -> None:
            raise error

        monkeypatch.setattr(job, "_run", fail)
        code = job.main()
        (line,) = capsys.readouterr().err.splitlines()
        return code, line

    yield run
    load_settings.cache_clear()


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        pytest.param(
            FULL,
            job.AGAIN,
            "the disk is full (/data/run/live.lock): free some room; "
            "the job tries again every 0 s and goes on from its checkpoint",
            id="a full disk in front of the start",
        ),
        pytest.param(
            PermissionError(errno.EACCES, "Permission denied", "/data/run/live.lock"),
            job.STOPPED,
            "/data/run/live.lock: Permission denied: mend it, then make stream",
            id="another trouble with a file",
        ),
        pytest.param(
            PySparkException(REFUSED),
            job.STOPPED,
            "HBase refuses a row (brand_windows: row b'20260101_120000|asus' is refused: "
            "NoSuchColumnFamily: metrics); mend the table or that row, then make stream",
            id="a refused row",
        ),
        pytest.param(
            JavaError("java.io.IOException: Mkdirs failed\n\tat org.apache"),
            job.AGAIN,
            "java.io.IOException: Mkdirs failed; starting again from the checkpoint",
            id="an error of the Java machine",
        ),
    ],
)
def test_an_error_is_one_line_that_says_what_to_do(
    error: Exception, code: int, told: str, run: Callable[[Exception], tuple[int, str]]
) -> None:
    assert run(error) == (code, f"error: {told}")


@pytest.mark.parametrize("prefix", ["", "file://", "file:"])
def test_a_full_disk_under_the_checkpoint_is_tried_again_and_another_fault_is_not(
    prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "live"
    session.ensure_writable(f"{prefix}{folder}")
    assert list(folder.iterdir()) == []

    def write(path: Path, _: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(OSError, match="No space left"):
        session.ensure_writable(f"{prefix}{folder}")
    (tmp_path / "file").touch()
    with pytest.raises(session.JobError, match="cannot be written"):
        session.ensure_writable(f"{prefix}{tmp_path}/file/live")


@pytest.mark.parametrize(
    "error",
    [
        *(unreachable("127.0.0.1:9"), KafkaTimeoutError("bootstrap")),
        *(ConnectionRefusedError(111, "Connection refused"), Py4JNetworkError("no answer")),
    ],
)
def test_a_broker_or_a_java_machine_that_is_gone_is_one_line_and_the_job_starts_again(
    error: Exception, run: Callable[[Exception], tuple[int, str]]
) -> None:
    code, line = run(error)
    assert code == job.AGAIN
    assert line.startswith("error: ")
    assert line.endswith("; starting again")
