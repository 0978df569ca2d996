"""The shapes of what comes in (JSON) and of every raw table that goes out; times are UTC."""

from pyspark.sql.types import (
    BinaryType,
    DataType,
    DecimalType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

# Text throughout: int64 ids do not survive JSON numbers, and validation wants to see what was sent.
EVENT_FIELDS = (
    *("event_id", "event_time", "event_type", "product_id", "category_id", "category_code"),
    *("brand", "price", "user_id", "user_session", "produced_at", "source_event_time"),
)
PRICE = DecimalType(12, 2)
VALUE = DecimalType(20, 2)
AVERAGE = DecimalType(20, 4)


def _struct(**fields: DataType) -> StructType:
    return StructType([StructField(name, kind) for name, kind in fields.items()])


TEXT, TIME, LONG, INTEGER = StringType(), TimestampType(), LongType(), IntegerType()

EVENT_SCHEMA = _struct(**dict.fromkeys(EVENT_FIELDS, TEXT))

EVENT = _struct(
    event_id=TEXT,
    event_time=TIME,
    event_type=TEXT,
    product_id=TEXT,
    category_id=TEXT,
    category_code=TEXT,
    brand=TEXT,
    price=PRICE,
    user_id=TEXT,
    user_session=TEXT,
    produced_at=TIME,
    source_event_time=TIME,
    extra=TEXT,
    event_source=TEXT,
    replay_id=TEXT,
    replay_mode=TEXT,
    topic=TEXT,
    partition=INTEGER,
    offset=LONG,
    appended_at=TIME,
    ingested_at=TIME,
)

REJECTED_EVENT = _struct(
    reason=TEXT,
    value=BinaryType(),
    value_length=LONG,
    value_sha256=TEXT,
    key=BinaryType(),
    topic=TEXT,
    partition=INTEGER,
    offset=LONG,
    appended_at=TIME,
    ingested_at=TIME,
)

WINDOW = _struct(
    window_started_at=TIME,
    window_ended_at=TIME,
    dimension=TEXT,
    value=TEXT,
    view_count=LONG,
    cart_count=LONG,
    purchase_count=LONG,
    remove_count=LONG,
    view_value=VALUE,
    cart_value=VALUE,
    purchase_value=VALUE,
    total_value=VALUE,
    avg_price=AVERAGE,
)

WINDOW_UPDATE = StructType(
    [
        *WINDOW.fields,
        *_struct(query_id=TEXT, batch_id=LONG, batch_started_at=TIME, emitted_at=TIME).fields,
    ]
)

WINDOW_METRICS = StructType(
    [*WINDOW_UPDATE.fields, *_struct(analytics_partition=INTEGER, analytics_offset=LONG).fields]
)

RAW_TABLES = {
    "event_stream": EVENT,
    "event_history": EVENT,
    "rejected_event": REJECTED_EVENT,
    "rejected_history": REJECTED_EVENT,
    "window_metrics": WINDOW_METRICS,
}

# The columns by which files are skipped. Statistics of every column, which is what Delta gathers
# unasked, cost more than writing the rows.
_STATISTICS = {
    "event_stream": "event_time,appended_at,ingested_at,partition,offset",
    "event_history": "event_time,ingested_at",
    "rejected_event": "appended_at,partition,offset",
    "rejected_history": "appended_at",
    "window_metrics": "window_started_at",
}
TABLE_PROPERTIES = {
    table: {"delta.dataSkippingStatsColumns": columns} for table, columns in _STATISTICS.items()
}


def ddl(schema: StructType) -> str:
    """The column list of a `create table`."""
    return ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in schema.fields)
