"""The edges of a repair without services: the ledger and the topic by hand, the folders for real."""

import errno
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from pyspark.sql import DataFrame, SparkSession

from settings import Settings
from streaming import beginning
from streaming.beginning import Beginning
from streaming.folder import Folder, UnreadableError
from streaming.ledger import Ledger
from streaming.live import LiveSink
from streaming.repair import __main__ as command
from streaming.repair import landing, live
from streaming.repair.plan import ForeignTopicError
from tests.unit.streaming.builders import JavaError

APPENDED_MS = 1_767_268_805_000  # 2026-01-01 12:00:05 UTC


def row(query: str, number: int, begin: int, second: int) -> dict[str, Any]:
    """A batch of ten messages; its watermark in seconds after noon, none in the first one."""
    at = (
        datetime(2026, 1, 1, 12, 0, second, tzinfo=UTC)
        if number
        else datetime(1970, 1, 1, tzinfo=UTC)
    )
    ranges = {"from": {"0": begin}, "until": {"0": begin + 10}}
    return {"query_id": query, "batch_id": number, **ranges, "watermark": at.isoformat()}


# Behind batch 2 every window is final: those up to 12:00:14 end at 12:00:16.
LEDGER = [row("old", 0, 0, 0), row("a", 0, 0, 0), row("a", 1, 10, 2), row("a", 2, 20, 4)]
LEDGER += [row("a", 3, 30, 16), row("a", 3, 30, 16)]


@dataclass
class Record:
    value: bytes
    timestamp: int = APPENDED_MS


class Topics:
    """Stands in for TopicReader: the ledger, and an events topic with one partition."""

    begin, end = 0, 45

    def __init__(self, kafka: Any, topic: str) -> None:
        self._is_ledger = topic == kafka.batches_topic

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def bounds(self) -> dict[int, tuple[int, int]]:
        return {0: (self.begin, self.end)}

    def read(self, ranges: Mapping[int, tuple[int, int]]) -> Iterator[Record]:
        yield from (
            [Record(json.dumps(each).encode()) for each in LEDGER]
            if self._is_ledger
            else [Record(b"{}")]
        )


class Files:
    """A checkpoint's folder."""

    def __init__(self, **files: str) -> None:
        self._files = files

    def exists(self, name: str) -> bool:
        return name in self._files or (name == beginning.FILE and "start" in self._files)

    def read(self, name: str) -> str:
        if not self._files[name]:
            raise UnreadableError("Checksum error")
        return self._files[name]


def begun(
    monkeypatch: pytest.MonkeyPatch, folder: Files, begin: int = 0, end: int = 45
) -> Beginning:
    topics = type("These", (Topics,), {"begin": begin, "end": end})
    monkeypatch.setattr(live, "TopicReader", topics)
    return live.as_beginning(live.start(Settings(), folder))  # type: ignore[arg-type]


FINAL = Beginning({"0": 20}, datetime(2026, 1, 1, 12, 0, 14, tzinfo=UTC))


@pytest.mark.parametrize(
    "folder",
    [
        Files(),
        Files(metadata='{"id":"a"}'),
        Files(metadata=""),
        Files(metadata='{"id"'),
        # begun by a repair, and torn before it told anything
        Files(metadata='{"id":"b"}', start="{}"),
    ],
)
def test_live_begins_behind_what_the_newest_query_in_the_ledger_had_finished(
    monkeypatch: pytest.MonkeyPatch, folder: Files
) -> None:
    assert begun(monkeypatch, folder) == FINAL


def test_a_query_that_began_anew_and_told_nothing_has_finished_no_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert begun(monkeypatch, Files(metadata='{"id":"b"}')) == Beginning({"0": 0}, None)


def test_live_begins_at_the_oldest_message_when_the_topic_forgot_what_nobody_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    after = datetime(2026, 1, 1, 12, 0, 10, tzinfo=UTC)
    assert begun(monkeypatch, Files(), begin=42) == Beginning({"0": 42}, after)


def test_a_topic_that_was_made_again_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ForeignTopicError, match="partition 0 ends at 5"):
        begun(monkeypatch, Files(), end=5)


def test_holes_are_looked_for_in_each_partition(spark: SparkSession) -> None:
    # Whole from the topic's oldest message on; without offset 2; whole behind what was deleted.
    places = spark.sql(
        "select * from values (0, 3L), (0, 4L), (0, 5L), (1, 0L), (1, 1L), (1, 3L), (2, 1L), "
        "(2, 5L), (2, 6L) as (partition, offset)"
    )
    highest, begins = {"0": 5, "1": 3, "2": 6}, {"0": 3, "1": 0, "2": 5}
    assert landing.holes(places, highest, begins) == {"1": 0}


EVENT = '{"event_time":"2026-01-01 12:00:00 UTC","event_type":"view","product_id":"1","price":1,"user_id":"7"}'


def test_what_a_crash_left_out_below_the_highest_offset_lands_and_nothing_twice(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Offsets 0 to 4 were sent, 1 and 3 are no events; the crash came before offset 1 had landed.
    messages = spark.sql(
        "select cast(null as binary) as key, cast(if(n in (1, 3), '{', '" + EVENT + "') as binary) "
        "as value, 'ecommerce-events' as topic, 0 as partition, n as offset, timestamp_seconds(1767268805) "
        "as timestamp, cast(null as array<struct<key: string, value: binary>>) as headers "
        "from range(5) as sent(n)"
    )
    landed = {"event_stream": "(0L), (2L), (4L)", "rejected_event": "(3L)"}
    appended: dict[str, list[int]] = {}

    def table(spark: SparkSession, settings: Settings, name: str) -> DataFrame:
        return spark.sql(
            "select 'ecommerce-events' as topic, 0 as partition, offset "
            f"from values {landed[name]} as (offset)"
        )

    def append(rows: DataFrame, path: str) -> None:
        appended[Path(path).name] = [row["offset"] for row in rows.collect()]

    monkeypatch.setattr(landing, "_bounds", lambda *_: ({"0": 0}, {"0": 9}))
    monkeypatch.setattr(landing, "_messages", lambda *_: messages)
    monkeypatch.setattr(landing, "_table", table)
    monkeypatch.setattr(landing, "_append", append)
    begun, lines = landing.start_events(spark, Settings())
    assert begun == Beginning({"0": 5})
    assert appended == {"event_stream": [], "rejected_event": [1]}
    assert lines[1] == "landing_events: 1 messages that a crash had left out have landed"


class Accepting:
    """Stands in for HBase, for the producer and for the future of a message; keeps what it was given."""

    def __init__(self) -> None:
        self.rows: dict[str, list[bytes]] = {}
        self.sent: dict[str, list[bytes]] = {}

    def write(self, table: str, rows: list[Any]) -> None:
        self.rows.setdefault(table, []).extend(key for key, _ in rows)

    def send(self, topic: str, *, key: bytes, value: bytes) -> Self:
        self.sent.setdefault(topic, []).append(value)
        return self

    def flush(self, timeout: float) -> None:
        """All is there."""

    def get(self, timeout: float) -> None:
        """Acknowledged."""


def test_windows_that_belong_to_the_older_query_are_not_written(spark: SparkSession) -> None:
    settings, place = Settings(), Accepting()
    columns = "0L as view_count, 1L as cart_count, 0L as purchase_count, 0L as remove_count"
    values = "0 as view_value, 5 as cart_value, 0 as purchase_value, 5 as total_value"
    batch = spark.sql(
        "select timestamp_seconds(1767268800 + n) as window_started_at, "
        "timestamp_seconds(1767268802 + n) as window_ended_at, 'all' as dimension, '' as value, "
        f"{columns}, {values}, 5 as avg_price from values (12), (14), (16) as started(n)"
    )
    log = 'v1\n{"batchWatermarkMs":0}\n{"ecommerce-events":{"0":45}}'
    files = {"offsets/0": log, "sources/0/0": '{"ecommerce-events":{"0":20}}'}
    ledger = Ledger(files.__getitem__, "ecommerce-events", "2026-01-01T12:00:14.000Z")
    LiveSink(settings, place, place, ledger, FINAL)(batch, 0)  # type: ignore[arg-type]
    # FINAL leaves the windows up to 12:00:14 to the older query
    assert place.rows["event_counts"] == [b"20260101_120016"]
    (update,) = place.sent[settings.kafka.analytics_topic]
    assert json.loads(update)["window_started_at"] == "2026-01-01T12:00:16.000Z"
    (entry,) = place.sent[settings.kafka.batches_topic]
    assert json.loads(entry)["windows_after"] == "2026-01-01T12:00:14.000Z"
    assert json.loads(entry)["from"] == {"0": 20}


def test_the_old_checkpoint_is_kept_beside_the_new_one(spark: SparkSession, tmp_path: Path) -> None:
    uri = str(tmp_path / "live")
    Folder(spark, uri).write("metadata", "torn")
    Folder(spark, f"{uri}.new").write("left", "by a repair that was killed")
    aside = command.replace(spark, uri, FINAL)
    assert aside is not None
    assert (Path(aside) / "metadata").read_text(encoding="utf-8") == "torn"
    assert Path(aside).name.startswith("live.broken-")
    assert beginning.read(Folder(spark, uri)) == FINAL
    assert Folder(spark, uri).names("") == [beginning.FILE]
    assert not Path(f"{uri}.new").exists()


def test_without_an_old_checkpoint_there_is_nothing_to_keep(
    spark: SparkSession, tmp_path: Path
) -> None:
    assert command.replace(spark, str(tmp_path / "live"), FINAL) is None
    assert [path.name for path in tmp_path.iterdir()] == ["live"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            JavaError("java.io.IOException: No space left on device\n\tat java.io.File"),
            "java.io.IOException: No space left on device",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "/data/run/live.lock"),
            "[Errno 28] No space left on device: '/data/run/live.lock'",
        ),
    ],
)
def test_a_full_disk_ends_a_repair_with_one_line(
    error: Exception,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(sys, "argv", ["repair"])
    monkeypatch.setattr(command, "run", fail)
    assert command.main() == 1
    said = capsys.readouterr().err
    assert said == f"error: the repair failed; run it again, nothing is doubled: {told}\n"
