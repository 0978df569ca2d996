"""Rights that were looked up a moment ago: a page of charts asks for the same ones dozens of times a second."""

import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

SECONDS = 2.0  # so long may a right that was taken away still hold: as long as an answer is kept
MOST = 2000
Found = TypeVar("Found")


class Remembered:
    """What was found a short time ago; every worker has its own."""

    def __init__(
        self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._known: dict[Hashable, tuple[float, Any]] = {}

    def get(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """What `find()` gave for this key at most so many seconds ago; an error is not remembered."""
        now = self._clock()
        known = self._known.get(key)
        if known and now - known[0] <= self._seconds:
            return known[1]  # type: ignore[no-any-return]
        found = find()
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = (now, found)
        return found


class RememberedRights:
    """Put before Superset's security manager: its look-ups in the metadata database, remembered by user."""

    _remembered = Remembered()

    def _has_view_access(self, user: Any, permission_name: str, view_name: str) -> bool:
        """Whether a role of the user has a permission on a view; for anonymous users looked up each time."""
        ask = super()._has_view_access  # type: ignore[misc]
        number = getattr(user, "id", None)
        if number is None:
            return bool(ask(user, permission_name, view_name))
        key = ("view", number, permission_name, view_name)
        return self._remembered.get(key, lambda: bool(ask(user, permission_name, view_name)))

    def user_view_menu_names(self, permission_name: str) -> set[str]:
        """The views on which the present user has a permission."""
        from superset.utils.core import get_user_id

        ask = super().user_view_menu_names  # type: ignore[misc]
        key = ("names", get_user_id(), permission_name)
        found: set[str] = self._remembered.get(key, lambda: ask(permission_name))
        return set(found)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Whether everybody has a permission on a view."""
        ask = super().is_item_public  # type: ignore[misc]
        key = ("public", permission_name, view_name)
        return self._remembered.get(key, lambda: bool(ask(permission_name, view_name)))
