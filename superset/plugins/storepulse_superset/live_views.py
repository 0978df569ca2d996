"""Views in the snapshot: the lengths of time that the live page can show, so that no chart sends the time.

A chart with a range up to now would send other text each second, and no two answers could be
shared. Here the time is taken when the view is read; a chart names the length only.
"""

# ruff: noqa: S608 (the names and numbers in the statements are our own)
SPANS = {"5 minutes": 300, "15 minutes": 900, "30 minutes": 1800}
PACE_SECONDS, PACE_SLOTS = 10, 30
# So long after its end a window may still grow without a fault in the stream.
FILLING_SECONDS = 4
# So long nothing may be written, or what is written may be behind, until the page says so.
QUIET_SECONDS = 20
COUNTS = ("views", "carts", "purchases", "removals")
_ROWS = ", ".join(f"('{name}', {seconds})" for name, seconds in SPANS.items())
_EVENTS = " + ".join(f"windows.{name}" for name in COUNTS)
_NUMBERS = ", ".join(f"windows.{name}" for name in COUNTS) + (
    f", {_EVENTS} as events, windows.purchase_value as revenue"
)
_ZEROS = ", ".join("0.0" for _ in (*COUNTS, "events", "revenue"))
# SQLite keeps the order of a cross join: few ranges first, then a search by the key's first column.
_IN_RANGE = "cross join {table} as windows on windows.window_started_at >= ranges.begins_at"

SPANS_AND_RANGES = f"""
create view live_spans as
select column1 as time_span, column2 as span_seconds from (values {_ROWS});
create view live_ranges as
select time_span, 1 as is_now, '9999' as ends_at,
    datetime('now', (-span_seconds) || ' seconds') as begins_at
from live_spans
union all
select time_span, 0, datetime('now', (-span_seconds) || ' seconds'),
    datetime('now', (-2 * span_seconds) || ' seconds')
from live_spans;
"""
# HBase keeps windows of the whole shop, by brand and by category, so totals and windows are there three times;
# which of them answers a question is decided by what it names (scope.py).
SCOPES = ("brand", "category")


def _named(scope: str, value: str) -> str:
    return ", ".join(f"{value if name == scope else 'null'} as {name}" for name in SCOPES)


def _totals(view: str, table: str, scope: str = "") -> str:
    # Zeros, so that the range has a row when nothing happened and is never mistaken for the one before.
    names = f"cross join {scope}_names as names" if scope else ""
    return f"""
create view {view} as
select ranges.time_span, ranges.begins_at as range_started_at, {_named(scope, "windows.value")}, {_NUMBERS}
from live_ranges as ranges
{_IN_RANGE.format(table=table)} and windows.window_started_at < ranges.ends_at
union all
select ranges.time_span, ranges.begins_at, {_named(scope, "names.value")}, {_ZEROS} from live_ranges as ranges {names};
"""


def _windows(view: str, table: str, scope: str = "") -> str:
    return f"""
create view {view} as
select ranges.time_span, windows.window_started_at, {_named(scope, "windows.value")}, {_NUMBERS}
from live_ranges as ranges {_IN_RANGE.format(table=table)}
where ranges.is_now = 1;
"""


def _by(name: str, table: str) -> str:
    return f"""
create view live_{table} as
select ranges.time_span, windows.value as {name}, {_NUMBERS}
from live_ranges as ranges {_IN_RANGE.format(table=f"{name}_windows")}
where ranges.is_now = 1 and windows.value <> '';
"""


# The newest slot is one whose windows are full; a stream that stopped gives zeros, no gap.
PACE = f"""
create view live_pace as
with recursive slots (number, begins_at) as (
    select 1, ((strftime('%s', 'now') - {FILLING_SECONDS}) / {PACE_SECONDS} - 1) * {PACE_SECONDS}
    union all
    select number + 1, begins_at - {PACE_SECONDS} from slots where number < {PACE_SLOTS}
)
select datetime(begins_at, 'unixepoch') as slot_started_at,
    coalesce((
        select sum({_EVENTS}) from event_counts as windows
        where windows.window_started_at >= datetime(begins_at, 'unixepoch')
            and windows.window_started_at < datetime(begins_at + {PACE_SECONDS}, 'unixepoch')
    ), 0) / {PACE_SECONDS}.0 as events_per_second
from slots;
"""
STATE = f"""
create view live_state as
select
    case
        when hbase_error <> '' then hbase_error
        when age_seconds is null then 'No event in the last 65 minutes'
        when idle_seconds > {QUIET_SECONDS}
            then 'No event for ' || cast(idle_seconds as integer) || ' seconds'
        when age_seconds > {QUIET_SECONDS}
            then 'Catching up: the newest event is ' || cast(age_seconds as integer) || ' seconds old'
        else 'Events are counted'
    end as state,
    newest_window_started_at, substr(watermark, 1, 19) as watermark, batch_id, age_seconds
from stream_status;
"""
VIEWS = (
    SPANS_AND_RANGES
    + _totals("live_totals", "event_counts")
    + _windows("live_windows", "event_counts")
    + "".join(
        _totals(f"live_totals_by_{name}", f"{name}_windows", name)
        + _windows(f"live_windows_by_{name}", f"{name}_windows", name)
        for name in SCOPES
    )
    + _by("brand", "brands")
    + _by("category", "categories")
    + PACE
    + STATE
)
