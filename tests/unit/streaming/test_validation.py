"""The one validation: every reason, every form of time and price, and which reason wins."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from streaming import transforms
from streaming.validation import judge

APPENDED = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = {"event_time": "2020-09-24 12:00:01 UTC", "event_type": "view", "product_id": "1455459"}
GOOD |= {"price": 635.63, "user_id": "1515915625519385419"}
SEED = (
    b'{"event_time": "2020-09-24 12:00:01 UTC", "event_type": "view", "product_id": "1455459", '
    b'"category_id": "2144415927049912542", "category_code": "electronics.video.tv", '
    b'"brand": "sony", "price": 635.63, "user_id": "1515915625519385419", '
    b'"user_session": "sF2S2yMO09", "produced_at": "2025-12-10T04:23:15.123456"}'
)


def message(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def judged(spark: SparkSession, messages: list[bytes | None]) -> list[Row]:
    schema = (
        "key binary, value binary, topic string, partition int, offset long, timestamp timestamp"
    )
    rows = [
        (None, None if value is None else bytearray(value), "events", 1, offset, APPENDED)
        for offset, value in enumerate(messages)
    ]
    raw = spark.createDataFrame(rows, schema)
    found = transforms.with_extra(judge(raw, max_event_bytes=65536, max_future_seconds=5))
    return found.orderBy("offset").collect()


REASONS: dict[str, list[bytes | None]] = {
    "too_large": [b"x" * 65537, b"\xff" * 70_000],
    "bad_text": [
        b"\xff\xfe",
        message(brand="a\0b"),
        GOOD["event_type"].encode() + b"\0",
        message(user_id="7" * 256),
        message(brand="\u00e9" * 128),
        message(category_code="c" * 256),
        message(user_session="s" * 256),
    ],
    "not_json": [
        *(b"", None, b"5", b"null", b"[1]", b"not", b"{'a': 1}", b'{"event_time": "2020'),
        *(b'{"a": 1} x', b'{"a": 1}{"b": 2}', b'{"a": 1},{"b": 2}', b'{"a": 1} x}'),
    ],
    "missing_field": [
        *(message(**{name: None}) for name in GOOD),
        *(message(product_id=""), message(user_id=True), message(product_id=1.5)),
        *(message(brand={"name": "sony"}), message(user_session=["a"])),
    ],
    "unknown_event_type": [message(event_type="wish"), message(event_type=True)],
    "bad_event_time": [
        *(message(event_time="yesterday"), message(event_time="2020-02-30 00:00:00 UTC")),
        *(message(event_time="2020-09-24"), message(event_time="12:00:01")),
        *(message(event_time=True), message(event_time=12345)),
        message(event_time="2020-09-24 12:00:01 Mars/Base"),
    ],
    "bad_price": [
        *(message(price=value) for value in ("abc", True, -0.01, 1.005, 10**10, float("nan"))),
        *(message(price=value) for value in (float("inf"), {}, [1], "1.234")),
    ],
    "future_event_time": [message(event_time="2026-01-01T00:00:05.001Z")],
}


@pytest.mark.parametrize("reason", REASONS)
def test_each_fault_has_its_reason(spark: SparkSession, reason: str) -> None:
    found = [row["reason"] for row in judged(spark, REASONS[reason])]
    assert found == [reason] * len(REASONS[reason])


def test_the_first_reason_in_the_order_of_the_contract_wins(spark: SparkSession) -> None:
    everything_wrong = {"event_type": "wish", "event_time": "?", "price": -1}
    messages: list[bytes | None] = [
        message(**everything_wrong, user_id=None, brand="b" * 256),
        message(**everything_wrong, user_id=None),
        message(**everything_wrong),
        message(event_time="?", price=-1),
        message(event_time="2100-01-01T00:00:00Z", price=-1),
    ]
    assert [row["reason"] for row in judged(spark, messages)] == [
        "bad_text",
        "missing_field",
        "unknown_event_type",
        "bad_event_time",
        "bad_price",
    ]


def test_the_seed_event_is_accepted_as_it_stands(spark: SparkSession) -> None:
    [row] = judged(spark, [SEED])
    assert row["reason"] is None
    assert row["event_id"] == "events-1-0"
    assert row["event_time"] == datetime(2020, 9, 24, 12, 0, 1)
    assert str(row["price"]) == "635.63"
    assert row["user_id"] == "1515915625519385419"
    assert row["produced_at"] == datetime(2025, 12, 10, 4, 23, 15, 123456)


TIMES = {
    "2020-09-24 11:57:06 UTC": datetime(2020, 9, 24, 11, 57, 6),
    "2020-09-24T11:57:06Z": datetime(2020, 9, 24, 11, 57, 6),
    "2020-09-24T11:57:06": datetime(2020, 9, 24, 11, 57, 6),
    "2020-09-24T13:57:06+02:00": datetime(2020, 9, 24, 11, 57, 6),
    "2020-09-24T06:27:06-0530": datetime(2020, 9, 24, 11, 57, 6),
    "2020-09-24T11:57:06.5Z": datetime(2020, 9, 24, 11, 57, 6, 500000),
    "2020-09-24 11:57:06.123456789": datetime(2020, 9, 24, 11, 57, 6, 123456),
    1600948626: datetime(2020, 9, 24, 11, 57, 6),
    "1600948626": datetime(2020, 9, 24, 11, 57, 6),
    1600948626.5: datetime(2020, 9, 24, 11, 57, 6, 500000),
    1600948626123: datetime(2020, 9, 24, 11, 57, 6, 123000),
}


def test_every_form_of_time_is_read(spark: SparkSession) -> None:
    found = judged(spark, [message(event_time=form) for form in TIMES])
    assert [row["event_time"] for row in found] == list(TIMES.values())
    assert [row["reason"] for row in found] == [None] * len(TIMES)


def test_forms_of_price_and_id_that_are_taken(spark: SparkSession) -> None:
    prices = {0: "0.00", "635.63": "635.63", 150.0: "150.00", 9999999999.99: "9999999999.99"}
    found = judged(spark, [message(price=form, user_id=2**62) for form in prices])
    assert [str(row["price"]) for row in found] == list(prices.values())
    assert {row["user_id"] for row in found} == {str(2**62)}


def test_text_that_looks_like_another_type_is_still_text(spark: SparkSession) -> None:
    brands = ["true", "[solid]", "{x}", "1.5", "1e5"]
    found = judged(spark, [message(brand=brand) for brand in brands])
    assert [(row["reason"], row["brand"]) for row in found] == [(None, brand) for brand in brands]


def test_an_event_just_inside_the_allowed_future_is_accepted(spark: SparkSession) -> None:
    [row] = judged(spark, [message(event_time="2026-01-01T00:00:05Z")])
    assert row["reason"] is None


def test_unknown_fields_are_kept_with_their_types(spark: SparkSession) -> None:
    with_unknown, without = judged(spark, [message(list=[1, "x"], number=1), message()])
    assert json.loads(with_unknown["extra"]) == {"list": [1, "x"], "number": 1}
    assert without["extra"] is None
