"""What happens around a running stream: full disk, a stop in mid-batch, new partitions, a row refused, a broker away.

One replay after the other flows all the time; in the end every place agrees to the last event.
"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import happybase
import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewPartitions

from hbase.store import HBaseStore
from tests.stack import STREAMING, StackUnderTest, wait_until

pytestmark = pytest.mark.integration
COUNTS = ("views", "carts", "purchases", "removals")
BROKER_AWAY_SECONDS = 180
SMALL_DISK_MB = 64
IS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackUnderTest]:
    """A stack whose checkpoints are on a small disk of their own, and a replay that flows."""
    stack = StackUnderTest(tmp_path_factory.mktemp("disturbed").resolve())
    with small_disk(stack.folder / "small") as disk:
        stack.environment["SPARK_CHECKPOINT_URI"] = f"file://{disk}/checkpoints"
        try:
            stack.run("services", "up", "--only", STREAMING)
            stream(stack, "first")
            yield stack
        finally:
            stack.end()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A folder that is a small disk of its own for root, who alone may mount one."""
    folder.mkdir()
    if not IS_ROOT:
        yield folder
        return
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MB}m", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield folder
    finally:
        # A process that was killed a moment ago may still close its files.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def stream(stack: StackUnderTest, replay_id: str) -> None:
    """Both jobs and the replay."""
    how = ("--rate", "200", "--loop", "--replay-id", replay_id)
    stack.run("services", "stream", "--detach", "--", *how)
    wait_until("events are counted", lambda: grows(stack), 150)


def start_again(stack: StackUnderTest, replay_id: str) -> None:
    """What a person does after a job has ended."""
    stack.run("services", "stream-stop")
    stream(stack, replay_id)


def counted(stack: StackUnderTest) -> int:
    store = HBaseStore("127.0.0.1", int(stack.environment["HBASE_THRIFT_PORT"]))
    try:
        now = datetime.now(UTC)
        rows = store.scan_windows("event_counts", now - timedelta(hours=1), now)
    finally:
        store.close()
    return sum(int(row[name]) for row in rows for name in COUNTS)


def grows(stack: StackUnderTest) -> bool:
    before = counted(stack)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if counted(stack) > before:
            return True
        time.sleep(0.5)
    return False


def delivers(stack: StackUnderTest) -> bool:
    """Whether the last line of the replay tells of events that Kafka took, and of no outage."""
    lines = stack.log("producer").splitlines()
    return bool(lines) and bool(re.search(r"acknowledged [1-9].* ok$", lines[-1]))


def is_running(stack: StackUnderTest, name: str) -> bool:
    rows = json.loads(stack.run("services", "status", "--format", "json").stdout)
    return {row["service"]: row["state"] for row in rows}.get(name) == "running"


def errors(stack: StackUnderTest, job: str) -> list[str]:
    return [line for line in stack.log(job).splitlines() if line.startswith("error: ")]


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """No room for another byte."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:  # until there is no room
            file.write(b"\0" * 65_536)
    try:
        yield
    finally:
        filler.unlink()


@pytest.mark.skipif(not IS_ROOT, reason="a disk of its own can be mounted by root only")
def test_a_full_disk_stops_the_count_until_there_is_room(stack: StackUnderTest) -> None:
    with full(stack.folder / "small"):
        # The query fails first; the job that is started again meets the full disk before its query.
        for line in ("the disk is full: free some room", "the job tries again every 30 s"):
            wait_until(
                f"live says: {line}",
                lambda line=line: any(line in told for told in errors(stack, "live")),
                120,
            )
    wait_until("events are counted again", lambda: grows(stack), 180)


def test_a_stop_in_the_middle_of_a_batch_ends_cleanly(stack: StackUnderTest) -> None:
    with stack.stands_still("hbase-thrift"):
        # A batch is under way: it waits for HBase. Two windows' worth of events are behind it.
        time.sleep(4)
        os.kill(stack.driver_of("live"), signal.SIGTERM)
    wait_until("live has ended", lambda: not stack.pids_of("live"), 120)
    assert stack.log("live").rstrip().endswith("stopped")
    start_again(stack, "first")


def test_a_row_that_hbase_refuses_stops_the_job_with_one_line(stack: StackUnderTest) -> None:
    before = len(errors(stack, "live"))
    port = int(stack.environment["HBASE_THRIFT_PORT"])
    admin = happybase.Connection("127.0.0.1", port, timeout=60_000)
    admin.delete_table("stream_state", disable=True)
    admin.create_table("stream_state", {"another_family": {}})
    wait_until("live has ended", lambda: not is_running(stack, "live"), 180)
    (told,) = errors(stack, "live")[before:]
    assert told.startswith("error: HBase refuses a row (stream_state: row b'live' is refused: ")
    admin.delete_table("stream_state", disable=True)
    admin.close()
    stack.run("hbase", "ensure")
    start_again(stack, "first")


def test_partitions_that_are_added_serve_the_next_replay(stack: StackUnderTest) -> None:
    admin = KafkaAdminClient(bootstrap_servers=stack.bootstrap_servers)
    try:
        before = len(admin.describe_topics(["ecommerce-events"])[0]["partitions"])
        admin.create_partitions({"ecommerce-events": NewPartitions(before + 2)})
    finally:
        admin.close()
    wait_until("the replay that runs goes on", lambda: grows(stack), 120)
    start_again(stack, "second")


def test_a_broker_that_is_away_for_three_minutes_is_waited_for(stack: StackUnderTest) -> None:
    with stack.stands_still("kafka"):
        time.sleep(BROKER_AWAY_SECONDS)  # the length of the outage, not a wait for something
    # The replay has ended meanwhile; the supervisor starts it again, and it first sends what was on its way
    # when the broker stopped.
    wait_until("the replay goes on", lambda: delivers(stack), 150)
    wait_until("events are counted again", lambda: grows(stack), 180)


def test_every_place_agrees_after_all_of_it(stack: StackUnderTest) -> None:
    stack.run("services", "stream-stop")
    answer = json.loads(stack.run("bench.verify", "--format", "json").stdout)
    assert (answer["different"], answer["topic_is_quiet"], answer["pending"]) == ([], True, 0)
    assert answer["windows_equal"] == answer["windows_compared"] > 0
    assert answer["rejected"] == 0
    truth = json.loads(stack.run("ingest", "truth", check=False).stdout)
    assert [replay["replay_id"] for replay in truth["replays"]] == ["first", "second"]
    assert truth["agrees"], json.dumps(truth, indent=1)
