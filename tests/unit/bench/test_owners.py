"""After a repair each window belongs to one query, and its events are judged by that one's batches."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from bench.recount.lateness import COUNTED, LATE, PENDING, REPEATED, UNKNOWN
from bench.recount.ledger import Query, queries
from bench.recount.owners import final_before_ms, verdicts, watermark_faults
from bench.recount.windows import EVENTS

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def instant(seconds: float) -> str:
    return (NOON + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def row(
    query: str, number: int, begin: int, until: int, watermark: float, after: float | None = None
) -> dict[str, Any]:
    """A batch on one partition; times in seconds after noon."""
    ranges = {"from": {"0": begin}, "until": {"0": until}, "watermark": instant(watermark)}
    bound = {"windows_after": None if after is None else instant(after)}
    return {"query_id": query, "batch_id": number, **ranges, **bound}


NONE_YET = -NOON.timestamp()
# The old query saw offsets 0 to 4 and then tore; the new one begins at 3 and owns what starts after 12:00:20.
OLD = [
    row("old", 0, 0, 2, NONE_YET),
    row("old", 1, 2, 3, 10),
    row("old", 2, 3, 5, 10),
]
NEW = [row("new", 0, 3, 7, NONE_YET, 20), row("new", 1, 7, 8, 30, 20)]
# offset: seconds after noon, event_id
SENT = [(20, "a"), (4, "b"), (9, "c"), (26, "d"), (22, "e"), (9.5, "f"), (40, "g"), (12, "h")]


def events(*sent: tuple[float, str]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"partition": 0, "offset": offset, "event_id": event_id}
            | {"event_time": NOON + timedelta(seconds=at)}
            for offset, (at, event_id) in enumerate(sent)
        ],
        EVENTS,
    )


def judged(rows: list[dict[str, Any]], sent: list[tuple[float, str]] = SENT) -> list[str]:
    return verdicts(events(*sent), queries(rows), 10, 2)


def test_events_of_older_windows_are_judged_by_the_older_query() -> None:
    # c is in the old query's batch 1, judged by W(0): none. f and h came after its end, where its
    # last watermark, W(2) = 12:00:10, decides: f is late, h would have counted.
    assert judged([*OLD, *NEW]) == [COUNTED] * 5 + [LATE, COUNTED, COUNTED]
    # 12:00:20 is the start of a's window, which is the old query's; d, e and g are the new one's.
    late_for_new = [*OLD, row("new", 0, 3, 3, 100, 20), row("new", 1, 3, 8, 100, 20)]
    assert judged(late_for_new) == [COUNTED] * 5 + [LATE, COUNTED, COUNTED]


def test_a_copy_that_the_older_query_knew_is_repeated_behind_its_end_too() -> None:
    assert judged([*OLD, *NEW], [*SENT[:5], (20, "a"), *SENT[6:]])[5] == REPEATED


def test_messages_that_the_newest_query_has_not_read_are_pending_for_every_owner() -> None:
    assert judged([*OLD, *NEW], [*SENT, (5, "i"), (45, "j")])[8:] == [PENDING, PENDING]


def test_a_query_that_owns_every_window_makes_older_ones_of_no_account() -> None:
    rows = [*OLD, row("new", 0, 0, 8, NONE_YET)]
    assert [len(query.batches) for query in queries(rows)] == [1]
    assert judged(rows) == [COUNTED] * 8


def test_windows_whose_query_the_ledger_has_forgotten_are_unknown() -> None:
    assert judged(NEW) == [UNKNOWN] * 3 + [COUNTED] * 2 + [UNKNOWN, COUNTED, UNKNOWN]


def test_without_a_ledger_everything_is_pending() -> None:
    assert judged([]) == [PENDING] * 8


def test_of_a_repeated_batch_the_last_message_counts() -> None:
    rows = [row("q", 1, 2, 4, 10), row("q", 0, 0, 2, 0), row("q", 1, 2, 5, 10)]
    (query,) = queries(rows)
    assert [(batch.batch_id, batch.ends) for batch in query.batches] == [(0, {0: 2}), (1, {0: 5})]
    assert query == Query(query.batches, None)


def test_watermarks_of_every_query_that_owns_windows_are_checked() -> None:
    table = events(*SENT)
    right = [*OLD, *NEW]
    assert watermark_faults(table, queries(right), 10, 2) == []
    wrong = [OLD[0], row("old", 1, 2, 3, 11), OLD[2], NEW[0], row("new", 1, 7, 8, 31, 20)]
    found = watermark_faults(table, queries(wrong), 10, 2)
    assert [line.split(" used")[0] for line in found] == ["batch 1", "batch 1"]


def final_before(rows: list[dict[str, Any]]) -> float:
    """In seconds after noon."""
    return final_before_ms(events(*SENT), queries(rows), 10, 2) / 1000 - NOON.timestamp()


def test_windows_are_final_in_front_of_the_bound_of_the_last_batch() -> None:
    # Batch 2 judges by W(1): a, 20 s, is in batch 0.
    assert final_before(OLD) == 10
    assert final_before([]) == final_before(OLD[:1]) == -NOON.timestamp()


def test_windows_of_an_older_query_are_final() -> None:
    # Those that started up to 12:00:20, the bound of the repair, ended by 12:00:22.
    assert final_before([*OLD, *NEW]) == 22
    # Batch 3 of the new query judges by W(2): g, 40 s, is in its batch 0.
    more = [row("new", 2, 8, 8, 30, 20), row("new", 3, 8, 8, 30, 20)]
    assert final_before([*OLD, *NEW, *more]) == 30
