"""The soak's schedule and its sums; the kills themselves are tested on the real services."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bench.soak.plan import WEIGHTS, schedule
from bench.soak.report import growth, recoveries

NOTHING: frozenset[str] = frozenset()


def test_every_victim_is_killed_once_before_any_is_killed_again() -> None:
    kills = schedule(20, 1800, 7, NOTHING)
    assert {kill.victim for kill in kills[: len(WEIGHTS)]} == set(WEIGHTS)
    assert len(kills) == 20


def test_the_same_seed_gives_the_same_schedule_and_another_one_another() -> None:
    assert schedule(20, 1800, 7, NOTHING) == schedule(20, 1800, 7, NOTHING)
    assert schedule(20, 1800, 7, NOTHING) != schedule(20, 1800, 8, NOTHING)


def test_a_victim_that_is_left_out_is_never_killed() -> None:
    kills = schedule(200, 600, 3, frozenset({"everything", "kafka"}))
    assert not {"everything", "kafka"} & {kill.victim for kill in kills}
    assert Counter(kill.victim for kill in kills)["live"] > 20


@given(kills=st.integers(1, 60), minutes=st.integers(1, 120), seed=st.integers(0, 2**32))
def test_kills_are_in_order_and_leave_the_first_and_last_tenth_alone(
    kills: int, minutes: int, seed: int
) -> None:
    moments = [kill.after_seconds for kill in schedule(kills, minutes * 60, seed, NOTHING)]
    assert moments == sorted(moments)
    assert 6 * minutes <= moments[0]
    assert moments[-1] <= 54 * minutes


def test_recoveries_are_told_by_victim() -> None:
    kills = [
        {"victim": "live", "visible_seconds": 9.0},
        {"victim": "kafka", "visible_seconds": 4.0},
        {"victim": "live", "visible_seconds": 21.0},
        {"victim": "live", "visible_seconds": 12.0},
    ]
    assert recoveries(kills) == {
        "kafka": {"kills": 1, "p50": 4.0, "max": 4.0},
        "live": {"kills": 3, "p50": 12.0, "max": 21.0},
    }


def test_memory_at_the_end_is_compared_with_the_middle() -> None:
    samples = [{"memory_mb": {"live": 1000 if i < 30 else 1040, "hbase": 400}} for i in range(40)]
    assert growth(samples) == {"hbase": 0.0, "live": 4.0}
    assert growth(samples[:10]) == {}
