"""The stream's judge says of the hard messages what is written in the list, as the recount's does."""

from datetime import UTC

from pyspark.sql import Row, SparkSession

from streaming.validation import judge
from tests.hard_messages import APPENDED_AT, MAX_BYTES, MAX_FUTURE, MESSAGES, Taken, expected

SCHEMA = "value binary, topic string, partition int, offset long, timestamp timestamp"


def judged(row: Row) -> Taken | str:
    if row["reason"]:
        return str(row["reason"])
    at = row["event_time"].replace(tzinfo=UTC)
    return Taken(at, str(row["price"]), row["brand"] or "", row["event_id"])


def test_hard_messages_are_judged_as_the_list_says(spark: SparkSession) -> None:
    rows = [
        (bytearray(value), "events", 1, offset, APPENDED_AT)
        for offset, value in enumerate(MESSAGES.values())
    ]
    raw = spark.createDataFrame(rows, SCHEMA).coalesce(1)
    found = judge(raw, max_event_bytes=MAX_BYTES, max_future_seconds=MAX_FUTURE)
    verdicts = [judged(row) for row in found.orderBy("offset").collect()]
    assert dict(zip(MESSAGES, verdicts, strict=True)) == expected()
