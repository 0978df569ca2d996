"""A whole stack of a test's own: free ports, a folder of its own, and the project's commands as a shell runs them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PORT_SETTINGS = (
    *("KAFKA_CONTROLLER_PORT", "HBASE_THRIFT_PORT", "HBASE_ZOOKEEPER_PORT", "HBASE_MASTER_PORT"),
    *("HBASE_REGIONSERVER_PORT", "SPARK_THRIFT_PORT", "SUPERSET_PORT"),
)
# Nobody looks: without Superset.
STREAMING = "kafka,hbase,hbase-thrift,spark-thrift"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; taken all at once, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class StackUnderTest:
    """Runs the project's commands against its own ports and folder, as a user's shell would."""

    def __init__(self, folder: Path) -> None:
        kafka, *others = free_ports(1 + len(PORT_SETTINGS))
        self.folder = folder
        self.bootstrap_servers = f"127.0.0.1:{kafka}"
        self.ports = [kafka, *others]
        self.environment = {
            **os.environ,
            **{name: str(port) for name, port in zip(PORT_SETTINGS, others, strict=True)},
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "DATA_DIR": str(folder),
            "STREAM_LANDING_TRIGGER_SECONDS": "5",
            "DBT_TARGET_PATH": str(folder / "dbt"),
            "DBT_LOG_PATH": str(folder / "dbt"),
            "SUPERSET_QUERY_SECONDS": "30",
            "SPARK_TASK_KILL_SECONDS": "5",
            # Java machines of a few minutes: the compiler that optimizes would take half of their time. Without
            # it Java keeps only 48 MB of code, and Spark needs more.
            "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m",
        }

    def run(
        self, *arguments: str, seconds: float = 400, check: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """`python -m <arguments>`; its output is shown when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=PROJECT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        if check and done.returncode != 0:
            pytest.fail(f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def _marked(self, *marks: str) -> list[int]:
        wanted = [mark.encode() for mark in (f"STOREPULSE_STACK={self.folder}", *marks)]
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue  # it has ended meanwhile
            if all(mark in environment for mark in wanted):
                found.append(int(entry.name))
        return found

    def pids(self) -> list[int]:
        """Every process of this stack, known by its mark and not by what the product says."""
        return self._marked()

    def pids_of(self, name: str) -> list[int]:
        """The processes of one service, as the supervisor named it for them."""
        return self._marked(f"SUPERVISOR_PROCESS_NAME={name}")

    def driver_of(self, job: str) -> int:
        """The Python process of a streaming job; its child is the job's JVM."""
        script = b"-m\0streaming\0"
        pids = self.pids_of(job)
        (pid,) = (pid for pid in pids if script in Path(f"/proc/{pid}/cmdline").read_bytes())
        return pid

    def end(self) -> None:
        """Kill all of it: behind the last test nobody needs what a `down` would still finish."""

        def is_gone() -> bool:
            pids = self.pids()
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return not pids

        wait_until("every process is gone", is_gone, 30)

    @contextmanager
    def stands_still(self, name: str) -> Iterator[None]:
        """A service that holds its connections and answers nothing."""
        pids = self.pids_of(name)
        assert pids, f"{name} does not run"
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def log(self, name: str) -> str:
        """The log of a service so far."""
        path = self.folder / "logs" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""


def wait_until(what: str, is_true: Callable[[], bool], seconds: float) -> None:
    """Ask again until it is true; fail with its name when the time is over."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {what}")
        time.sleep(0.3)


def is_open(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
