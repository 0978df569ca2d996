"""The one validation: a Kafka message in, its typed fields and the first reason against it out (null = accepted)."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType

from streaming.schemas import EVENT_FIELDS, EVENT_JSON, PRICE

EVENT_TYPES = ("view", "cart", "purchase", "remove_from_cart")
REQUIRED = ("event_time", "event_type", "product_id", "price", "user_id")
LIMITED = ("event_id", "product_id", "category_id", "user_id", "brand", "category_code")
LIMITED_BYTES = 255
# A wrong JSON type of these is a missing field; time, type and price have reasons of their own.
TEXT_FIELDS = (*LIMITED, "user_session")
STRICT_JSON = {
    "mode": "PERMISSIVE",
    "allowSingleQuotes": "false",
    "allowNonNumericNumbers": "true",  # NaN is no price, and says so as bad_price
}
NUL, NUL_ESCAPE = "\x00", "\\u0000"
NOT_TEXT = r"^(?:[{\[]|true$|false$|-?[0-9]+(?:\.[0-9]*)?[eE]|-?[0-9]+\.[0-9])"
DECIMAL = r"^-?[0-9]{1,20}(?:\.[0-9]{1,20})?$"
DATE_TIME = (
    r"^(?:19[7-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(?:\.[0-9]{1,9})?(?: ?UTC|Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
EPOCH_SECONDS = r"^[0-9]{9,10}(?:\.[0-9]{1,9})?$"
EPOCH_AS_FLOAT = r"^[0-9]\.[0-9]{1,16}E9$"
EPOCH_MILLISECONDS = r"^[0-9]{12,13}$"
MAX_PRICE = 10**10


def parse_time(text: Column) -> Column:
    """A timestamp from any form of the contract; null for everything else."""
    iso = F.regexp_replace(
        F.regexp_replace(text, " ?UTC$", "Z"), "([+-][0-9]{2})([0-9]{2})$", "$1:$2"
    )
    return (
        F.when(text.rlike(DATE_TIME), F.try_to_timestamp(_whole(iso)))
        .when(text.rlike(EPOCH_SECONDS), _epoch(text.try_cast("decimal(20,6)")))
        # from_json writes a JSON number with a fraction as 1.6009486265E9
        .when(text.rlike(EPOCH_AS_FLOAT), _epoch(text.try_cast("double").try_cast("decimal(20,6)")))
        .when(text.rlike(EPOCH_MILLISECONDS), F.timestamp_millis(text.try_cast("bigint")))
    )


def _epoch(seconds: Column) -> Column:
    return F.timestamp_micros((seconds * 1_000_000).try_cast("bigint"))


def _whole(iso: Column) -> Column:
    # Spark reads six digits of a fraction and refuses more.
    return F.regexp_replace(iso, r"(\.[0-9]{6})[0-9]+", "$1")


def parse_price(text: Column) -> Column:
    """decimal(12,2) for a finite number of at most two decimals from 0 to below 10^10; otherwise null."""
    number = F.when(text.rlike(r"[eE]"), text.try_cast("double").try_cast("decimal(38,10)"))
    exact = F.coalesce(number, F.when(text.rlike(DECIMAL), text.try_cast("decimal(38,10)")))
    fits = (exact >= 0) & (exact < MAX_PRICE) & (exact == F.round(exact, 2))
    return F.when(fits, exact.try_cast(PRICE))


def _is_wrong_type(field: str) -> Column:
    # from_json gives the exact text of what was no string; the message itself tells the string
    # "true" from the value true.
    quoted = F.col("text").rlike(f'"{field}"\\s*:\\s*"')
    return F.coalesce(F.col(f"event.{field}").rlike(NOT_TEXT) & ~quoted, F.lit(False))


def _is_too_long(field: str) -> Column:
    return F.coalesce(F.octet_length(f"event.{field}") > LIMITED_BYTES, F.lit(False))


def _any(conditions: list[Column]) -> Column:
    joined = F.lit(False)
    for condition in conditions:
        joined = joined | condition
    return joined


def _is_missing(field: str) -> Column:
    return F.coalesce(F.trim(F.col(f"event.{field}")), F.lit("")) == ""


def _holds_nul(text: Column) -> Column:
    return text.contains(NUL) | text.contains(NUL_ESCAPE)


def _is_no_object() -> Column:
    return ~F.ltrim("text").startswith("{") | F.col("event").isNull()


def _reason(max_future_seconds: int) -> Column:
    text, event = F.col("text"), F.col("event")
    limited = [_is_too_long(field) for field in (*LIMITED, "user_session")]
    missing = [_is_missing(field) for field in REQUIRED]
    wrong = [_is_wrong_type(field) for field in TEXT_FIELDS]
    latest = F.col("timestamp") + F.expr(f"interval {max_future_seconds} seconds")
    return (
        F.when(F.col("is_too_large"), "too_large")
        .when(~F.col("is_text"), "bad_text")
        .when(_holds_nul(text) | _any(limited), "bad_text")
        .when(_is_no_object(), "not_json")
        .when(_any(missing) | _any(wrong), "missing_field")
        .when(~event["event_type"].isin(*EVENT_TYPES), "unknown_event_type")
        .when(F.col("parsed_time").isNull(), "bad_event_time")
        .when(F.col("parsed_price").isNull(), "bad_price")
        .when(F.col("parsed_time") > latest, "future_event_time")
    )


def _read_json() -> Column:
    # from_json takes the first value of a text and ignores what follows it. Inside an array, what
    # follows is either an error or a second element.
    text = F.when(F.col("is_text"), F.concat(F.lit("["), "text", F.lit("]")))
    events = F.from_json(text, ArrayType(EVENT_JSON), STRICT_JSON)
    return F.when(F.size(events) == 1, F.try_element_at(events, F.lit(1)))


def judge(raw: DataFrame, *, max_event_bytes: int, max_future_seconds: int) -> DataFrame:
    """Kafka's columns, the typed fields of the event and `reason`; one row for each message."""
    sized = raw.withColumn(
        "is_too_large", F.coalesce(F.length("value") > max_event_bytes, F.lit(False))
    ).withColumn(
        "text",
        F.when(~F.col("is_too_large"), F.coalesce(F.col("value"), F.lit(b"")).cast("string")),
    )
    checked = sized.withColumn("is_text", F.coalesce(F.is_valid_utf8("text"), F.lit(True)))
    read = checked.withColumn("event", _read_json())
    parsed = read.withColumn("parsed_time", parse_time(F.trim("event.event_time"))).withColumn(
        "parsed_price", parse_price(F.trim("event.price"))
    )
    return parsed.withColumn("reason", _reason(max_future_seconds)).select(
        *raw.columns, *_typed_fields(), "reason"
    )


def _typed_fields() -> list[Column]:
    place = F.concat_ws("-", "topic", F.col("partition"), F.col("offset"))
    typed = {
        "event_id": F.coalesce(F.nullif(F.col("event.event_id"), F.lit("")), place),
        "event_time": F.col("parsed_time"),
        "price": F.col("parsed_price"),
        "produced_at": parse_time(F.col("event.produced_at")),
        "source_event_time": parse_time(F.col("event.source_event_time")),
    }
    return [typed.get(name, F.col(f"event.{name}")).alias(name) for name in EVENT_FIELDS]
