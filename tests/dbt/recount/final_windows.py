"""The windows of the stream as they are in the end: late events in them, each event_id once."""

from collections import defaultdict
from typing import Any

import duckdb

from settings import Settings
from tests.dbt.recount.compare import Expected
from tests.dbt.recount.marts import moment
from tests.dbt.recount.numbers import TYPES, money

COUNTS = ("view_count", "cart_count", "purchase_count", "remove_count")
MESSAGES = """
select epoch_us(event_time), event_type, ifnull(brand, ''),
    ifnull(split_part(category_code, '.', 1), 'uncategorized'), price
from events where event_source <> 'history'
"""
STREAMED = (
    f"select epoch_us(window_started_at), dimension, value, {' + '.join(COUNTS)} from raw_windows"
)


def windows(database: duckdb.DuckDBPyConnection, settings: Settings) -> Expected:
    size = settings.stream.window_seconds * 1_000_000
    found: dict[tuple[int, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for micros, kind, brand, category, cents in database.execute(MESSAGES).fetchall():
        for dimension, value in (("all", ""), ("brand", brand), ("category", category)):
            total = found[micros // size * size, dimension, value]
            total[TYPES.index(kind)] += 1
            total[4] += cents if kind == "purchase" else 0
    streamed = {tuple(row[:3]): row[3] for row in database.execute(STREAMED).fetchall()}
    rows: list[dict[str, Any]] = []
    for key, (*counts, cents) in found.items():
        in_time, events = streamed.get(key, 0), sum(counts)
        row = {"window_started_at": moment(key[0]), "dimension": key[1], "dimension_value": key[2]}
        row |= dict(zip(COUNTS, counts, strict=True)) | {"revenue": money(cents)}
        row |= {"event_count": events, "streamed_count": in_time, "added_count": events - in_time}
        rows.append(row)
    key_names = ("window_started_at", "dimension", "dimension_value")
    return Expected("marts.fct_windows", key_names, rows)
