"""The recount's rule for late and repeated events, held against the engine itself, batch by batch."""

import os
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from bench.recount.lateness import COUNTED, LATE, REPEATED, verdicts
from bench.recount.ledger import Batch
from bench.recount.windows import EVENTS
from streaming.transforms import windowed_counts

START = datetime(2020, 9, 24, 12, 0, 0)
SCHEMA = (
    "event_id string, event_time timestamp, event_type string, price decimal(12,2), "
    "brand string, category_code string"
)
# batch by batch: event_id, seconds after START, and what must become of it
BATCHES: list[list[tuple[str, float, str]]] = [
    [("a", 0, COUNTED), ("b", 20, COUNTED)],
    # The watermark is at 10 s, but this batch is judged by the one before: there was none.
    [("c", 9, COUNTED), ("d", 21, COUNTED)],
    [("e", 9.999, LATE), ("f", 10, LATE), ("g", 10.001, COUNTED), ("a", 0, REPEATED)],
    [("g", 10.001, REPEATED), ("h", 40, COUNTED)],
    [("i", 30, COUNTED), ("g", 15, REPEATED)],
    # The watermark of the batch before was 30 s: g is forgotten, i is late and known.
    [("g", 31, COUNTED), ("i", 30, REPEATED), ("j", 30, LATE)],
]


def rows() -> list[dict[str, Any]]:
    return [
        {
            **{"event_id": event_id, "event_time": START + timedelta(seconds=at)},
            **{"event_type": "view", "price": Decimal(1), "category_code": None},
            # a brand of its own for each message tells which of them was counted
            **{"brand": f"{number}-{place}-{event_id}", "batch": number},
        }
        for number, batch in enumerate(BATCHES)
        for place, (event_id, at, _) in enumerate(batch)
    ]


def write_batches(folder: Path) -> None:
    folder.mkdir()
    for number in range(len(BATCHES)):
        held = [row for row in rows() if row["batch"] == number]
        path = folder / f"{number}.parquet"
        names = ("event_id", "event_time", "event_type", "price", "brand", "category_code")
        kinds = {
            **dict.fromkeys(names, pa.string()),
            "event_time": pa.timestamp("us", tz="UTC"),
            "price": pa.decimal128(12, 2),
        }
        table = pa.Table.from_pylist([{name: row[name] for name in names} for row in held])
        pq.write_table(table.cast(pa.schema([(name, kinds[name]) for name in names])), path)
        os.utime(path, (1_600_000_000 + number, 1_600_000_000 + number))  # read in this order


def counted_by_the_engine(spark: SparkSession, folder: Path) -> set[str]:
    source = spark.readStream.schema(SCHEMA).option("maxFilesPerTrigger", 1).parquet(str(folder))
    counted = windowed_counts(source, window_seconds=2, watermark_seconds=10, deduplicate=True)
    found: set[str] = set()
    query = (
        counted.writeStream.outputMode("update")
        .option("checkpointLocation", str(folder.parent / "checkpoint"))
        .foreachBatch(
            lambda batch, _: found.update(
                row["value"] for row in batch.where("dimension = 'brand'").collect()
            )
        )
        .start()
    )
    try:
        query.processAllAvailable()
    finally:
        query.stop()
    return found


def counted_by_the_rule() -> list[str]:
    events, batches, offset = [], [], 0
    for number, batch in enumerate(BATCHES):
        batches.append(Batch(number, {0: offset}, {0: offset + len(batch)}, 0))
        offset += len(batch)
    for offset, row in enumerate(rows()):
        kept = {name: row[name] for name in ("event_id", "event_time", "brand")}
        events.append(kept | {"partition": 0, "offset": offset})
    return verdicts(pa.Table.from_pylist(events, EVENTS), batches, 10)


def test_the_rule_gives_the_verdicts_written_by_hand() -> None:
    assert counted_by_the_rule() == [fate for batch in BATCHES for *_, fate in batch]


def test_the_engine_counts_exactly_what_the_rule_says(spark: SparkSession, tmp_path: Path) -> None:
    write_batches(tmp_path / "events")
    expected = {
        row["brand"]
        for row, fate in zip(rows(), counted_by_the_rule(), strict=True)
        if fate == COUNTED
    }
    assert counted_by_the_engine(spark, tmp_path / "events") == expected
