"""The DuckDB of a run: in memory, and opened once, because that takes longer than most questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@contextmanager
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in UTC; the tables that are registered with it are nobody else's and end with it."""
    with _database().cursor() as own:
        own.execute("set timezone = 'UTC'")
        yield own
