"""The merge of window updates into Delta: what it keeps, and how much of the table it writes anew."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from delta.tables import DeltaTable
from pyspark.sql import SparkSession

from streaming.landing import ensure_table, merge_windows
from streaming.schemas import WINDOW_METRICS
from tests.unit.streaming.conftest import small_session

pytestmark = pytest.mark.integration
NOON = datetime(2026, 1, 31, 12)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    yield from small_session(tmp_path_factory.mktemp("warehouse"))


def update(second: int, offset: int, views: int, value: str = "") -> dict[str, Any]:
    """An update of the window that began `second` seconds after noon."""
    start = NOON + timedelta(seconds=second)
    row = dict.fromkeys(WINDOW_METRICS.fieldNames())
    return row | {
        "window_started_at": start,
        "window_ended_at": start + timedelta(seconds=2),
        "dimension": "brand" if value else "all",
        "value": value,
        "view_count": views,
        "analytics_partition": 0,
        "analytics_offset": offset,
    }


def land(spark: SparkSession, path: str, *updates: dict[str, Any]) -> None:
    merge_windows(spark, path, spark.createDataFrame(list(updates), WINDOW_METRICS))


def views(spark: SparkSession, path: str) -> dict[tuple[int, str], int]:
    rows = spark.read.format("delta").load(path).collect()
    found = {((row.window_started_at - NOON).seconds, row.value): row.view_count for row in rows}
    assert len(found) == len(rows)
    return found


def test_a_window_keeps_its_newest_update_and_no_other_window_changes(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = str(tmp_path)
    ensure_table(spark, path, "window_metrics")
    land(spark, path, update(0, 1, 5), update(2, 2, 7), update(2, 3, 4, "asus"))
    land(spark, path, update(2, 5, 9), update(4, 6, 1))
    assert views(spark, path) == {(0, ""): 5, (2, ""): 9, (2, "asus"): 4, (4, ""): 1}


def test_an_older_update_never_replaces_a_newer_one(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path)
    ensure_table(spark, path, "window_metrics")
    land(spark, path, update(0, 8, 5))
    land(spark, path, update(0, 3, 2))
    assert views(spark, path) == {(0, ""): 5}


def test_a_batch_that_is_repeated_changes_nothing(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path)
    ensure_table(spark, path, "window_metrics")
    for _ in range(2):
        land(spark, path, update(0, 1, 5), update(60, 2, 7))
    assert views(spark, path) == {(0, ""): 5, (60, ""): 7}


def test_a_batch_without_a_window_is_no_commit(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path)
    ensure_table(spark, path, "window_metrics")
    land(spark, path)
    assert DeltaTable.forPath(spark, path).history().count() == 1


def test_what_a_batch_writes_does_not_grow_with_the_table(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = str(tmp_path)
    ensure_table(spark, path, "window_metrics")
    for batch in range(6):
        # as the live query does: half a minute of windows, the first ones an update of the last ones
        first = batch * 30 - 10
        land(spark, path, *(update(max(first, 0) + 2 * i, batch * 100 + i, i) for i in range(20)))
    assert len(views(spark, path)) == 90
    written = [
        int(row.operationMetrics["numOutputRows"])
        for row in DeltaTable.forPath(spark, path).history().collect()
        if row.operation == "WRITE"
    ]
    # 20 new rows, and at most those of the batch before
    assert len(written) == 6
    assert max(written) <= 40
