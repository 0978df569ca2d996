"""What is said about all messages and rows: duplicates, delays, the windows of the stream, the schema."""

import json
from collections import Counter, defaultdict
from typing import Any

import duckdb

from settings import Settings
from streaming.schemas import EVENT
from tests.dbt.recount.compare import Expected
from tests.dbt.recount.marts import moment
from tests.dbt.recount.numbers import money, rate
from tests.dbt.recount.profile import near_rank

Connection = duckdb.DuckDBPyConnection
ROW = (
    "replay_id, source_event_time, event_type, product_id, category_id, category_code, brand, "
    "price, user_id, user_session"
)


def duplicates(database: Connection) -> Expected:
    streamed = database.execute("select event_id from copies where is_streamed").fetchall()
    of_file = database.execute(
        f"select {ROW} from events where event_source = 'history'"
    ).fetchall()
    rows = []
    for kind, found in (("repeated_event_id", streamed), ("repeated_row", of_file)):
        groups = Counter(found)
        copies = sum(count - 1 for count in groups.values())
        rows.append(
            {
                **{"duplicate_kind": kind, "row_count": len(found), "duplicate_count": copies},
                "group_count": sum(count > 1 for count in groups.values()),
                "largest_group": max(groups.values(), default=0),
                "duplicate_rate": rate(copies, len(found)),
            }
        )
    return Expected("profiling.profile_duplicates", ("duplicate_kind",), rows)


# Whole milliseconds that have passed, as the contract of the delays says; DuckDB's epoch_ms rounds.
DELAYS = """
select event_source, ifnull(replay_mode, 'none'), epoch_us(event_time), epoch_us(ingested_at),
    epoch_us(appended_at) // 1000 - epoch_us(produced_at) // 1000,
    epoch_us(appended_at) // 1000 - epoch_us(event_time) // 1000,
    epoch_us(ingested_at) // 1000 - epoch_us(appended_at) // 1000
from copies
"""


def timeliness(database: Connection, settings: Settings) -> Expected:
    sources: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for source, mode, *figures in database.execute(DELAYS).fetchall():
        sources[source, mode].append(tuple(figures))
    rows = []
    ordered: dict[tuple[str, str, str], list[int]] = {}
    limit = settings.stream.watermark_seconds * 1000
    for (source, mode), found in sources.items():
        row: dict[str, Any] = {"event_source": source, "replay_mode": mode}
        for place, delay in enumerate(("send", "arrival", "landing"), 2):
            values = sorted(f[place] for f in found if source != "history" and f[place] is not None)
            ordered[source, mode, delay] = values
            row[f"{delay}_delay_ms_max"] = max(values, default=None)
        row["event_count"] = len(found)
        row["behind_watermark_count"] = sum(ms > limit for ms in ordered[source, mode, "arrival"])
        row["oldest_occurred_at"] = moment(min(at for at, *_ in found))
        row["newest_occurred_at"] = moment(max(at for at, *_ in found))
        row["newest_ingested_at"] = moment(max(ingested for _, ingested, *_ in found))
        rows.append(row)
    approximate = {
        f"{delay}_delay_ms_{name}": (
            lambda value, row, delay=delay, share=share: near_rank(
                ordered[row["event_source"], row["replay_mode"], delay], share
            )(value, row)
        )
        for delay in ("send", "arrival", "landing")
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }
    key = ("event_source", "replay_mode")
    return Expected("profiling.profile_timeliness", key, rows, approximate)


def schema(database: Connection) -> Expected:
    """The tables are made by streaming/schemas.py, so each column is as agreed."""
    rows: list[dict[str, Any]] = [
        {
            **{"table_name": table, "column_name": field.name, "schema_status": "as agreed"},
            "agreed_type": field.dataType.simpleString(),
            "found_type": field.dataType.simpleString(),
            "event_count": None,
        }
        for table in ("event_stream", "event_history")
        for field in EVENT.fields
    ]
    sql = "select extra from copies where is_streamed and extra is not null"
    fields = Counter(
        name for (extra,) in database.execute(sql).fetchall() for name in json.loads(extra)
    )
    rows += [
        {
            **{"table_name": "event_stream", "column_name": name, "agreed_type": None},
            **{"found_type": None, "schema_status": "unknown field", "event_count": count},
        }
        for name, count in fields.items()
    ]
    key = ("table_name", "column_name", "schema_status")
    return Expected("profiling.profile_schema", key, rows)


WINDOWS = """
select epoch_us(window_started_at),
    (view_count + cart_count + purchase_count + remove_count)::bigint,
    (total_value * 100)::bigint
from raw_windows where dimension = 'all'
"""
MESSAGES = """
select epoch_us(event_time), epoch_us(appended_at), event_id, price from copies
where is_streamed order by appended_at, "partition", "offset"
"""
MINUTES_5 = 300_000_000


def _status(kept: tuple[int, int], streamed: tuple[int, int], repeats: int, late: int) -> str:
    missing = kept[0] - streamed[0]
    if kept == streamed:
        return "equal"
    if 0 < missing <= late:
        return "late"
    if 0 < -missing <= repeats:
        return "repeated"
    # one lost and one doubled leave the count as it was, not the value
    return "late" if missing == 0 and late and repeats else ""


def reconciliation(database: Connection, settings: Settings) -> Expected:
    size = settings.stream.window_seconds * 1_000_000
    delay = settings.stream.watermark_seconds * 1_000_000
    streamed = {at: (count, cents) for at, count, cents in database.execute(WINDOWS).fetchall()}
    messages = database.execute(MESSAGES).fetchall()
    newest_by_append: dict[int, int] = {}
    newest = 0
    for at, appended, *_ in messages:
        newest = max(newest, at)
        newest_by_append[appended] = newest
    totals: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])  # kept, cents, repeats, late
    seen: set[str] = set()
    for at, appended, event_id, cents in messages:
        total = totals[at // size * size]
        total[3] += at <= newest_by_append[appended] - delay
        if event_id in seen:
            total[2] += 1
            continue
        seen.add(event_id)
        total[0] += 1
        total[1] += cents
    last = max([newest, *streamed], default=0)
    rows = []
    for window in streamed.keys() | totals.keys():
        count, cents, repeats, late = totals.get(window, [0, 0, 0, 0])
        told = streamed.get(window, (0, 0))
        is_new = window > last - MINUTES_5
        status = _status((count, cents), told, repeats, late)
        rows.append(
            {
                **{"window_started_at": moment(window), "streamed_count": told[0]},
                **{"kept_count": count, "streamed_value": money(told[1])},
                **{"kept_value": money(cents), "repeat_count": repeats},
                **{"late_candidate_count": late, "missing_count": count - told[0]},
                "window_status": status or ("pending" if is_new else "unexplained"),
            }
        )
    return Expected("reports.rpt_stream_reconciliation", ("window_started_at",), rows)
