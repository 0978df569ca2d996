"""Every form of a time and of a price that a message may have, and those that are none."""

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from streaming.validation import parse_price, parse_time

TIMES: dict[str, str | None] = {
    "2020-09-24 11:57:06 UTC": "2020-09-24 11:57:06",
    "2020-09-24 11:57:06": "2020-09-24 11:57:06",
    "2020-09-24T11:57:06": "2020-09-24 11:57:06",
    "2020-09-24T11:57:06Z": "2020-09-24 11:57:06",
    "2020-09-24T11:57:06+01:00": "2020-09-24 10:57:06",
    "2020-09-24T11:57:06-0130": "2020-09-24 13:27:06",
    "2020-09-24T11:57:06.5": "2020-09-24 11:57:06.5",
    "2020-09-24T11:57:06.123456789Z": "2020-09-24 11:57:06.123456",
    "2020-09-24 11:57:06.120+0100": "2020-09-24 10:57:06.12",
    "1600948626": "2020-09-24 11:57:06",
    "1600948626.5": "2020-09-24 11:57:06.5",
    "1600948626123": "2020-09-24 11:57:06.123",
    "2020-02-29 00:00:00 UTC": "2020-02-29 00:00:00",
    "1970-01-01 00:00:00 UTC": "1970-01-01 00:00:00",
    "2200-12-31T23:59:59Z": "2200-12-31 23:59:59",
    **dict.fromkeys(
        (
            *("2020-09-24", "11:57:06", "2020-09-24 11:57", "T11:57:06", "2020-09-24T11Z", ""),
            *("2020-02-30 00:00:00 UTC", "2021-02-29 00:00:00", "2020-13-01 00:00:00"),
            *("2020-09-24T24:00:00Z", "2020-09-24T11:60:06Z", "2020-09-24T11:57:60Z"),
            *("1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "9999999999", "9999999999999"),
            *("160094862", "16009486261", "160094862612", "-1600948626", "1600948626123456789"),
            *("2020-09-24T11:57:06+19:00", "2020-09-24T11:57:06 CET", "2020-09-24t11:57:06z"),
            *("2020-09-24T11:57:06.1234567890Z", "2020-09-24T11:57:06.", "now", "+2020-09-24"),
            *("2020-09-24 11:57:06 UTC\n", "1600948626\n", " 2020-09-24 11:57:06", "1e9"),
        )
    ),
}

PRICES: dict[str, str | None] = {
    "635.63": "635.63",
    "0": "0.00",
    "0.0": "0.00",
    "-0.0": "0.00",
    "5": "5.00",
    "5.1": "5.10",
    "5.100": "5.10",
    "9999999999.99": "9999999999.99",
    "1.0E7": "10000000.00",
    "9.99999999999E9": "9999999999.99",
    **dict.fromkeys(
        (
            *("-0.01", "-5", "5.001", "0.001", "10000000000", "1.0E10", "1.0E-4", "1.2345678901E7"),
            *("NaN", '"NaN"', "Infinity", "", " 5", "5 ", "5\n", "5,00", ".5", "5.", "+5", "$5"),
            *("635.630000000000000001", "0x10", "1.0E99999999999", "9" * 40),
        )
    ),
}


@pytest.mark.parametrize("ansi", ["true", "false"])
def test_every_form_of_time_and_price(spark: SparkSession, ansi: str) -> None:
    spark.conf.set("spark.sql.ansi.enabled", ansi)
    try:
        texts = [("time", text) for text in TIMES] + [("price", text) for text in PRICES]
        rows = spark.createDataFrame(texts, "kind string, text string").coalesce(1)
        time = F.when(F.col("kind") == "time", parse_time(F.col("text")).cast("string"))
        price = F.when(F.col("kind") == "price", parse_price(F.col("text")).cast("string"))
        found = rows.select("kind", "text", F.coalesce(time, price).alias("parsed")).collect()
    finally:
        spark.conf.unset("spark.sql.ansi.enabled")
    assert {row["text"]: row["parsed"] for row in found if row["kind"] == "time"} == TIMES
    assert {row["text"]: row["parsed"] for row in found if row["kind"] == "price"} == PRICES
