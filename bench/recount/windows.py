"""The recount itself, by DuckDB: the windows of the events that count."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast

import duckdb
import pyarrow as pa

Key = tuple[datetime, str, str]
Numbers = tuple[int, int, int, int, Decimal, Decimal, Decimal, Decimal]
# What a place has for a window: its numbers, or what is wrong with the row.
Content = Numbers | str
COUNTS = 4  # the other numbers are values

EVENTS = pa.schema(
    {
        "event_id": pa.string(),
        "event_time": pa.timestamp("us", tz="UTC"),
        "event_type": pa.string(),
        "brand": pa.string(),
        "category": pa.string(),
        "price": pa.decimal128(12, 2),
        "appended_at": pa.timestamp("us", tz="UTC"),
        "partition": pa.int32(),
        "offset": pa.int64(),
    }
)

WINDOWS = """
with cells as (
    select
        *,
        time_bucket(to_seconds({window}), event_time, timestamptz '1970-01-01 00:00:00+00')
            as opened_at,
        unnest([
            {{'dimension': 'all', 'value': ''}},
            {{'dimension': 'brand', 'value': brand}},
            {{'dimension': 'category', 'value': category}}
        ]) as cell
    from events
)
select
    opened_at, cell.dimension, cell.value,
    count(*) filter (event_type = 'view'),
    count(*) filter (event_type = 'cart'),
    count(*) filter (event_type = 'purchase'),
    count(*) filter (event_type = 'remove_from_cart'),
    coalesce(sum(price) filter (event_type = 'view'), 0),
    coalesce(sum(price) filter (event_type = 'cart'), 0),
    coalesce(sum(price) filter (event_type = 'purchase'), 0),
    sum(price),
    max(appended_at)
from cells
group by 1, 2, 3
"""


class Recounted(NamedTuple):
    """One window by recount: its numbers, and when its last event was appended."""

    numbers: Numbers
    changed_at: datetime


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def recount(events: pa.Table, *, window: int) -> dict[Key, Recounted]:
    """Windows of `window` seconds of `events` (columns of EVENTS), each event counted."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("events", events)
        rows = connection.execute(WINDOWS.format(window=window)).fetchall()
    return {
        (_utc(row[0]), row[1], row[2]): Recounted(_numbers(row[3:11]), _utc(row[11]))
        for row in rows
    }


def _numbers(row: tuple[Any, ...]) -> Numbers:
    views, carts, purchases, removals = (int(value) for value in row[:4])
    values = [_cents(value) for value in row[4:8]]
    return (views, carts, purchases, removals, values[0], values[1], values[2], values[3])


def numbers(row: dict[str, Any], names: tuple[str, ...]) -> Content:
    """The eight numbers of a window from a row of any place; `names` in the order of Numbers."""
    found: list[int | Decimal] = []
    for place, name in enumerate(names):
        if row.get(name) is None:
            return f"lacks {name}"
        try:
            found.append(int(row[name]) if place < COUNTS else _cents(row[name]))
        except (ValueError, ArithmeticError):
            return f"has {name} {row[name]!r}"
    return cast(Numbers, tuple(found))


def _cents(value: Any) -> Decimal:
    cents = Decimal(value).quantize(Decimal("0.01"))
    if not cents.is_finite():
        raise ValueError(f"{value} is no amount")
    return cents
