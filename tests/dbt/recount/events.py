"""EDGE Delta: the raw tables of events, read without Spark, and the events of the shop's own time in DuckDB."""

from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

COPIES = """
create table copies as
select * replace (
    event_time::timestamp as event_time, source_event_time::timestamp as source_event_time,
    produced_at::timestamp as produced_at, appended_at::timestamp as appended_at,
    ingested_at::timestamp as ingested_at, (price * 100)::bigint as price,
    nullif(brand, '') as brand, nullif(category_code, '') as category_code,
    nullif(user_session, '') as user_session
)
from (select *, true as is_streamed from raw_stream union all select *, false from raw_history)
"""
FIRST_COPIES = """
create table events as
select distinct on (event_id) *
from copies order by event_id, appended_at, topic, "partition", "offset"
"""
# cents, and microseconds since 1970
BUSINESS = """
create table business as
select
    event_id, event_type, product_id, category_id, category_code, brand, price, user_id,
    user_session, event_time, ingested_at, epoch_us(event_time) as micros,
    event_time::date as day, user_id || '/' || ifnull(user_session, event_time::date::text) as session_id
from events
where event_source <> 'replay' or replay_mode = 'original'
"""


REFUSED = ["reason", "appended_at", "ingested_at"]  # without the bytes


def _table(path: Path, columns: list[str] | None = None) -> pa.Table:
    return DeltaTable(str(path)).to_pyarrow_table(columns=columns)


def load(raw: Path) -> duckdb.DuckDBPyConnection:
    """Tables copies, events (each event_id once) and business, and the raw ones that are no events."""
    database = duckdb.connect()
    database.execute("set timezone = 'UTC'")
    database.register("raw_stream", _table(raw / "event_stream"))
    database.register("raw_history", _table(raw / "event_history"))
    for statement in (COPIES, FIRST_COPIES, BUSINESS):
        database.execute(statement)
    database.register("raw_windows", _table(raw / "window_metrics"))
    database.register("raw_rejected", _table(raw / "rejected_event", REFUSED))
    database.register("raw_unread", _table(raw / "rejected_history", REFUSED))
    return database
