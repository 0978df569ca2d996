"""What arrived: what was refused and why, and how new each table is."""

from collections import Counter
from typing import Any

import duckdb

from tests.dbt.recount.compare import Expected
from tests.dbt.recount.journeys import Journeys
from tests.dbt.recount.marts import moment

Connection = duckdb.DuckDBPyConnection
HOUR = 3_600_000_000
REASONS = {
    *("too_large", "bad_text", "not_json", "missing_field", "unknown_event_type"),
    *("bad_event_time", "bad_price", "future_event_time"),
}


def rejected_events(database: Connection) -> Expected:
    refused = Counter(
        database.execute(
            "select 'topic', epoch_us(appended_at) // 3600000000, reason from raw_rejected "
            "union all select 'file', epoch_us(appended_at) // 3600000000, reason from raw_unread"
        ).fetchall()
    )
    sql = "select if(is_streamed, 'topic', 'file'), epoch_us(appended_at) // 3600000000 from copies"
    hours = {*database.execute(sql).fetchall(), *((by, hour) for by, hour, _ in refused)}
    rows = [
        {
            **{"arrived_by": by, "arrived_hour": moment(hour * HOUR), "reason": reason},
            "rejected_count": refused[by, hour, reason],
        }
        for by, hour in hours
        for reason in REASONS | {reason for *_, reason in refused}
    ]
    return Expected("reports.rpt_rejected_events", ("arrived_by", "arrived_hour", "reason"), rows)


TABLES = {
    "raw.event_stream": ("copies where is_streamed", "ingested_at", "event_time"),
    "raw.event_history": ("copies where not is_streamed", "ingested_at", "event_time"),
    "raw.rejected_event": ("raw_rejected", "ingested_at", "appended_at"),
    "raw.rejected_history": ("raw_unread", "ingested_at", "appended_at"),
    "raw.window_metrics": ("raw_windows", "emitted_at", "window_started_at"),
}


def freshness(database: Connection, journeys: Journeys) -> Expected:
    """When a row of a mart was added, only dbt knows."""
    counted = [
        (
            name,
            *database.execute(
                f"select count(*), epoch_us(max({written})), epoch_us(max({happened})) from {source}"
            ).fetchall()[0],
        )
        for name, (source, written, happened) in TABLES.items()
    ]
    newest = database.execute("select count(*), epoch_us(max(event_time)) from events").fetchall()[
        0
    ]
    counted.append(("marts.fct_events", newest[0], None, newest[1]))
    for name, walks in (("fct_sessions", journeys.sessions), ("dim_users", journeys.users)):
        last = max((walk.last for walk in walks.values()), default=None)
        counted.append((f"marts.{name}", len(walks), None, last))
    rows = [
        {
            **{"table_position": place, "table_name": name, "row_count": count},
            **{"newest_row_at": moment(written), "newest_event_at": moment(happened)},
        }
        for place, (name, count, written, happened) in enumerate(counted, 1)
    ]

    def is_written(value: Any, row: Any) -> bool:
        wanted = rows[row["table_position"] - 1]
        if wanted["table_name"].startswith("raw."):
            return bool(value == wanted["newest_row_at"])
        return (value is None) == (wanted["row_count"] == 0)

    return Expected(
        "profiling.profile_freshness", ("table_name",), rows, {"newest_row_at": is_written}
    )
