"""Answers computed ahead: how old they may be, how often they are computed, and when they are forgotten."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from storepulse_superset.answers import (
    MOST_KEPT,
    OF_HISTORY,
    OF_THE_STREAM,
    Answer,
    Keeper,
    Keeping,
    Question,
)

VIEWS, CARTS = Question("views", None), Question("carts", None)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Shop:
    """Answers with the number of its computation."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.keeping: Keeping | None = OF_THE_STREAM
        self.error: Exception | None = None

    def __call__(self, question: Question) -> Answer:
        self.asked.append(question.key)
        if self.error:
            raise self.error
        return Answer(len(self.asked), self.keeping)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def started() -> list[Callable[[], None]]:
    """What the keeper would run beside the requests."""
    return []


@pytest.fixture
def keeper(shop: Shop, clock: Clock, started: list[Callable[[], None]]) -> Keeper:
    return Keeper(shop, clock, started.append)


def test_all_who_look_get_the_answer_that_was_computed_once(keeper: Keeper, shop: Shop) -> None:
    assert [keeper.answer(VIEWS).content for _ in range(4)] == [1, 1, 1, 1]
    assert shop.asked == ["views"]


def test_another_question_is_another_answer(keeper: Keeper, shop: Shop) -> None:
    keeper.answer(VIEWS)
    assert keeper.answer(CARTS).content == 2


def test_the_keeper_renews_what_is_looked_at(keeper: Keeper, clock: Clock) -> None:
    keeper.answer(VIEWS)
    clock.seconds = 1.2
    keeper.renew()
    clock.seconds = 2.5
    assert keeper.answer(VIEWS).content == 2


def test_an_answer_is_not_computed_ahead_while_it_is_young(
    keeper: Keeper, shop: Shop, clock: Clock
) -> None:
    keeper.answer(VIEWS)
    clock.seconds = 1.1
    keeper.renew()
    assert shop.asked == ["views"]


def test_an_answer_that_was_not_renewed_is_no_answer_after_two_seconds(
    keeper: Keeper, clock: Clock
) -> None:
    keeper.answer(VIEWS)
    clock.seconds = 2
    assert keeper.answer(VIEWS).content == 1
    clock.seconds = 2.1
    assert keeper.answer(VIEWS).content == 2


def test_age_counts_from_the_start_of_the_computation(clock: Clock) -> None:
    def slow(_: Question) -> Answer:
        clock.seconds += 1.5
        return Answer(clock.seconds, OF_THE_STREAM)

    keeper = Keeper(slow, clock, lambda _: None)
    assert keeper.answer(VIEWS).content == 1.5
    clock.seconds = 2.1
    assert keeper.answer(VIEWS).content == 3.6


def test_a_question_that_nobody_repeats_is_forgotten(
    keeper: Keeper, shop: Shop, clock: Clock
) -> None:
    keeper.answer(VIEWS)
    clock.seconds = 5.1
    keeper.renew()
    assert shop.asked == ["views"]
    keeper.answer(VIEWS)
    assert shop.asked == ["views", "views"]


def test_the_work_begins_once_and_ends_when_nobody_looks(
    keeper: Keeper, clock: Clock, started: list[Callable[[], None]]
) -> None:
    keeper.answer(VIEWS)
    keeper.answer(CARTS)
    assert len(started) == 1
    clock.seconds = 6
    started[0]()  # returns, for nothing is kept any more
    keeper.answer(VIEWS)
    assert len(started) == 2


def test_work_that_broke_off_is_begun_again_by_the_next_answer(
    keeper: Keeper, clock: Clock, started: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise MemoryError

    keeper.answer(VIEWS)
    with monkeypatch.context() as patched:
        patched.setattr(keeper, "renew", broken)
        with pytest.raises(MemoryError):
            started[0]()
    clock.seconds = 6
    keeper.answer(VIEWS)
    assert len(started) == 2


def test_what_is_not_to_be_kept_is_asked_each_time(
    keeper: Keeper, shop: Shop, started: list[Callable[[], None]]
) -> None:
    shop.keeping = None
    assert [keeper.answer(VIEWS).content for _ in range(2)] == [1, 2]
    assert not started


def test_history_is_kept_for_half_a_minute_and_never_computed_ahead(
    keeper: Keeper, shop: Shop, clock: Clock
) -> None:
    shop.keeping = OF_HISTORY
    for clock.seconds in (0, 4, 8, 29.9):
        assert keeper.answer(VIEWS).content == 1
        keeper.renew()
    clock.seconds = 30.1
    keeper.renew()
    assert shop.asked == ["views"]
    assert keeper.answer(VIEWS).content == 2


def test_history_that_nobody_asked_for_again_is_forgotten(
    keeper: Keeper, shop: Shop, clock: Clock, started: list[Callable[[], None]]
) -> None:
    shop.keeping = OF_HISTORY
    keeper.answer(VIEWS)
    clock.seconds = 31
    started[0]()  # returns, for nothing is kept any more
    assert shop.asked == ["views"]


def test_a_question_that_takes_long_is_not_forgotten_meanwhile(clock: Clock) -> None:
    asked = []

    def slow(question: Question) -> Answer:
        asked.append(question.key)
        clock.seconds += 20
        keeper.renew()  # the round comes while it is being computed
        return Answer("done", OF_HISTORY)

    keeper = Keeper(slow, clock, lambda _: None)
    assert [keeper.answer(VIEWS).content for _ in range(2)] == ["done", "done"]
    assert asked == ["views"]


def test_memory_has_an_end(keeper: Keeper, shop: Shop) -> None:
    for number in range(MOST_KEPT + 1):
        keeper.answer(Question(number, None))
    keeper.answer(Question(0, None))
    assert len(shop.asked) == MOST_KEPT + 2


def test_a_refusal_ends_the_keeping(keeper: Keeper, shop: Shop, clock: Clock) -> None:
    """Whoever lost a right sees no number of the stream more than a round later."""
    keeper.answer(VIEWS)
    shop.keeping = None
    clock.seconds = 1.2
    keeper.renew()
    clock.seconds = 1.5
    assert keeper.answer(VIEWS) == Answer(3, None)


def test_an_error_reaches_who_asks_and_not_the_keeper(
    keeper: Keeper, shop: Shop, clock: Clock
) -> None:
    keeper.answer(VIEWS)
    shop.error = ConnectionError("away")
    clock.seconds = 1.2
    keeper.renew()
    with pytest.raises(ConnectionError, match="away"):
        keeper.answer(VIEWS)
    shop.error = None
    assert keeper.answer(VIEWS).content == 4


def test_nobody_waits_while_what_is_known_is_computed_again() -> None:
    begun, finish, count = threading.Event(), threading.Event(), iter(range(1, 9))

    def slow_again(_: Question) -> Answer:
        number = next(count)
        if number > 1:
            begun.set()
            assert finish.wait(10)
        return Answer(number, OF_THE_STREAM)

    clock = Clock()
    keeper = Keeper(slow_again, clock, start=lambda _: None)
    keeper.answer(VIEWS)
    clock.seconds = 1.2
    with ThreadPoolExecutor(1) as beside:
        renewal = beside.submit(keeper.renew)
        assert begun.wait(10)
        assert keeper.answer(VIEWS).content == 1
        finish.set()
        renewal.result(10)
    assert keeper.answer(VIEWS).content == 2


def test_a_question_is_not_computed_twice_at_a_time() -> None:
    begun, finish, asked = threading.Event(), threading.Event(), []

    def slow(question: Question) -> Answer:
        asked.append(question)
        begun.set()
        assert finish.wait(10)
        return Answer("done", OF_THE_STREAM)

    keeper = Keeper(slow, start=lambda _: None)
    with ThreadPoolExecutor(4) as viewers:
        found = [viewers.submit(keeper.answer, VIEWS) for _ in range(4)]
        assert begun.wait(10)
        finish.set()
        assert {each.result(10).content for each in found} == {"done"}
    assert len(asked) == 1
