"""After a pause the sender catches up at a bounded rate; without one it keeps to the schedule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pacing import SLACK_SECONDS, CatchUp, pause_seconds

RATE = 100


def leave_times(pause_at: float, pause: float, seconds: float, factor: float = 2) -> list[float]:
    """When each event of a steady schedule leaves, if the machine stands still once."""
    catch_up, now, left = CatchUp(factor), 0.0, []
    for number in range(int(seconds * RATE)):
        now = max(now, catch_up.ready_at(number / RATE, now))
        if pause_at <= now < pause_at + pause:
            now = pause_at + pause
        left.append(now)
    return left


def test_without_a_pause_every_event_leaves_when_it_is_due() -> None:
    assert leave_times(0, 0, 2) == [number / RATE for number in range(200)]


def test_a_hiccup_is_caught_up_at_once() -> None:
    left = leave_times(1, SLACK_SECONDS / 2, 2)
    # what was due meanwhile leaves together, the next on time
    assert left[100:113] == [1 + SLACK_SECONDS / 2] * 13
    assert left[113] == pytest.approx(1.13)


def test_after_a_long_pause_no_second_has_more_than_twice_the_rate() -> None:
    left = leave_times(10, 60, 200)
    for begin in range(70, 130):
        count = sum(begin <= at < begin + 1 for at in left)
        assert count <= 2 * RATE * (1 + SLACK_SECONDS) + 1
    # 60 s are missing; they come at 100 a second beside the 100 that are due
    caught_up = next(at for number, at in enumerate(left) if number > 1000 and at == number / RATE)
    assert 128 <= caught_up <= 131


def test_the_factor_bounds_the_burst() -> None:
    left = leave_times(10, 60, 100, factor=5)
    assert sum(70.5 <= at < 71.5 for at in left) == pytest.approx(5 * RATE, abs=2)


def test_an_overdue_event_is_not_waited_for() -> None:
    assert pause_seconds(until=10, now=11) == 0


@given(due_in=st.floats(min_value=0, max_value=1e6))
def test_a_pause_never_passes_the_time_nor_a_tenth_of_a_second(due_in: float) -> None:
    assert pause_seconds(until=due_in, now=0) == min(due_in, 0.1)
