"""The plan of a replay: due times, event times, numbers, limits and loops."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.replay import PlannedEvent, ReplayError, Schedule, pause_seconds, plan
from ingest.source import NumberedRow, SourceError

# 2026-01-02 03:04:05 UTC
START = 1_767_323_045.0


def schedule(**changes: Any) -> Schedule:
    values = {"replay_id": "demo", "mode": "rate", "rate": 4.0, "started_at": START}
    return Schedule(**(values | changes))


def rows(*prices: str) -> Iterator[NumberedRow]:
    for line_number, price in enumerate(prices, start=2):
        yield (
            line_number,
            {
                "event_time": "2020-09-24 11:57:06 UTC",
                "event_type": "view",
                "product_id": "1",
                "price": price,
                "user_id": "2",
            },
        )


def planned(*prices: str, limit: int | None = None, **changes: Any) -> Iterator[PlannedEvent]:
    return plan(lambda: rows(*prices), schedule(**changes), lambda *_: None, limit)


def test_event_times_follow_the_rate() -> None:
    times = [item.event["event_time"] for item in planned("1", "2", "3")]
    assert times == [
        "2026-01-02T03:04:05.000Z",
        "2026-01-02T03:04:05.250Z",
        "2026-01-02T03:04:05.500Z",
    ]


def test_due_time_does_not_depend_on_how_late_earlier_events_were() -> None:
    assert schedule().due_at(40) == START + 10
    assert schedule().lag_seconds(40, now=START + 12.5) == 2.5
    assert schedule().lag_seconds(40, now=START) == 0


def test_original_mode_keeps_file_times_and_is_paced_all_the_same() -> None:
    found = list(planned("1", "2", mode="original"))
    assert {item.event["event_time"] for item in found} == {"2020-09-24T11:57:06.000Z"}
    assert [item.due_at for item in found] == [START, START + 0.25]


def test_loop_of_original_times_is_refused() -> None:
    with pytest.raises(ReplayError, match="original times cannot be looped"):
        schedule(mode="original", loop=True)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("inf"), float("nan")])
def test_impossible_rate_is_refused(rate: float) -> None:
    with pytest.raises(ReplayError, match="rate must be more than 0"):
        schedule(rate=rate)


def test_loop_reads_again_and_counts_on() -> None:
    found = list(islice(planned("1", "2", loop=True), 5))
    assert [item.event["event_id"] for item in found] == [f"demo-{n}" for n in range(5)]
    assert [item.event["price"] for item in found] == [1.0, 2.0, 1.0, 2.0, 1.0]


def test_limit_ends_a_loop() -> None:
    assert len(list(planned("1", "2", loop=True, limit=5))) == 5


def test_limit_above_the_file_ends_with_the_file() -> None:
    assert len(list(planned("1", "2", limit=5))) == 2


def test_bad_row_is_reported_with_its_line_and_takes_no_number() -> None:
    rejected: list[tuple[int, str]] = []
    found = plan(lambda: rows("1", "abc", "3"), schedule(), lambda *bad: rejected.append(bad))
    assert [item.send_index for item in found] == [0, 1]
    assert rejected == [(3, "price is not a number: 'abc'")]


def test_loop_over_bad_rows_only_ends() -> None:
    with pytest.raises(SourceError, match="no row of the file is an event"):
        list(planned("abc", loop=True))


def test_event_behind_schedule_is_not_waited_for() -> None:
    assert pause_seconds(due_at=START, now=START + 1) == 0


@given(due_in=st.floats(min_value=0, max_value=1e6))
def test_pause_never_passes_the_due_time_nor_a_tenth_of_a_second(due_in: float) -> None:
    assert pause_seconds(due_at=due_in, now=0) == min(due_in, 0.1)
