"""A replay that is on the topic goes on exactly where it ended, or is refused with the remedy."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.arguments import Arguments, parse
from ingest.recipe import Recipe
from ingest.resume import check_same, check_time, cut, is_on_topic, new_recipe, planned_at
from ingest.schedule import ReplayError
from ingest.sends import Send, partition_of
from settings import load_settings
from tests.unit.ingest.builders import START, recipe, sends

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FAULTS = "late=5% duplicates=5% malformed=5% out_of_order=5%"


def asked(*words: str) -> Arguments:
    return parse(["--replay-id", "demo", *words], load_settings(), NOW)


def new(request: Arguments, **changes: Any) -> Recipe:
    values: dict[str, Any] = {"source_sha256": "0123456789abcdef", "now": START + 0.0004}
    return new_recipe(request, partition_by="user_id", partition_count=3, **(values | changes))


def partition(send: Send) -> int:
    return partition_of(send.key("user_id"), 3)


@pytest.mark.parametrize("killed_after", [(0, 0, 0), (1, 0, 0), (40, 90, 5), (400, 400, 400)])
def test_no_gap_and_no_repeat_after_a_kill(killed_after: tuple[int, int, int]) -> None:
    planned = sends(300, FAULTS)
    by_partition = {number: [s for s in planned if partition(s) == number] for number in range(3)}
    # each partition has taken a prefix of its own when the producer dies
    sent = [s for number in range(3) for s in by_partition[number][: killed_after[number]]]
    highest: dict[int, int] = {}
    for send in sent:
        highest[partition(send)] = max(send.send_index, highest.get(partition(send), -1))
    was_sent = is_on_topic(recipe(FAULTS), highest)
    left = [send for send in planned if not was_sent(send)]
    assert sorted([*sent, *left], key=lambda send: send.send_index) == planned
    for number in range(3):
        indexes = [s.send_index for s in [*sent, *left] if partition(s) == number]
        assert indexes == sorted(indexes)


def test_the_start_is_whole_milliseconds_as_the_headers_have_it() -> None:
    made = new(asked())
    assert made.started_at_ms == START * 1000
    assert Recipe.of_headers(dict(made.headers())).schedule() == made.schedule()


def test_options_that_were_left_out_are_those_of_the_recorded_replay() -> None:
    recorded = recipe("late=1%", rate=500.0, loop=True, skip=10)
    check_same(recorded, new(asked()), asked())


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["--rate", "20"], "--rate"),
        (["--mode", "original"], "--mode"),
        (["--speedup", "2"], "--mode, --speedup"),
        (["--skip", "3"], "--skip"),
        (["--loop"], "--loop"),
        (["--seed", "8"], "--seed"),
        (["--start-at", "2026-01-01T00:00:00Z"], "--start-at"),
        (["--late", "1%"], "--faults"),
    ],
)
def test_another_plan_under_an_existing_name_is_refused(words: list[str], option: str) -> None:
    request = asked(*words)
    if "--speedup" in words:
        request = parse(["--mode", "speedup", "--replay-id", "demo", *words], load_settings(), NOW)
    with pytest.raises(ReplayError, match=rf"other values of {option}: leave them out"):
        check_same(recipe(), new(request), request)


def test_the_same_options_again_are_no_mistake() -> None:
    request = asked("--rate", "10", "--late", "1%", "--seed", "7", "--skip", "0")
    check_same(recipe("late=1%"), new(request), request)


def test_another_file_under_an_existing_name_is_refused() -> None:
    request = asked("--source", "other.csv")
    with pytest.raises(ReplayError, match=r"sends another file \(events\.csv.*--replay-id"):
        check_same(recipe(), new(request, source_sha256="f" * 16), request)


def test_limit_counts_messages_and_duration_counts_from_the_start_of_the_replay() -> None:
    planned = sends(100, "duplicates=50%")
    assert [s.send_index for s in cut(iter(planned), START, 30, None)] == list(range(30))
    # ten a second: 20 of them are due in the first 2 s
    assert len(list(cut(iter(sends(100)), START, None, 2.0))) == 20
    assert list(cut(iter(planned), START, None, None)) == planned


def check(newest: float | None, faults: str = "", **changes: Any) -> None:
    at, _ = planned_at(iter(sends(50, faults, **changes)))
    assert at is not None
    check_time(at, newest, watermark=10, latest=START + 5)


def test_a_replay_behind_the_topic_is_refused_with_remedies_that_work() -> None:
    check(START + 10)
    with pytest.raises(ReplayError, match=r"MODE=rate.*make load.*make reset-stream"):
        check(START + 10.001)


def test_nothing_is_refused_on_an_empty_topic() -> None:
    check(None, mode="original")
    with pytest.raises(ReplayError, match="2020-09-24 11:57:06 UTC"):
        check(START, mode="original")


def test_a_start_ahead_of_the_clock_is_refused() -> None:
    with pytest.raises(ReplayError, match="future_event_time"):
        check(None, start_at_ms=(START + 6) * 1000)


def test_a_late_fault_of_the_first_event_says_nothing_of_the_others() -> None:
    check(START + 5, "late=100% late_by=60s..60s")


@pytest.mark.parametrize("seed", range(40))
def test_a_replay_whose_first_event_is_put_into_the_future_is_checked_by_the_next(
    seed: int,
) -> None:
    with pytest.raises(ReplayError, match="2020-09-24 11:57:06 UTC"):
        check(START, "future=50%", mode="original", seed=seed)


def test_looking_for_the_time_of_a_replay_leaves_out_none_of_its_events() -> None:
    for faults in ("", "future=50%", "future=100%"):
        planned = sends(50, faults)
        at, again = planned_at(iter(planned))
        assert list(again) == planned
        assert (at is None) == (faults == "future=100%")
    assert planned_at(iter(()))[0] is None
