"""The plan of a replay: due times, event times, numbers, limits and loops."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from ingest.faults.bursts import Bursts
from ingest.replay import PlannedEvent, plan
from ingest.schedule import ReplayError, Schedule
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


def planned(*prices: str, **changes: Any) -> Iterator[PlannedEvent]:
    return plan(lambda: rows(*prices), schedule(**changes), lambda *_: None)


def at(*times: str, **changes: Any) -> list[PlannedEvent]:
    """The plan of rows at these times of one day."""
    found = [
        fields | {"event_time": f"2020-09-24 {time} UTC"}
        for time, (_, fields) in zip(times, rows(*["1"] * len(times)), strict=True)
    ]
    return list(islice(plan(lambda: iter(enumerate(found)), schedule(**changes), print), 6))


def test_event_times_follow_the_rate() -> None:
    times = [item.event["event_time"] for item in planned("1", "2", "3")]
    assert times == [
        "2026-01-02T03:04:05.000Z",
        "2026-01-02T03:04:05.250Z",
        "2026-01-02T03:04:05.500Z",
    ]


def test_due_time_does_not_depend_on_how_late_earlier_events_were() -> None:
    assert schedule().steady_seconds(40) == 10


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
    with pytest.raises(ReplayError, match="speedup must be more than 0"):
        schedule(speedup=rate)


def test_speedup_divides_the_gaps_of_the_file() -> None:
    found = at("11:00:00", "11:00:06", "11:01:00", mode="speedup", speedup=60.0)
    assert [item.due_at - START for item in found] == pytest.approx([0, 0.1, 1.0], abs=1e-6)
    assert [item.event["event_time"] for item in found] == [
        "2026-01-02T03:04:05.000Z",
        "2026-01-02T03:04:05.100Z",
        "2026-01-02T03:04:06.000Z",
    ]


def test_speedup_waits_for_nothing_where_the_file_goes_back() -> None:
    found = at("11:00:10", "11:00:04", "11:00:20", mode="speedup", speedup=1.0)
    assert [item.due_at - START for item in found] == [0, 0, 10]


def test_a_looped_speedup_never_goes_back_and_never_repeats_an_event_id() -> None:
    found = at("11:00:00", "11:00:04", mode="speedup", speedup=2.0, loop=True)
    # 2 s a pass, half a second for the seam of a second
    assert [item.due_at - START for item in found] == [0, 2, 2.5, 4.5, 5, 7]
    assert len({item.event["event_id"] for item in found}) == 6


def test_start_at_is_the_time_of_the_first_event_and_moves_no_due_time() -> None:
    found = list(planned("1", "2", start_at=START - 3600))
    assert [item.event["event_time"] for item in found] == [
        "2026-01-02T02:04:05.000Z",
        "2026-01-02T02:04:05.250Z",
    ]
    assert found[1].event["produced_at"] == "2026-01-02T03:04:05.250Z"
    assert found[1].due_at == START + 0.25


def test_start_at_does_not_fit_original_times() -> None:
    with pytest.raises(ReplayError, match="leave out --start-at"):
        schedule(mode="original", start_at=START)


def test_bursts_squeeze_the_last_second_of_each_period() -> None:
    # 3 s at 1/s, then 4 events in one second, then 3 s at 1/s again
    found = list(planned(*["1"] * 9, rate=1.0, bursts=Bursts.of_text("4x/4s")))
    assert [item.due_at - START for item in found] == [0, 1, 2, 3, 3.25, 3.5, 3.75, 4, 5]
    assert [item.in_burst for item in found] == [False] * 3 + [True] * 4 + [False] * 2


def test_loop_reads_again_and_counts_on() -> None:
    found = list(islice(planned("1", "2", loop=True), 5))
    assert [item.event["event_id"] for item in found] == [f"demo-{n}" for n in range(5)]
    assert [item.event["price"] for item in found] == [1.0, 2.0, 1.0, 2.0, 1.0]


def test_bad_row_is_reported_with_its_line_and_takes_no_number() -> None:
    rejected: list[tuple[int, str]] = []
    found = plan(lambda: rows("1", "abc", "3"), schedule(), lambda *bad: rejected.append(bad))
    assert [item.number for item in found] == [0, 1]
    assert rejected == [(3, "price is not a number: 'abc'")]


def test_loop_over_bad_rows_only_ends() -> None:
    with pytest.raises(SourceError, match="no row of the file is an event"):
        list(planned("abc", loop=True))
