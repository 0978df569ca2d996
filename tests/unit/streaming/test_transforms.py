"""Windows: edges, dimensions, sums, and what the watermark and repeats do to a running query."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

from streaming.schemas import WINDOW_METRICS
from streaming.transforms import latest_windows, windowed_counts

START = datetime(2020, 9, 24, 12, 0, 0)
SCHEMA = (
    "event_id string, event_time timestamp, event_type string, price decimal(12,2), "
    "brand string, category_code string"
)


def event(at: float, kind: str = "view", price: str = "1.00", **named: Any) -> tuple[Any, ...]:
    return (
        *(named.get("id", f"{at}-{kind}-{price}"), START + timedelta(seconds=at), kind),
        *(Decimal(price), named.get("brand"), named.get("code")),
    )


def windows(spark: SparkSession, *events: tuple[Any, ...]) -> dict[tuple[int, str, str], Row]:
    rows = spark.createDataFrame(list(events), SCHEMA)
    return keyed(windowed_counts(rows, window_seconds=2, watermark_seconds=10, deduplicate=False))


def keyed(found: DataFrame) -> dict[tuple[int, str, str], Row]:
    return {
        ((row["window_started_at"] - START).seconds, row["dimension"], row["value"]): row
        for row in found.collect()
    }


def test_a_window_holds_its_start_and_not_its_end(spark: SparkSession) -> None:
    found = windows(spark, event(0), event(1.999), event(2))
    assert found[0, "all", ""]["view_count"] == 2
    assert found[2, "all", ""]["view_count"] == 1


def test_each_type_has_its_count_and_its_value(spark: SparkSession) -> None:
    row = windows(
        spark,
        event(0, "view", "10.01"),
        event(0, "view", "0.99"),
        event(0, "cart", "5.00"),
        event(1, "purchase", "7.50"),
        event(1, "remove_from_cart", "2.50"),
    )[0, "all", ""]
    counts = [row[f"{name}_count"] for name in ("view", "cart", "purchase", "remove")]
    assert counts == [2, 1, 1, 1]
    values = [str(row[f"{name}_value"]) for name in ("view", "cart", "purchase", "total")]
    assert values == ["11.00", "5.00", "7.50", "26.00"]
    assert str(row["avg_price"]) == "5.2000"


def test_the_average_is_rounded_half_up(spark: SparkSession) -> None:
    eight = [event(0, price="0.01"), *(event(0.1 * n, price="0.00") for n in range(1, 8))]
    assert str(windows(spark, *eight)[0, "all", ""]["avg_price"]) == "0.0013"


def test_no_brand_and_no_category_have_values_of_their_own(spark: SparkSession) -> None:
    found = windows(
        spark,
        event(0),
        event(0.1, brand="", code=""),
        event(0.2, brand="sony", code="electronics.video.tv"),
        event(0.3, brand="asus", code="electronics"),
    )
    counts = {key[1:]: row["view_count"] for key, row in found.items()}
    assert counts == {
        ("all", ""): 4,
        ("brand", ""): 2,
        ("brand", "sony"): 1,
        ("brand", "asus"): 1,
        ("category", "uncategorized"): 2,
        ("category", "electronics"): 2,
    }


class Stream:
    """A running query over a folder; each `add` is one batch, whose updates it returns."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self.spark, self.folder = spark, folder
        self.updates: list[Row] = []
        source = spark.readStream.schema(SCHEMA).option("maxFilesPerTrigger", 1)
        counted = windowed_counts(
            source.parquet(str(folder)), window_seconds=2, watermark_seconds=10, deduplicate=True
        )
        self.query = (
            counted.writeStream.outputMode("update")
            .option("checkpointLocation", str(folder.parent / "checkpoint"))
            .foreachBatch(lambda batch, _: self.updates.extend(batch.collect()))
            .start()
        )

    def add(self, *events: tuple[Any, ...]) -> dict[int, int]:
        self.updates.clear()
        rows = self.spark.createDataFrame(list(events), SCHEMA)
        rows.coalesce(1).write.mode("append").parquet(str(self.folder))
        self.query.processAllAvailable()
        return {
            (row["window_started_at"] - START).seconds: row["view_count"]
            for row in self.updates
            if row["dimension"] == "all"
        }


def test_updates_are_absolute_repeats_count_once_and_late_events_are_left_out(
    spark: SparkSession, tmp_path: Path
) -> None:
    folder = tmp_path / "events"
    folder.mkdir()
    stream = Stream(spark, folder)
    try:
        assert stream.add(event(0, id="a"), event(1, id="b")) == {0: 2}
        assert stream.add(event(1, id="c")) == {0: 3}
        assert stream.add(event(1, id="c")) == {}
        # 20 s later the watermark is at 10 s: the first window is closed for good.
        assert stream.add(event(20, id="d")) == {20: 1}
        assert stream.add(event(1.5, id="late"), event(20.5, id="e")) == {20: 2}
    finally:
        stream.query.stop()


def test_of_several_updates_of_a_window_the_last_on_the_topic_stays(spark: SparkSession) -> None:
    def update(offset: int, views: int, value: str) -> dict[str, Any]:
        row = dict.fromkeys(WINDOW_METRICS.fieldNames())
        row |= {"window_started_at": START, "dimension": "brand", "value": value}
        return row | {"view_count": views, "analytics_offset": offset}

    updates = [update(7, 3, "sony"), update(9, 5, "sony"), update(8, 4, "sony"), update(1, 1, "lg")]
    rows = latest_windows(spark.createDataFrame(updates, WINDOW_METRICS)).collect()
    assert {row["value"]: row["view_count"] for row in rows} == {"sony": 5, "lg": 1}
