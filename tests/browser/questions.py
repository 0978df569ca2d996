"""What a chart on Spark should show: its question, asked by DuckDB of the tables themselves."""

from datetime import UTC, date, datetime, time
from typing import Any

import duckdb
import pytest
from chart import Chart
from datasets import COMPUTED

# Of computed columns what DuckDB is asked for: a band without what Spark needs for the order, an hour in its own words.
OWN = {"band": "price_band", "hour": "strftime(arrived_hour, '%Y-%m-%d %H:00')"}
OPERATORS = {"==": "=", "<=": "<=", "IS NOT NULL": "is not null"}
Key = tuple[Any, ...]


def plain(value: Any) -> Any:
    """A cell, whoever tells it: numbers as float, moments in whole ms, texts without the space that orders them."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(), UTC)
    if isinstance(value, datetime):
        value = value.timestamp() * 1000
    try:
        number = float(value)
    except (TypeError, ValueError):
        return value.strip() if isinstance(value, str) else value
    return round(number) if abs(number) > 1e11 else number


def _conditions(chart: Chart) -> tuple[str, list[Any]]:
    parts, values = ["true"], []
    for column, operator, value in chart.where:
        parts.append(f"{column} {OPERATORS[operator]}{'' if value is None else ' ?'}")
        values += [] if value is None else [value]
    return " and ".join(parts), values


def column(chart: Chart, name: str) -> str:
    """A column as DuckDB is asked for it."""
    _, expression = COMPUTED.get((chart.table, name), ("", name))
    return OWN.get(name, expression)


def dimensions(chart: Chart) -> list[str]:
    """What the rows of the answer are told apart by."""
    return [*([chart.x_axis] if chart.x_axis else []), *chart.group_by]


def labels(chart: Chart) -> list[str]:
    """The names of its numbers."""
    return [metric["label"] for metric in chart.metrics]


def groups(database: duckdb.DuckDBPyConnection, chart: Chart) -> dict[Key, Key]:
    """Every group with its numbers, whatever the limit of the chart."""
    names = [column(chart, name) for name in dimensions(chart)]
    numbers = [metric["sqlExpression"] for metric in chart.metrics]
    where, values = _conditions(chart)
    sql = f"select {', '.join([*names, *numbers])} from {chart.table} where {where}"
    if names:
        sql += " group by all"
    found = [tuple(map(plain, row)) for row in database.execute(sql, values).fetchall()]
    return {row[: len(names)]: row[len(names) :] for row in found}


def rows(database: duckdb.DuckDBPyConnection, chart: Chart, columns: list[str]) -> list[Key]:
    """Every row as it is."""
    where, values = _conditions(chart)
    sql = f"select {', '.join(column(chart, name) for name in columns)} from {chart.table} where {where}"
    return [tuple(map(plain, row)) for row in database.execute(sql, values).fetchall()]


def shown_groups(chart: Chart, answer: list[dict[str, Any]]) -> dict[Key, Key]:
    """The answer in the same form: a chart over time has a column for each group."""
    if not (chart.is_time and chart.group_by):
        return {
            tuple(plain(row[name]) for name in dimensions(chart)): tuple(
                plain(row[name]) for name in labels(chart)
            )
            for row in answer
        }
    return {
        (plain(row[chart.x_axis]), name): (plain(value),)
        for row in answer
        for name, value in row.items()
        if name != chart.x_axis and value is not None
    }


def assert_shows(
    database: duckdb.DuckDBPyConnection, chart: Chart, answer: list[dict[str, Any]]
) -> None:
    """The answer has the groups or rows that it should, each with its numbers."""
    if chart.columns:
        names = [name for name in chart.columns if name != "age_minutes"]
        found = [tuple(plain(row[name]) for name in names) for row in answer]
        expected = rows(database, chart, names)
        assert len(expected) <= chart.limit
        assert sorted(map(str, found)) == sorted(map(str, expected)) != []
        return
    every, some = groups(database, chart), shown_groups(chart, answer)
    assert len(some) == min(chart.limit, len(every)) > 0
    assert some == {key: pytest.approx(every[key], abs=0.005) for key in some}
    most = sorted((numbers[0] for numbers in every.values()), reverse=True)[: len(some)]
    if len(some) < len(every):
        assert sorted((n[0] for n in some.values()), reverse=True) == pytest.approx(most)
