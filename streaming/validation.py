"""The one validation: a Kafka message in, its typed fields and the first reason against it out."""

from datetime import UTC, datetime
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from streaming.schemas import EVENT_FIELDS, EVENT_SCHEMA, PRICE

EVENT_TYPES = ("view", "cart", "purchase", "remove_from_cart")
REQUIRED = ("event_time", "event_type", "product_id", "price", "user_id")
IDS = ("event_id", "product_id", "category_id", "user_id")
LABELS = ("category_code", "brand", "user_session")
LABEL_BYTES = 255
CORRUPT = "_corrupt"
READ_SCHEMA = StructType([*EVENT_SCHEMA.fields, StructField(CORRUPT, StringType())])
STRICT_JSON = {
    "mode": "PERMISSIVE",
    "columnNameOfCorruptRecord": CORRUPT,
    "allowComments": "false",
    "allowUnquotedFieldNames": "false",
    "allowSingleQuotes": "false",
    "allowNumericLeadingZeros": "false",
    "allowUnquotedControlChars": "false",
    "allowNonNumericNumbers": "true",  # a price of NaN is readable, so that it is a bad price
}
NUL, NUL_ESCAPE = "\x00", "\\u0000"
# An odd number of backslashes: an escaped backslash in front of "u0000" is no NUL.
NUL_ESCAPED = r"(?<!\\)(?:\\\\)*\\u0000"
NAN_PRICE = r'("price"\s*:\s*)-?(?:NaN|Infinity)'
NAN_READ = r'^"-?(?:NaN|Infinity)"\z'
# What from_json makes of other JSON types (1e400 is "Infinity", in quotes); ids may be integers,
# labels only strings.
NO_ID = r'^(?:[{\[]|(?:true|false|-?[0-9]+\.[0-9]+(?:E-?[0-9]+)?|"-?Infinity")\z)'
NO_LABEL = r'^(?:[{\[]|(?:true|false|-?[0-9]+(?:\.[0-9]+(?:E-?[0-9]+)?)?|"-?Infinity")\z)'

COMPACT_OFFSET = r"([+-][0-9]{2})([0-9]{2})\z"
DATE_TIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(?:\.[0-9]{1,9})?(?: UTC|Z|[+-][0-9]{2}:?[0-9]{2})?\z"
)
# from_json reads a JSON fraction as a double and writes it as Java does: 1.6009486265E9.
EPOCH_SECONDS = r"^(?:[0-9]{10}(?:\.[0-9]{1,9})?|[0-9]\.[0-9]{1,17}E9)\z"
EPOCH_MILLISECONDS = r"^[0-9]{13}\z"
END_OF_TIME = int(datetime(2201, 1, 1, tzinfo=UTC).timestamp())
PLAIN_PRICE = r"^(?:-?0+(?:\.0+)?|0*[0-9]{1,10}(?:\.[0-9]{1,2}0*)?)\z"
DOUBLE_PRICE = r"^[0-9]\.[0-9]{1,17}E[7-9]\z"


def parse_time(text: Column) -> Column:
    """A timestamp of the years 1970 to 2200 from any form of the contract; else null."""
    zoned = F.regexp_replace(F.regexp_replace(text, r" UTC\z", "Z"), COMPACT_OFFSET, "$1:$2")
    micros = (text.try_cast("decimal(38,18)") * 1_000_000).try_cast("bigint")
    parsed = (
        F.when(text.rlike(DATE_TIME), F.try_to_timestamp(zoned))
        .when(text.rlike(EPOCH_SECONDS), F.timestamp_micros(micros))
        .when(text.rlike(EPOCH_MILLISECONDS), F.timestamp_millis(text.try_cast("bigint")))
    )
    return F.when(F.unix_seconds(parsed).between(0, END_OF_TIME - 1), parsed)


def parse_price(text: Column) -> Column:
    """decimal(12,2) of a number from 0 to below 10^10 with at most two decimals; else null."""
    exact = text.try_cast("decimal(38,18)")
    from_double = F.when(exact == F.round(exact, 2), exact)
    return (
        F.when(text.rlike(PLAIN_PRICE), exact)
        .when(text.rlike(DOUBLE_PRICE), from_double)
        .try_cast(PRICE)
    )


def _any(conditions: list[Column]) -> Column:
    return reduce(or_, (F.coalesce(condition, F.lit(False)) for condition in conditions))


def _field(name: str) -> Column:
    return F.col(f"event.{name}")


def _holds_nul(text: Column) -> Column:
    return text.contains(NUL) | (text.contains(NUL_ESCAPE) & text.rlike(NUL_ESCAPED))


def _is_too_long(name: str) -> Column:
    return F.octet_length(_field(name)) > LABEL_BYTES


def _is_one_object(text: Column) -> Column:
    """One JSON object and nothing else; from_json alone ignores what follows the first value.

    As the one element of an array: `{},{}` gives two, anything else behind it is no array. Only a
    `]` in the message itself could close that array early, so then a second element must count.
    """
    names_nan = text.contains("NaN") | text.contains("Infinity")
    # once, and it is the event's own price: anywhere else it is no JSON
    is_price = _field("price").rlike(NAN_READ) & (F.regexp_count(text, F.lit(NAN_PRICE)) == 1)
    numeric = F.when(names_nan & is_price, F.regexp_replace(text, NAN_PRICE, "$10")).otherwise(text)
    alone = F.json_array_length(F.concat(F.lit("["), numeric, F.lit("]"))) == 1
    followed = F.json_array_length(F.concat(F.lit("["), numeric, F.lit(",0]"))) == 2
    is_read = _field(CORRUPT).isNull() & text.rlike(r"^[ \t\r\n]*\{")
    return F.coalesce(
        is_read & alone & F.when(text.contains("]"), followed).otherwise(True), F.lit(False)
    )


def _is_missing(name: str) -> Column:
    return F.coalesce(_field(name), F.lit("")) == ""


def _is_wrong_type(name: str) -> Column:
    # The message itself tells the string "true" from the value true. It is asked for few values only:
    # `&` would also ask it for a field that is null.
    return F.when(_field(name).rlike(NO_ID if name in IDS else NO_LABEL), ~_is_string(name))


def _is_string(name: str) -> Column:
    """Whether the value of a field is a JSON string.

    A variant knows, but refuses a message that has a name twice: there the last place of the name decides.
    """
    text = F.col("text")
    value = F.try_variant_get(F.try_parse_json(text), f"$.{name}", "variant")
    last = F.regexp_extract(text, rf'(?s)^.*"{name}"\s*:\s*(.)', 1)
    return F.coalesce(F.schema_of_variant(value) == "STRING", last == '"')


def _reason(max_future_seconds: int) -> Column:
    text = F.col("text")
    # What is read of two objects, or of an array, is no text of an event.
    too_long = _any([_is_too_long(name) for name in (*IDS, *LABELS)]) & F.col("is_one_object")
    missing = [_is_missing(name) for name in REQUIRED]
    wrong_type = [_is_wrong_type(name) for name in (*IDS, *LABELS)]
    latest = F.col("timestamp") + F.make_dt_interval(secs=F.lit(max_future_seconds))
    return (
        F.when(F.col("is_too_large"), "too_large")
        .when(~F.col("is_utf8") | _any([_holds_nul(text), too_long]), "bad_text")
        .when(~F.col("is_one_object"), "not_json")
        .when(_any([*missing, *wrong_type]), "missing_field")
        .when(~_field("event_type").isin(*EVENT_TYPES), "unknown_event_type")
        .when(F.col("parsed_time").isNull(), "bad_event_time")
        .when(F.col("parsed_price").isNull(), "bad_price")
        .when(F.col("parsed_time") > latest, "future_event_time")
    )


def judge(raw: DataFrame, *, max_event_bytes: int, max_future_seconds: int) -> DataFrame:
    """Kafka's columns, the typed fields of the event and `reason` (null = accepted), row for row."""
    is_too_large = F.coalesce(F.length("value") > max_event_bytes, F.lit(False))
    text = F.when(~F.col("is_too_large"), F.col("value").cast("string"))
    readable = F.when(F.col("is_utf8"), F.col("text"))
    read = (
        raw.withColumn("is_too_large", is_too_large)
        .withColumn("text", text)
        .withColumn("is_utf8", F.coalesce(F.is_valid_utf8("text"), F.lit(True)))
        .withColumn("event", F.from_json(readable, READ_SCHEMA, STRICT_JSON))
    )
    parsed = read.withColumns(
        {
            "parsed_time": parse_time(_field("event_time")),
            "parsed_price": parse_price(_field("price")),
            "is_one_object": _is_one_object(F.col("text")),
        }
    ).withColumn("reason", _reason(max_future_seconds))
    return parsed.select(*raw.columns, *_typed_fields(), "reason")


def _typed_fields() -> list[Column]:
    place = F.concat_ws("-", "topic", F.col("partition"), F.col("offset"))
    typed = {
        "event_id": F.coalesce(F.nullif(_field("event_id"), F.lit("")), place),
        "event_time": F.col("parsed_time"),
        "price": F.col("parsed_price"),
        "produced_at": parse_time(_field("produced_at")),
        "source_event_time": parse_time(_field("source_event_time")),
    }
    return [typed.get(name, _field(name)).alias(name) for name in EVENT_FIELDS]
