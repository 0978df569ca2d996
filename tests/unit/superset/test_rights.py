"""How long a right that was looked up is taken for granted, and for whom."""

from types import SimpleNamespace

import pytest
from storepulse_superset.rights import MOST, Remembered, RememberedRights

from tests.unit.superset.test_answers import Clock


class Roles:
    """Counts the look-ups; what it says may change."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.says = True

    def _has_view_access(self, user: SimpleNamespace, *right: str) -> bool:
        self.asked.append((user.name, *right))
        return self.says

    def is_item_public(self, *right: str) -> bool:
        self.asked.append(right)
        return self.says


class Manager(RememberedRights, Roles):
    pass


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def manager(clock: Clock) -> Manager:
    manager = Manager()
    manager._remembered = Remembered(clock=clock)
    return manager


def user(name: str, number: int | None) -> SimpleNamespace:
    return SimpleNamespace(name=name, id=number)


VIEWER, ANALYST = user("viewer", 3), user("analyst", 4)
CHART = ("can_read", "Chart")


def test_a_right_is_looked_up_once_in_two_seconds(manager: Manager, clock: Clock) -> None:
    assert [manager._has_view_access(VIEWER, *CHART) for _ in range(3)] == [True] * 3
    clock.seconds = 2
    manager._has_view_access(VIEWER, *CHART)
    assert len(manager.asked) == 1


def test_a_right_that_was_taken_away_ends_after_two_seconds(manager: Manager, clock: Clock) -> None:
    manager._has_view_access(VIEWER, *CHART)
    manager.says = False
    clock.seconds = 2.1
    assert not manager._has_view_access(VIEWER, *CHART)


def test_one_users_right_is_not_anothers(manager: Manager) -> None:
    assert manager._has_view_access(ANALYST, "can_read", "SQLLab")
    manager.says = False
    assert not manager._has_view_access(VIEWER, "can_read", "SQLLab")
    assert not manager._has_view_access(ANALYST, "can_write", "SQLLab")
    assert not manager._has_view_access(ANALYST, "can_read", "Log")


def test_nobody_known_is_looked_up_each_time(manager: Manager) -> None:
    manager._has_view_access(user("public", None), *CHART)
    manager._has_view_access(user("api key", None), *CHART)
    assert [name for name, *_ in manager.asked] == ["public", "api key"]


def test_what_is_public_is_no_right_of_a_user(manager: Manager) -> None:
    assert manager.is_item_public(*CHART)
    manager.says = False
    assert manager.is_item_public(*CHART)
    assert not manager._has_view_access(VIEWER, *CHART)


def test_an_error_is_not_remembered(clock: Clock) -> None:
    remembered = Remembered(clock=clock)
    with pytest.raises(ZeroDivisionError):
        remembered.get("key", lambda: 1 // 0)
    assert remembered.get("key", lambda: 1) == 1


def test_memory_has_an_end(clock: Clock) -> None:
    remembered = Remembered(clock=clock)
    for number in range(MOST + 1):
        remembered.get(number, lambda: True)
    assert len(remembered._known) == 1
