"""A shop's CSV as rows of raw.event_history: the stream's own validation on each line (DataFrame to DataFrame)."""

from datetime import UTC, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from streaming.schemas import EVENT, EVENT_FIELDS
from streaming.validation import judge

BAD_LINE = "_bad_line"
NO_LIMIT = 10**10  # bytes: a line of a file is never too large


def as_messages(
    lines: DataFrame, header: list[str], *, load_id: str, file_name: str, loaded_at: Column
) -> DataFrame:
    """Lines (value string, line_number bigint) as the topic would hold them.

    Columns of a Kafka source: key, value (the event as JSON; the line itself where it is no row of
    the header's columns), topic (the file's name), partition (null), offset (the line's number),
    timestamp (when it was loaded).
    """
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": BAD_LINE}
    parsed = lines.withColumn("row", F.from_csv("value", _ddl([*header, BAD_LINE]), options))
    event_id = F.concat(F.lit(f"{load_id}-"), F.col("line_number").cast("string"))
    known = [F.col(f"row.{name}").alias(name) for name in header if name in EVENT_FIELDS]
    event = F.to_json(F.struct(event_id.alias("event_id"), *known))
    is_row = F.col(f"row.{BAD_LINE}").isNull()
    return parsed.select(
        F.lit(None).cast("binary").alias("key"),
        F.when(is_row, event).otherwise(F.col("value")).cast("binary").alias("value"),
        F.lit(file_name).alias("topic"),
        F.lit(None).cast("int").alias("partition"),
        F.col("line_number").alias("offset"),
        loaded_at.alias("timestamp"),
    )


def _ddl(names: list[str]) -> str:
    return ", ".join(f"`{name.replace('`', '``')}` string" for name in names)


def judged(messages: DataFrame, max_future_seconds: int) -> DataFrame:
    """The messages with the typed fields of the event and the reason against it, if there is one."""
    return judge(messages, max_event_bytes=NO_LIMIT, max_future_seconds=max_future_seconds)


def days_until(accepted: DataFrame, now: datetime) -> int:
    """Whole days from the newest event to `now`, so that hours stay hours; 0 without events."""
    # As a number: collected timestamps are in the time zone of the terminal.
    newest = accepted.agg(F.max(F.unix_micros("event_time")).alias("micros")).first()
    if newest is None or newest["micros"] is None:
        return 0
    age = now - datetime.fromtimestamp(newest["micros"] / 1_000_000, UTC)
    return max(0, age.days)


def history_rows(accepted: DataFrame, *, load_id: str, shift_days: int) -> DataFrame:
    """raw.event_history; event_time moved by whole days, the file's own time beside it."""
    moved = F.col("event_time") + F.make_dt_interval(days=F.lit(shift_days))
    computed = {
        "event_time": moved,
        "source_event_time": F.col("event_time"),
        "extra": F.lit(None).cast("string"),
        "event_source": F.lit("history"),
        "replay_id": F.lit(load_id),
        "replay_mode": F.lit(None).cast("string"),
        "appended_at": F.col("timestamp"),
        "ingested_at": F.current_timestamp(),
    }
    names = EVENT.fieldNames()
    return accepted.select(*(computed.get(name, F.col(name)).alias(name) for name in names))
