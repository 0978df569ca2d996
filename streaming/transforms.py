"""DataFrame to DataFrame: what is kept, what is refused, and the one windowed aggregation."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from streaming.schemas import (
    AVERAGE,
    EVENT,
    EVENT_FIELDS,
    REJECTED_EVENT,
    VALUE,
    WINDOW,
    WINDOW_METRICS,
    WINDOW_UPDATE,
)

KEPT_BYTES = 65536
WINDOW_KEY = ("window_started_at", "dimension", "value")
UNCATEGORIZED = "uncategorized"
TYPES = {
    "view": "view",
    "cart": "cart",
    "purchase": "purchase",
    "remove": "remove_from_cart",
}


def accepted(judged: DataFrame) -> DataFrame:
    """The messages with nothing against them."""
    return judged.where(F.col("reason").isNull())


def rejected(judged: DataFrame) -> DataFrame:
    """raw.rejected_event: the bytes (the first 64 KiB of them), where they were, and the reason."""
    computed = {
        "value": F.substring("value", 1, KEPT_BYTES),
        "value_length": F.coalesce(F.length("value"), F.lit(0)).cast("bigint"),
        "value_sha256": F.sha2("value", 256),
        "appended_at": F.col("timestamp"),
        "ingested_at": F.current_timestamp(),
    }
    names = REJECTED_EVENT.fieldNames()
    return judged.where(F.col("reason").isNotNull()).select(
        *(computed.get(name, F.col(name)).alias(name) for name in names)
    )


def with_extra(judged: DataFrame) -> DataFrame:
    """Add `extra`: the fields that the contract does not know, as one JSON text; null if none."""
    text = F.when(F.col("reason").isNull(), F.col("value").cast("string"))
    known = F.array(*(F.lit(name) for name in EVENT_FIELDS))
    unknown = F.array_except(F.json_object_keys(text), known)
    fields = F.map_filter(
        F.from_json(text, "map<string,variant>"), lambda name, _: ~F.array_contains(known, name)
    )
    # A variant refuses what JSON allows (a key twice): then the whole message is kept.
    extra = F.when(F.size(unknown) > 0, F.coalesce(F.to_json(fields), text))
    return judged.withColumn("extra", extra)


def _header(judged: DataFrame, name: str) -> Column:
    if "headers" not in judged.columns:
        return F.lit(None).cast("string")
    matching = F.filter("headers", lambda header: header["key"] == name)
    value = F.try_element_at(matching, F.lit(1))["value"]
    return F.make_valid_utf8(value.cast("string"))


def event_rows(judged: DataFrame) -> DataFrame:
    """raw.event_stream: the event, where it came from, where and when it was appended."""
    events = judged if "extra" in judged.columns else with_extra(judged)
    replay_id = _header(events, "replay_id")
    computed = {
        "event_source": F.when(replay_id.isNotNull(), "replay").otherwise("producer"),
        "replay_id": replay_id,
        "replay_mode": _header(events, "replay_mode"),
        "appended_at": F.col("timestamp"),
        "ingested_at": F.current_timestamp(),
    }
    names = EVENT.fieldNames()
    return events.select(*(computed.get(name, F.col(name)).alias(name) for name in names))


def _dimensions() -> Column:
    top = F.substring_index(F.coalesce("category_code", F.lit("")), ".", 1)
    category = F.when(top == "", UNCATEGORIZED).otherwise(top)
    return F.explode(
        F.array(
            _dimension("all", F.lit("")),
            _dimension("brand", F.coalesce("brand", F.lit(""))),
            _dimension("category", category),
        )
    )


def _dimension(name: str, value: Column) -> Column:
    return F.struct(F.lit(name).alias("dimension"), value.alias("value"))


def _count(event_type: str) -> Column:
    return F.count_if(F.col("event_type") == event_type)


def _value(event_type: str) -> Column:
    price = F.when(F.col("event_type") == event_type, F.col("price"))
    return F.coalesce(F.sum(price), F.lit(0)).cast(VALUE)


def _metrics() -> list[Column]:
    counts = [_count(kind).alias(f"{name}_count") for name, kind in TYPES.items()]
    values = [_value(TYPES[name]).alias(f"{name}_value") for name in ("view", "cart", "purchase")]
    return [*counts, *values, F.sum("price").cast(VALUE).alias("total_value")]


def windowed_counts(
    events: DataFrame, *, window_seconds: int, watermark_seconds: int, deduplicate: bool
) -> DataFrame:
    """One row for each window, dimension and value: counts and values by type, absolute.

    Columns as in the topic ecommerce-analytics; avg_price is total_value by all events, rounded half
    up. Repeats of an event_id inside the watermark count once when `deduplicate` is set.
    """
    kept = ["event_time", "event_type", "price", "brand", "category_code"]
    identity = ["event_id"] if deduplicate else []
    timed = events.select(*identity, *kept).withWatermark(
        "event_time", f"{watermark_seconds} seconds"
    )
    if deduplicate:
        timed = timed.dropDuplicatesWithinWatermark(identity)
    exploded = timed.select("event_time", "event_type", "price", _dimensions().alias("cell"))
    grouped = exploded.groupBy(
        F.window("event_time", f"{window_seconds} seconds").alias("span"),
        F.col("cell.dimension").alias("dimension"),
        F.col("cell.value").alias("value"),
    ).agg(*_metrics())
    return grouped.select(*_window_columns())


def _window_columns() -> list[Column]:
    counts = sum((F.col(f"{name}_count") for name in TYPES), F.lit(0).cast("bigint"))
    computed = {
        "window_started_at": F.col("span.start"),
        "window_ended_at": F.col("span.end"),
        "avg_price": F.round(F.col("total_value").cast("decimal(26,8)") / counts, 4).cast(AVERAGE),
    }
    return [computed.get(name, F.col(name)).alias(name) for name in WINDOW.fieldNames()]


def parse_windows(raw: DataFrame) -> DataFrame:
    """Messages of ecommerce-analytics as raw.window_metrics; a message without a key is no window."""
    update = F.from_json(F.col("value").cast("string"), WINDOW_UPDATE)
    parsed = raw.select(
        update.alias("update"),
        F.col("partition").alias("analytics_partition"),
        F.col("offset").alias("analytics_offset"),
    )
    rows = parsed.select("update.*", "analytics_partition", "analytics_offset")
    return rows.dropna(subset=list(WINDOW_KEY)).select(*WINDOW_METRICS.fieldNames())


def latest_windows(updates: DataFrame) -> DataFrame:
    """The last update of each window, dimension and value: the one with the highest offset."""
    row = F.struct(*WINDOW_METRICS.fieldNames())
    last = F.max_by(row, "analytics_offset").alias("last")
    return updates.groupBy(*WINDOW_KEY).agg(last).select("last.*")
