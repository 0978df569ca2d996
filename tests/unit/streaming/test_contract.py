"""Hard cases of the contract: what almost is JSON, a number, a time or a text, and is not."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from streaming.validation import judge

SCHEMA = "key binary, value binary, topic string, partition int, offset bigint, timestamp timestamp"
APPENDED_AT = datetime(2020, 9, 24, 12, 0, 2, tzinfo=UTC)
SEED = {
    "event_time": "2020-09-24 12:00:01 UTC",
    "event_type": "view",
    "product_id": "1455459",
    "category_id": "2144415927049912542",
    "category_code": "electronics.video.tv",
    "brand": "sony",
    "price": 635.63,
    "user_id": "1515915625519385419",
    "user_session": "sF2S2yMO09",
    "produced_at": "2025-12-10T04:23:15.123456",
}
MAX_BYTES = 2000


def event(**changes: Any) -> bytes:
    """The seed event with other fields; None stays null, a missing field is `without`."""
    return json.dumps({**SEED, **changes}).encode()


def without(name: str) -> bytes:
    return json.dumps({k: v for k, v in SEED.items() if k != name}).encode()


def raw_price(text: str) -> bytes:
    return event().replace(b"635.63", text.encode())


def judge_all(spark: SparkSession, messages: list[bytes | None]) -> list[Row]:
    rows = [
        (None, message, "ecommerce-events", 1, offset, APPENDED_AT)
        for offset, message in enumerate(messages)
    ]
    judged = judge(
        spark.createDataFrame(rows, SCHEMA).coalesce(1),
        max_event_bytes=MAX_BYTES,
        max_future_seconds=5,
    )
    return judged.orderBy("offset").collect()


def reasons(spark: SparkSession, cases: Mapping[str, bytes | None]) -> dict[str, str | None]:
    rows = judge_all(spark, list(cases.values()))
    return {name: row["reason"] for name, row in zip(cases, rows, strict=True)}


REJECTED: dict[str, dict[str, bytes | None]] = {
    "too_large": {"one byte too many": event(x="") + b" " * (MAX_BYTES + 1 - len(event(x="")))},
    "bad_text": {
        "not UTF-8": event().replace(b"sony", b"s\xffny"),
        "not UTF-8 and not JSON": b"\xff\xfe{",
        "raw NUL": event().replace(b"sony", b"so\x00ny"),
        "escaped NUL": event(brand="so\x00ny"),
        "escaped NUL behind a backslash": event(brand="\\\x00"),
        "NUL in an unknown field": event(note="\x00"),
        "NUL in a time": event(event_time="\x00"),
        **{f"long {name}": event(**{name: "x" * 256}) for name in ("event_id", "product_id")},
        **{f"long {name}": event(**{name: "x" * 256}) for name in ("category_id", "user_id")},
        **{f"long {name}": event(**{name: "x" * 256}) for name in ("brand", "category_code")},
        "long user_session": event(user_session="x" * 256),
        "255 characters, 510 bytes": json.dumps(
            {**SEED, "brand": "é" * 255}, ensure_ascii=False
        ).encode(),
    },
    "not_json": {
        "null": None,
        "empty": b"",
        "blank": b"  \n",
        "text": b"hello",
        "number": b"5",
        "array": b"[" + event() + b"]",
        "null literal": b"null",
        "cut off": event()[:-1],
        "word behind": event() + b" x",
        "object behind": event() + b" {}",
        "comma and object behind": event() + b"," + event(),
        "brace behind": event() + b"}",
        "bracket behind": event() + b"]",
        "bracket and object behind": event() + b"],[{}",
        "trailing comma": event()[:-1] + b",}",
        "single quotes": str(SEED).encode(),
        "comment": b"// x\n" + event(),
        "unquoted name": event().replace(b'"brand"', b"brand"),
        "newline in a string": event().replace(b"sony", b"so\nny"),
        "leading zero": raw_price("0635.63"),
        "byte order mark": b"\xef\xbb\xbf" + event(),
        "NaN in an unknown field": event(score=float("nan")),
    },
    "missing_field": {
        **{f"no {name}": without(name) for name in ("event_time", "event_type", "price")},
        **{f"no {name}": without(name) for name in ("product_id", "user_id")},
        **{f"null {name}": event(**{name: None}) for name in ("event_time", "event_type", "price")},
        **{f"null {name}": event(**{name: None}) for name in ("product_id", "user_id")},
        **{f"empty {name}": event(**{name: ""}) for name in ("event_time", "event_type", "price")},
        **{f"empty {name}": event(**{name: ""}) for name in ("product_id", "user_id")},
        "empty object": b"{}",
        "id is true": event(product_id=True),
        "id is an object": event(user_id={"id": 1}),
        "id is an array": event(event_id=["a"]),
        "id has a fraction": event(category_id=1.5),
        "id is a large float": event(product_id=1.5e20),
        "brand is false": event(brand=False),
        "brand is a number": event(brand=5),
        "code is an array": event(category_code=[]),
        "session is an object": event(user_session={}),
    },
    "unknown_event_type": {
        "other word": event(event_type="refund"),
        "capital": event(event_type="View"),
        "space": event(event_type="view "),
        "true": event(event_type=True),
        "number": event(event_type=1),
        "object": event(event_type={"a": "view"}),
    },
    "bad_event_time": {
        "words": event(event_time="yesterday"),
        "true": event(event_time=True),
        "object": event(event_time={}),
        "array": event(event_time=["2020-09-24 12:00:01 UTC"]),
        "bare date": event(event_time="2020-09-24"),
    },
    "bad_price": {
        "word": event(price="cheap"),
        "true": event(price=True),
        "object": event(price={}),
        "array": event(price=[635.63]),
        "NaN": event(price=float("nan")),
        "Infinity": event(price=float("inf")),
        "-Infinity": event(price=float("-inf")),
        "string NaN": event(price="NaN"),
        "negative": event(price=-0.01),
        "three decimals": event(price=635.631),
        "ten to the tenth": event(price=10**10),
        "beyond double": raw_price("1e400"),
    },
    "future_event_time": {"6 s ahead": event(event_time="2020-09-24 12:00:08 UTC")},
}


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_each_bad_message_gets_its_reason(spark: SparkSession, ansi: str) -> None:
    spark.conf.set("spark.sql.ansi.enabled", ansi)
    try:
        cases = {f"{r}: {n}": value for r, group in REJECTED.items() for n, value in group.items()}
        expected = {f"{r}: {n}": r for r, group in REJECTED.items() for n in group}
        assert reasons(spark, cases) == expected
    finally:
        spark.conf.unset("spark.sql.ansi.enabled")


ACCEPTED: dict[str, bytes | None] = {
    "seed event": event(),
    "exactly the largest": event() + b" " * (MAX_BYTES - len(event())),
    "blanks around": b" \r\n\t" + event() + b"\n",
    "exactly 255 bytes": event(brand="x" * 255),
    "backslash and u0000 as text": event(brand="\\u0000"),
    "integers as ids": event(product_id=1, user_id=2**63, category_id=-3, event_id=7),
    "nothing optional": json.dumps(
        {k: SEED[k] for k in ("event_time", "event_type", "product_id", "price", "user_id")}
    ).encode(),
    "null optional": event(brand=None, category_code=None, category_id=None, user_session=None),
    "empty optional": event(brand="", category_code="", category_id="", user_session=""),
    "brand true": event(brand="true"),
    "brand in brackets": event(brand="[solid]"),
    "brand of digits": event(brand="361"),
    "id like a float": event(product_id="1.5"),
    "session like an object": event(user_session="{}"),
    "arrays in unknown fields": event(tags=[{"a": [1]}, {}]),
    "the words NaN and Infinity": event(brand="NaN", note='"price": Infinity'),
    "zero price": event(price=0),
    "price as text": event(price="635.63"),
    "5 s ahead": event(event_time="2020-09-24 12:00:07 UTC"),
    "bad produced_at": event(produced_at="soon", source_event_time={"a": 1}),
    **{kind: event(event_type=kind) for kind in ("cart", "purchase", "remove_from_cart")},
}


def test_good_messages_are_accepted(spark: SparkSession) -> None:
    assert reasons(spark, ACCEPTED) == dict.fromkeys(ACCEPTED)


def test_the_first_reason_that_fits_is_given(spark: SparkSession) -> None:
    faults: list[dict[str, Any]] = [
        {"event_time": "2030-01-01 00:00:00 UTC"},
        {"price": -1},
        {"event_time": "never"},
        {"event_type": "refund"},
        {"user_id": None},
    ]
    together: dict[str, Any] = {}
    messages: list[bytes | None] = []
    for fault in faults:
        together |= fault
        messages.append(event(**together))
    broken = messages[-1][:-1] if messages[-1] else b""
    messages += [broken, broken + b"\xff", b"\xff" * (MAX_BYTES + 1)]
    assert [row["reason"] for row in judge_all(spark, messages)] == [
        "future_event_time",
        "bad_price",
        "bad_event_time",
        "unknown_event_type",
        "missing_field",
        "not_json",
        "bad_text",
        "too_large",
    ]


def test_seed_event_is_read_as_it_stands(spark: SparkSession) -> None:
    (row,) = judge_all(spark, [event()])
    assert row.asDict() == {
        **SEED,
        "key": None,
        "value": bytearray(event()),
        "topic": "ecommerce-events",
        "partition": 1,
        "offset": 0,
        "timestamp": APPENDED_AT.replace(tzinfo=None),
        "event_id": "ecommerce-events-1-0",
        "event_time": datetime(2020, 9, 24, 12, 0, 1),
        "price": Decimal("635.63"),
        "produced_at": datetime(2025, 12, 10, 4, 23, 15, 123456),
        "source_event_time": None,
        "reason": None,
    }


def test_ids_are_text_and_a_missing_event_id_is_the_place(spark: SparkSession) -> None:
    messages = [event(event_id="a", product_id=2**63, brand=""), event(event_id=""), event()]
    rows = judge_all(spark, list(messages))
    assert [row["event_id"] for row in rows] == [
        "a",
        "ecommerce-events-1-1",
        "ecommerce-events-1-2",
    ]
    assert rows[0]["product_id"] == "9223372036854775808"
    assert rows[0]["brand"] == ""


def test_numbers_of_json_are_times_too(spark: SparkSession) -> None:
    texts = ("1600948626", "1600948626.25", "1600948626.123456", "1600948626000")
    messages = [event(event_time=json.loads(text)) for text in texts]
    rows = judge_all(spark, list(messages))
    micros = [row["event_time"].microsecond for row in rows]
    assert [row["event_time"].replace(microsecond=0) for row in rows] == [
        datetime(2020, 9, 24, 11, 57, 6)
    ] * 4
    assert micros == [0, 250000, 123456, 0]
