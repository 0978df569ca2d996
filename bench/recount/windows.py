"""The recount itself, by DuckDB: the windows of the events that count."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, cast

import pyarrow as pa

from bench.recount.database import connection
from bench.recount.details import Details

Key = tuple[datetime, str, str]
Numbers = tuple[int, int, int, int, Decimal, Decimal, Decimal, Decimal]
# What a place has for a window: its numbers, or what is wrong with the row.
Content = Numbers | str
COUNTS = 4  # the other numbers are values
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

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
        **dict.fromkeys(Details._fields, pa.string()),
    }
)

TIME = pa.timestamp("us", tz="UTC")
# The rows of raw.event_stream and raw.rejected_event, as far as they are compared.
KEPT = EVENTS.append(pa.field("ingested_at", TIME))
REFUSED = pa.schema(
    {"partition": pa.int32(), "offset": pa.int64(), "reason": pa.string(), "ingested_at": TIME}
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
    epoch_us(opened_at), cell.dimension, cell.value,
    count(*) filter (event_type = 'view'),
    count(*) filter (event_type = 'cart'),
    count(*) filter (event_type = 'purchase'),
    count(*) filter (event_type = 'remove_from_cart'),
    coalesce(sum(price) filter (event_type = 'view'), 0.00),
    coalesce(sum(price) filter (event_type = 'cart'), 0.00),
    coalesce(sum(price) filter (event_type = 'purchase'), 0.00),
    sum(price),
    epoch_us(max(appended_at))
from cells
group by 1, 2, 3
"""


class Recounted(NamedTuple):
    """One window by recount: its numbers, and when its last event was appended."""

    numbers: Numbers
    changed_at: datetime


class Update(NamedTuple):
    """Where ecommerce-analytics has the last update of a window, and since when."""

    partition: int
    offset: int
    appended_at: datetime


@lru_cache(maxsize=100_000)  # a window has dozens of rows
def moment(micros: int) -> datetime:
    """UTC time from microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)


def recount(events: pa.Table, *, window: int) -> dict[Key, Recounted]:
    """Windows of `window` seconds of `events` (columns of EVENTS), each event counted."""
    with connection() as database:
        database.register("events", events)
        rows = database.execute(WINDOWS.format(window=window)).fetchall()
    return {
        (moment(row[0]), row[1], row[2]): Recounted(cast(Numbers, row[3:11]), moment(row[11]))
        for row in rows
    }


def numbers(row: dict[str, Any], names: tuple[str, ...]) -> Content:
    """The eight numbers of a window from a row of any place; `names` in the order of Numbers."""
    found: list[int | Decimal] = []
    for place, name in enumerate(names):
        if row.get(name) is None:
            return f"lacks {name}"
        try:
            found.append(int(row[name]) if place < COUNTS else _cents(row[name]))
        except (ValueError, ArithmeticError, TypeError):
            return f"has {name} {row[name]!r}"
    return cast(Numbers, tuple(found))


@lru_cache(maxsize=100_000)  # most of them are zero
def _cents(value: Any) -> Decimal:
    cents = Decimal(value).quantize(Decimal("0.01"))
    if not cents.is_finite():
        raise ValueError(f"{value} is no amount")
    return cents
