"""The one validation: many ways to each reason, and the fields that the contract does not know."""

import json
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import Row, SparkSession

from streaming import transforms
from streaming.validation import judge

APPENDED = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = {"event_time": "2020-09-24 12:00:01 UTC", "event_type": "view", "product_id": "1455459"}
GOOD |= {"price": 635.63, "user_id": "1515915625519385419"}


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


def test_each_fault_has_its_reason(spark: SparkSession) -> None:
    expected = [reason for reason, messages in REASONS.items() for _ in messages]
    found = judged(spark, [value for messages in REASONS.values() for value in messages])
    assert [row["reason"] for row in found] == expected


def test_unknown_fields_are_kept_with_their_types(spark: SparkSession) -> None:
    with_unknown, without = judged(spark, [message(list=[1, "x"], number=1), message()])
    assert json.loads(with_unknown["extra"]) == {"list": [1, "x"], "number": 1}
    assert without["extra"] is None
