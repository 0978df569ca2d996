"""Torn checkpoints on the real services: one line, `make stream-repair`, and every place agrees again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from tests.stack import PROJECT, STREAMING, StackUnderTest, wait_until

pytestmark = pytest.mark.integration
SERVICES = STREAMING
SAMPLE = PROJECT / "data" / "sample" / "events.csv.gz"
FAULTS = (
    *("--late", "3%", "--late-by", "3s..25s", "--duplicates", "2%"),
    *("--malformed", "3%", "--out-of-order", "2%"),
)
QUERIES = ("live", "landing_events", "landing_windows")
JOBS = {"live": "live", "landing_events": "landing", "landing_windows": "landing"}


def checkpoint(stack: StackUnderTest, query: str) -> Path:
    return stack.folder / "checkpoints" / query


def start_jobs(stack: StackUnderTest) -> None:
    stack.run("services", "stream", "--detach", "--", "--source", str(SAMPLE), "--limit", "1")


def recount(stack: StackUnderTest) -> dict[str, Any]:
    """What make verify says at once; empty while a place does not exist yet."""
    done = stack.run("bench.verify", "--format", "json", "--wait", "0", check=False)
    return json.loads(done.stdout) if done.stdout else {}


def stream(stack: StackUnderTest, count: int) -> None:
    """Send so many events, some of them faulty, and wait until the live query has read them."""
    words = ("--source", str(SAMPLE), "--limit", str(count), "--rate", "90", *FAULTS)
    stack.run("services", "stream", "--", *words)
    wait_until("live has read every message", lambda: recount(stack).get("pending") == 0, 240)


def stop(stack: StackUnderTest) -> None:
    stack.run("services", "stream-stop")


def states(stack: StackUnderTest) -> dict[str, str]:
    rows = json.loads(stack.run("services", "status", "--format", "json").stdout)
    return {row["service"]: row["state"] for row in rows}


def tear(folder: Path) -> None:
    """Cut the newest file of the offset log short, as a full disk or a power cut does."""
    newest = max((folder / "offsets").glob("[0-9]*"), key=lambda path: int(path.name))
    newest.write_bytes(newest.read_bytes()[:40])


def leave_a_hole(stack: StackUnderTest) -> int:
    """What a crash between the two tables of a batch leaves: accepted events without rejected ones."""
    rejected = DeltaTable(str(stack.folder / "warehouse" / "raw" / "rejected_event"))
    return int(rejected.delete("partition = 1")["num_deleted_rows"])


def lines_of(stack: StackUnderTest, job: str) -> list[str]:
    return [line for line in stack.log(job).splitlines() if line.startswith("error: ")]


def verified(stack: StackUnderTest) -> dict[str, Any]:
    answer = recount(stack)
    assert answer["different"] == []
    assert (answer["pending"], answer["unknown"], answer["topic_is_quiet"]) == (0, 0, True)
    return answer


def bound(stack: StackUnderTest) -> str | None:
    start = json.loads((checkpoint(stack, "live") / "start.json").read_text(encoding="utf-8"))
    return start["windows_after"]  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def torn(stack: StackUnderTest) -> Iterator[StackUnderTest]:
    """A stream with faults, long enough for final windows; then stopped and torn everywhere."""
    start_jobs(stack)
    begun = checkpoint(stack, "live") / "commits" / "0"
    # Windows are final for the repair when later batches follow the first one.
    wait_until("the live query has finished a batch", begun.exists, 240)
    stream(stack, 3000)
    stop(stack)
    for query in QUERIES:
        tear(checkpoint(stack, query))
    assert leave_a_hole(stack) > 0
    yield stack
    stop(stack)


def test_torn_checkpoints_are_repaired_and_every_place_agrees(torn: StackUnderTest) -> None:
    start_jobs(torn)
    for job in ("live", "landing"):
        wait_until(f"{job} has given up", lambda job=job: states(torn)[job] == "exited", 120)
        line = lines_of(torn, job)[-1]
        assert "offsets/" in line
        assert line.endswith(f"is torn: make stream-repair JOB={job}, then make stream")
    told = torn.run("streaming.repair").stdout
    assert "stay as they are" in told
    assert "that a crash had left out have landed" in told
    first_bound = bound(torn)
    assert first_bound is not None
    kept = {path.name.split(".")[0] for path in (torn.folder / "checkpoints").glob("*.broken-*")}
    assert kept == set(QUERIES)

    stream(torn, 1000)
    refused = torn.run("streaming.repair", "--job", "live", check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "live is already running" in refused.stderr
    assert "make stream-stop" in refused.stderr
    stop(torn)
    before = verified(torn)
    assert before["late"] > 0
    assert before["repeated"] > 0

    # The query that a repair began is torn too, before it has final windows of its own.
    tear(checkpoint(torn, "live"))
    torn.run("streaming.repair", "--job", "live")
    second_bound = bound(torn)
    assert second_bound is not None
    assert second_bound >= first_bound
    stream(torn, 500)
    stop(torn)
    after = verified(torn)
    assert after["windows_equal"] > before["windows_equal"]
