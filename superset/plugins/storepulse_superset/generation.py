"""One generation of the windows: opened once, and each question answered once, for all who look."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from storepulse_superset import time_out
from storepulse_superset.image import CHECK_EVERY, open_image
from storepulse_superset.scope import scoped

QUERY_SECONDS = 10
# What follows the clock and not the windows is asked anew.
BY_THE_CLOCK = ("stream_status", "live_state")
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """The columns of a result as DB-API describes them, and its rows."""

    description: tuple[Row, ...] | None
    rows: list[Row]


class Generation:
    """An image that never changes, with the answers that were computed from it."""

    def __init__(self, image: bytes) -> None:
        self._connection = open_image(image)
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, Any], Answer] = {}

    def answer(self, sql: str, parameters: Any = ()) -> Answer:
        """Raises sqlite3.Error for what SQLite refuses, and after QUERY_SECONDS."""
        key = (sql, tuple(parameters))
        with self._lock:
            if key not in self._answers or any(name in sql for name in BY_THE_CLOCK):
                self._answers[key] = self._compute(sql, parameters)
            return self._answers[key]

    def _compute(self, sql: str, parameters: Any) -> Answer:
        end = time.monotonic() + QUERY_SECONDS
        # A long statement would stop every other request of the worker.
        self._connection.set_progress_handler(lambda: time.monotonic() > end, CHECK_EVERY)
        try:
            statement = scoped(self._connection, sql, parameters)
            cursor = self._connection.execute(statement, parameters)
            return Answer(cursor.description, cursor.fetchall())
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            raise sqlite3.OperationalError(time_out.in_words(QUERY_SECONDS)) from None


class Cursor:
    """DB-API's cursor over answers of a generation."""

    arraysize = 1
    rowcount = -1
    lastrowid = None

    def __init__(self, generation: Callable[[], Generation]) -> None:
        self._generation = generation
        self._rows: Iterator[Row] = iter(())
        self.description: tuple[Row, ...] | None = None

    def execute(self, sql: str, parameters: Any = ()) -> "Cursor":
        """Ask."""
        answer = self._generation().answer(sql, parameters)
        self.description, self._rows = answer.description, iter(answer.rows)
        return self

    def executemany(self, sql: str, _: Any) -> "Cursor":
        """Nothing can be written."""
        raise sqlite3.NotSupportedError(f"read-only: {sql[:50]}")

    def fetchone(self) -> Row | None:
        """The next row; None behind the last."""
        return next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next rows, at most `size`."""
        return list(islice(self._rows, size or self.arraysize))

    def fetchall(self) -> list[Row]:
        """All rows that are left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def close(self) -> None:
        """Let the rows go."""
        self._rows = iter(())


class Connection:
    """DB-API's connection: the generation that is the newest at its first statement, for all of them.

    Opening it reads nothing: Superset also connects to ask for the names of schemas, and the first
    generation of a process is an hour of windows.
    """

    def __init__(self, newest: Callable[[], Generation]) -> None:
        self._generation = cache(newest)

    def cursor(self) -> Cursor:
        """A cursor of its own."""
        return Cursor(self._generation)

    def execute(self, sql: str, parameters: Any = ()) -> Cursor:
        """As sqlite3's connections do."""
        return self.cursor().execute(sql, parameters)

    def commit(self) -> None:
        """Nothing was changed."""

    rollback = close = commit
