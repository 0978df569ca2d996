"""A generation of windows: what is computed once, what anew, and what a cursor gives."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from storepulse_superset import generation
from storepulse_superset.generation import Connection, Cursor, Generation

ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select sum(i) from n"


@pytest.fixture
def three() -> Generation:
    database = sqlite3.connect(":memory:")
    database.executescript(
        "create table n (i); insert into n values (1), (2), (3);"
        "create view stream_status as select julianday('now') as now;"
    )
    return Generation(database.serialize())


@pytest.fixture
def computed(three: Generation, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that reached SQLite."""
    found: list[str] = []
    compute: Callable[..., object] = three._compute

    def noted(sql: str, parameters: object) -> object:
        found.append(sql)
        return compute(sql, parameters)

    monkeypatch.setattr(three, "_compute", noted)
    return found


def test_a_question_is_computed_once_for_all_who_look(
    three: Generation, computed: list[str]
) -> None:
    with ThreadPoolExecutor(4) as viewers:
        sql = "select sum(i) from n"
        found = viewers.map(lambda _: Connection(lambda: three).execute(sql).fetchall(), range(20))
        assert list(found) == [[(6,)]] * 20
    assert computed == [sql]


def test_other_parameters_are_another_question(three: Generation) -> None:
    ask = Connection(lambda: three).execute
    assert ask("select i from n where i > ?", (2,)).fetchall() == [(3,)]
    assert ask("select i from n where i > ?", (1,)).fetchall() == [(2,), (3,)]


def test_what_follows_the_clock_is_asked_each_time(three: Generation, computed: list[str]) -> None:
    for _ in range(2):
        Connection(lambda: three).execute("select now from stream_status").fetchall()
    assert len(computed) == 2


def test_a_failure_is_not_remembered(three: Generation, computed: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            Connection(lambda: three).execute("select nothing from n")
    assert len(computed) == 2


def test_a_statement_without_end_is_ended_and_the_next_one_is_answered(
    three: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "QUERY_SECONDS", 0.2)
    started = time.monotonic()
    with pytest.raises(
        sqlite3.OperationalError, match=r"timed out after 0\.2 seconds: ask for less"
    ):
        Connection(lambda: three).execute(ENDLESS)
    assert time.monotonic() - started < 5
    assert Connection(lambda: three).execute("select count(*) from n").fetchone() == (3,)


def test_each_statement_has_the_whole_time(
    three: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection is used for many statements: its own age is no reason to end one."""
    moment = 0.0
    monkeypatch.setattr(generation, "time", SimpleNamespace(monotonic=lambda: moment))
    long = "with recursive n(i) as (select 1 union all select i + 1 from n limit 300000) select max(i) from n"
    moment = 100.0
    assert Connection(lambda: three).execute(long).fetchone() == (300_000,)


def test_cursor_gives_rows_one_by_one_some_and_the_rest(three: Generation) -> None:
    cursor: Cursor = Connection(lambda: three).execute("select i from n order by i")
    assert [name for name, *_ in cursor.description or ()] == ["i"]
    assert (cursor.fetchone(), cursor.fetchmany(1), cursor.fetchall()) == ((1,), [(2,)], [(3,)])
    assert (cursor.fetchone(), cursor.fetchmany(5)) == (None, [])


def test_nothing_is_written(three: Generation) -> None:
    with pytest.raises(sqlite3.Error):
        Connection(lambda: three).execute("insert into n values (4)")
    with pytest.raises(sqlite3.NotSupportedError):
        Connection(lambda: three).cursor().executemany("insert into n values (?)", [(4,)])
