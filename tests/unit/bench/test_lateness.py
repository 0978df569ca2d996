"""Offsets find their batch, watermarks follow from the ranges, and a wrong one is told."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from bench.recount.lateness import (
    COUNTED,
    LATE,
    PENDING,
    REPEATED,
    UNKNOWN,
    verdicts,
    watermark_faults,
)
from bench.recount.ledger import Batch, Query, up_to
from bench.recount.windows import EVENTS

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
START_MS = round(START.timestamp() * 1000)
# Two partitions; the second one was added in the third batch.
BATCHES = [
    Batch(0, {0: 5}, {0: 7}, 0),
    Batch(1, {0: 7}, {0: 7}, START_MS + 20_000),
    Batch(2, {0: 7, 1: 0}, {0: 8, 1: 2}, START_MS + 20_000),
]


def events(*rows: tuple[int, int, float, str]) -> pa.Table:
    """Partition, offset, seconds after START, event_id."""
    return pa.Table.from_pylist(
        [
            {"partition": p, "offset": o, "event_time": START + timedelta(seconds=at)}
            | {"event_id": event_id}
            for p, o, at, event_id in rows
        ],
        EVENTS,
    )


def judged(*rows: tuple[int, int, float, str]) -> list[str]:
    return verdicts(events(*rows), BATCHES, 10)


def test_an_offset_belongs_to_the_batch_that_ends_behind_it() -> None:
    # The batch without events in between lets the third one use the watermark of 20 s.
    found = judged((0, 5, 30, "a"), (0, 6, 3, "b"), (0, 7, 20, "c"), (1, 1, 20.001, "d"))
    assert found == [COUNTED, COUNTED, LATE, COUNTED]


def test_messages_in_front_of_the_first_batch_of_all_and_behind_the_ledger_are_pending() -> None:
    found = judged((0, 4, 0, "a"), (0, 5, 0, "b"), (0, 8, 0, "c"), (1, 2, 0, "d"), (2, 0, 0, "e"))
    assert found == [PENDING, COUNTED, PENDING, PENDING, PENDING]


def test_messages_that_only_forgotten_batches_held_are_unknown_and_those_behind_the_ledger_pending() -> (
    None
):
    # Retention has deleted the batches before number 6; whether its own events were late depends on
    # the watermark of batch 5. Offset 9 is in batch 7, which used W(6) = 10 s: 9.5 s is late.
    kept = [
        Batch(6, {0: 5}, {0: 7}, START_MS + 10_000),
        Batch(7, {0: 7}, {0: 10}, START_MS + 20_000),
        Batch(8, {0: 10}, {0: 11}, START_MS + 25_000),
    ]
    rows = events(
        *((0, 4, 0, "a"), (0, 5, 30, "b"), (0, 6, 5, "c"), (0, 7, 10.5, "d"), (0, 8, 9.5, "e")),
        *((0, 9, 35, "f"), (0, 10, 19, "g"), (0, 11, 40, "h")),
    )
    assert verdicts(rows, kept, 10) == [
        *(UNKNOWN, UNKNOWN, UNKNOWN, COUNTED, LATE, COUNTED, LATE, PENDING)
    ]
    assert watermark_faults(rows, kept, 10) == []


def test_without_a_ledger_everything_is_pending() -> None:
    assert verdicts(events((0, 0, 0, "a")), [], 10) == [PENDING]


def test_of_copies_in_one_batch_the_first_offset_counts() -> None:
    assert judged((0, 6, 1, "same"), (0, 5, 1, "same")) == [REPEATED, COUNTED]


def test_a_copy_that_nobody_has_read_yet_is_pending_and_not_repeated() -> None:
    assert judged((0, 5, 1, "same"), (0, 9, 1, "same")) == [COUNTED, PENDING]


def test_recorded_watermarks_are_those_of_the_ranges() -> None:
    rows = events((0, 5, 30, "a"), (0, 6, 3, "b"))
    assert watermark_faults(rows, BATCHES, 10) == []
    assert watermark_faults(rows, BATCHES, 11) == [
        f"batch {number} used the watermark {START_MS + 20_000} ms, its ranges give {START_MS + 19_000}"
        for number in (1, 2)
    ]


def test_batches_behind_what_was_read_of_the_topic_are_left_out() -> None:
    # Read up to offset 7: the third batch used a message that nobody has seen here.
    later = [*BATCHES[:2], Batch(2, {0: 8}, {0: 9}, START_MS + 60_000)]
    rows = events((0, 5, 30, "a"), (0, 6, 3, "b"))
    assert len(watermark_faults(rows, later, 10)) == 1
    assert up_to([Query(later)], {0: 7}) == [Query(BATCHES[:2])]
    assert up_to([Query(BATCHES[1:])], {0: 6}) == []
