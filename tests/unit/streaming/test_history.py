"""A line of a CSV becomes a row of raw.event_history, judged as the stream judges a message."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from streaming import history, transforms

HEADER = [
    *("price", "event_time", "event_type", "product_id", "category_id"),
    *("category_code", "brand", "user_id", "user_session", "note"),
]
LOADED_AT = datetime(2026, 1, 2, tzinfo=UTC)
GOOD = "635.63,2020-09-24 12:00:01 UTC,view,1455459,2144415927049912542,,sony,15,abc,x"


def judged(spark: SparkSession, *lines: str) -> list[Row]:
    rows = spark.createDataFrame(list(enumerate(lines, 2)), "line_number bigint, value string")
    messages = history.as_messages(
        rows, HEADER, load_id="load-1", file_name="shop.csv", loaded_at=F.lit(LOADED_AT)
    )
    return history.judged(messages, max_future_seconds=5).orderBy("offset").collect()


def test_columns_are_found_by_name_in_any_order(spark: SparkSession) -> None:
    (row,) = judged(spark, GOOD)
    assert row["reason"] is None
    assert (row["price"], row["product_id"], row["brand"]) == (Decimal("635.63"), "1455459", "sony")
    assert row["category_code"] is None
    assert row["event_time"] == datetime(2020, 9, 24, 12, 0, 1)


def test_event_id_is_the_load_and_the_line(spark: SparkSession) -> None:
    first, second = judged(spark, GOOD, GOOD)
    assert (first["event_id"], second["event_id"]) == ("load-1-2", "load-1-3")
    assert (first["topic"], first["offset"]) == ("shop.csv", 2)


BAD_LINES = {
    GOOD.replace("view", "wish"): "unknown_event_type",
    GOOD.replace("635.63", "-1"): "bad_price",
    GOOD.replace("635.63", "1.234"): "bad_price",
    GOOD.replace("1455459", ""): "missing_field",
    GOOD.replace("2020-09-24 12:00:01 UTC", "soon"): "bad_event_time",
    GOOD.replace("2020-09-24", "2026-02-01"): "future_event_time",
    GOOD.replace("sony", "s" * 256): "bad_text",
    f"{GOOD},one,more": "not_json",
    "only,three,fields": "not_json",
}


def test_bad_line_has_the_reason_of_the_stream(spark: SparkSession) -> None:
    rows = judged(spark, *BAD_LINES)
    assert {line: row["reason"] for line, row in zip(BAD_LINES, rows, strict=True)} == BAD_LINES


def test_line_that_is_no_row_is_kept_as_it_was(spark: SparkSession) -> None:
    (row,) = judged(spark, "only,three,fields")
    assert bytes(row["value"]) == b"only,three,fields"


def test_quoted_comma_belongs_to_its_field(spark: SparkSession) -> None:
    (row,) = judged(spark, GOOD.replace("sony", '"black, decker"'))
    assert row["brand"] == "black, decker"


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A terminal whose clock is nine hours ahead of UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_shift_counts_whole_days_in_utc_wherever_the_terminal_is(
    spark: SparkSession, in_tokyo: None
) -> None:
    newest = "select timestamp'2020-09-24 12:00:01Z' as event_time"
    accepted = spark.sql(f"{newest} union all select timestamp'2020-09-01 00:00:00Z'")
    days = {
        datetime(2020, 9, 27, 12, 0, 0, tzinfo=UTC): 2,
        datetime(2020, 9, 27, 12, 0, 1, tzinfo=UTC): 3,
        # an event may be some seconds ahead: that is no reason to move it back by a day
        datetime(2020, 9, 24, 11, 59, 58, tzinfo=UTC): 0,
    }
    assert {now: history.days_until(accepted, now) for now in days} == days


def test_shift_moves_whole_days_and_keeps_the_time_of_the_file(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(2, GOOD)], "line_number bigint, value string")
    messages = history.as_messages(
        rows, HEADER, load_id="load-1", file_name="shop.csv", loaded_at=F.lit(LOADED_AT)
    )
    accepted = transforms.accepted(history.judged(messages, 5))
    row = history.history_rows(accepted, load_id="load-1", shift_days=3).first()
    assert row is not None
    assert row["event_time"] == datetime(2020, 9, 27, 12, 0, 1)
    assert row["source_event_time"] == datetime(2020, 9, 24, 12, 0, 1)
    assert (row["event_source"], row["replay_id"]) == ("history", "load-1")
