"""Rows that were counted twice, cell by cell."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
Check = Callable[[Any, Row], bool]


@dataclass(frozen=True)
class Expected:
    """The rows that a model should have; an approximate column has a check of its own."""

    model: str  # schema.relation
    key: tuple[str, ...]
    rows: list[dict[str, Any]]
    approximate: Mapping[str, Check] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a comparison found: cells compared, and the first differences in words."""

    model: str
    row_count: int
    cell_count: int
    differences: list[str]


def plain(value: Any) -> Any:
    """Numbers as numbers: a count is equal whatever integer or decimal type holds it."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def compare(expected: Expected, found: Iterable[Row]) -> Outcome:
    """Every cell of both sides; rows are matched by the key, which no side may have twice."""
    name = expected.model
    rows = list(found)
    wanted = {tuple(row[column] for column in expected.key): row for row in expected.rows}
    there = {tuple(row[column] for column in expected.key): row for row in rows}
    twice = (len(rows) - len(there)) + (len(expected.rows) - len(wanted))
    differences = [f"{name}: {twice} rows whose key another row has"] if twice else []
    differences += [f"{name}: no row {key}" for key in wanted.keys() - there.keys()]
    differences += [f"{name}: a row too many {key}" for key in there.keys() - wanted.keys()]
    cells = 0
    for key in wanted.keys() & there.keys():
        columns = there[key].keys() - set(expected.ignored)
        missing = columns ^ (wanted[key].keys() | expected.approximate.keys())
        if missing:
            differences.append(f"{name}: columns of one side only: {sorted(missing)}")
            break
        for column in columns:
            cells += 1
            value = there[key][column]
            if column in expected.approximate:
                is_right = expected.approximate[column](value, there[key])
            else:
                is_right = plain(value) == plain(wanted[key][column])
            if not is_right:
                should = wanted[key].get(column, "about another")
                differences.append(f"{name} {key} {column}: {value!r} instead of {should!r}")
    return Outcome(name, len(rows), cells, differences)
