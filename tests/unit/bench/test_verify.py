"""The balance line: every message is counted, rejected, late or repeated."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from bench.recount import windows
from bench.recount.balance import raw_faults, sum_faults
from bench.recount.compare import Result
from bench.recount.lateness import COUNTED, LATE, PENDING, REPEATED
from bench.recount.source import Topic, outlived, same_messages
from bench.recount.windows import EVENTS
from bench.verify import kept_since
from settings import Settings

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
# Ten messages: eight accepted, of which one repeats another, and two rejected.
ROWS = pa.Table.from_pylist([{"event_id": f"e{min(number, 6)}"} for number in range(8)], EVENTS)


def topic(counted: int, late: int = 0, pending: int = 0) -> Topic:
    fates = [COUNTED] * counted + [LATE] * late + [PENDING] * pending + [REPEATED]
    return Topic(10, ROWS, [(0, 8, "bad_price"), (0, 9, "bad_price")], True, NOON, verdicts=fates)


@pytest.mark.parametrize(("counted", "late"), [(7, 0), (6, 1)])
def test_messages_balance(counted: int, late: int) -> None:
    assert sum_faults(topic(counted, late), Result(counted=counted, recounted=counted)) == []


@pytest.mark.parametrize("counted", [6, 8])
def test_event_without_a_fate_or_with_two_does_not_balance(counted: int) -> None:
    (fault,) = sum_faults(topic(counted), Result())
    assert fault == (
        f"sent=10, but counted={counted} late=0 repeated=1 pending=0 unknown=0 rejected=2 "
        f"make {counted + 3}"
    )


def test_lost_event_is_told_also_when_windows_are_left_out() -> None:
    (fault,) = sum_faults(topic(7), Result(counted=3, recounted=4, left_out=Counter({"old": 2})))
    assert fault == "HBase has 3 events in the windows compared, the recount 4"


def test_message_that_no_batch_holds_is_told() -> None:
    faults = sum_faults(topic(6, pending=1), Result())
    assert faults == ["1 messages are in no batch of the live query yet: make logs S=live"]


def messages(*offsets: int, **columns: str) -> pa.Table:
    rows = [{"partition": 0, "offset": offset, **columns} for offset in offsets]
    return pa.Table.from_pylist(rows, windows.REFUSED if "reason" in columns else windows.KEPT)


# Offsets 5 to 8 are in the topic: three accepted, one rejected; 0 to 4 were deleted by retention.
REFUSED = [(0, 8, "bad_price")]
KEPT = Topic(4, messages(5, 6, 7), REFUSED, True, NOON, begins={0: 5}, ends={0: 9})


def test_rows_of_deleted_messages_and_of_newer_ones_are_not_looked_at() -> None:
    refused = messages(4, 8, 9, reason="bad_price")
    assert raw_faults(KEPT, messages(3, 4, 5, 6, 7, 9), refused, {0: 9}) == []
    assert outlived(KEPT, messages(3, 4, 5, 9))["offset"].to_pylist() == [3, 4]


@pytest.mark.parametrize(
    ("kept", "refused", "fault"),
    [
        ((5, 6), (8,), "lacks 1 messages"),
        ((5, 6, 7, 7), (8,), "1 messages twice"),
        ((5, 6, 7, 8), (8,), "has 1 that the topic has not"),
        ((5, 6, 7), (), "raw.rejected_event lacks 1 messages and has 0 that the topic has not"),
        ((5, 6, 7), (8, 8), "raw.rejected_event has 1 messages twice"),
        ((5, 6, 7), (7, 8), "lacks 0 messages and has 1 that the topic has not"),
    ],
)
def test_lost_and_doubled_rows_are_found(
    kept: tuple[int, ...], refused: tuple[int, ...], fault: str
) -> None:
    faults = raw_faults(KEPT, messages(*kept), messages(*refused, reason="bad_price"), {0: 9})
    assert len(faults) == 1
    assert fault in faults[0]


def test_rejected_messages_are_compared_one_by_one_and_not_by_their_number() -> None:
    source = Topic(2, messages(), [(0, 5, "bad_price"), (0, 6, "not_json")], True, NOON)
    source = replace(source, begins={0: 5}, ends={0: 7})
    swapped = pa.concat_tables([messages(5, reason="not_json"), messages(6, reason="bad_price")])
    (fault,) = raw_faults(source, messages(), swapped, {0: 7})
    assert fault == (
        "raw.rejected_event has another reason for 2 messages, "
        "the first (partition 0, offset 5): recount bad_price, raw.rejected_event not_json"
    )
    assert source.rejected == {"bad_price": 1, "not_json": 1}


def test_raw_rows_count_when_their_message_does() -> None:
    kept = messages(1, 2, 3, 4, event_id="e")
    assert sorted(same_messages(kept, messages(2, 4))["offset"].to_pylist()) == [2, 4]


@pytest.mark.parametrize(
    ("ttl_hours", "topic_hours", "since"),
    [
        (24, 24, NOON - timedelta(hours=23)),
        (24, 6, NOON - timedelta(hours=5)),
        (3, 24, NOON - timedelta(hours=2)),
        # of a short life two thirds are left to compare
        (1, 24, NOON - timedelta(minutes=40)),
        (24, 1, NOON - timedelta(minutes=40)),
    ],
)
def test_windows_are_compared_while_every_place_keeps_them(
    ttl_hours: int, topic_hours: int, since: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HBASE_TTL_SECONDS", str(ttl_hours * 3600))
    monkeypatch.setenv("KAFKA_ANALYTICS_RETENTION_HOURS", str(topic_hours))
    assert kept_since(Settings(), NOON) == since
