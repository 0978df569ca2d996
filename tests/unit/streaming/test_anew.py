"""A query whose checkpoint is gone begins at the oldest message only where that neither doubles nor cuts anything."""

from pathlib import Path
from typing import Any, Self

import pytest
from pyspark.sql import SparkSession

from settings import Settings
from streaming import landing, live
from streaming.beginning import Beginning
from streaming.folder import Folder
from streaming.landing import ensure_table
from streaming.session import JobError, checkpoint, ensure_whole


class BegunError(Exception):
    """Stands in for a query: nothing kept it from reading its topic."""


def begin(*_: object, **__: object) -> None:
    raise BegunError


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SPARK_CHECKPOINT_URI", str(tmp_path / "checkpoints"))
    monkeypatch.setenv("SPARK_WAREHOUSE_URI", str(tmp_path / "warehouse"))
    monkeypatch.setattr("streaming.sources.read_topic", begin)
    return Settings()


def land(spark: SparkSession, settings: Settings, table: str, topic: str) -> None:
    """One row of a topic in a raw table."""
    path = settings.raw_table(table)
    ensure_table(spark, path, table)
    row = spark.sql(f"select '{topic}' as topic, 0 as partition, 7L as offset")
    row.write.format("delta").mode("append").save(path)


def leave(settings: Settings, query: str, *names: str) -> None:
    for name in names:
        path = Path(checkpoint(settings, query)) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", encoding="utf-8")


@pytest.mark.parametrize("table", ["event_stream", "rejected_event"])
def test_landing_does_not_land_a_topic_again_whose_checkpoint_is_gone(
    spark: SparkSession, settings: Settings, table: str
) -> None:
    land(spark, settings, table, settings.kafka.events_topic)
    # what a query leaves that was ended before its first batch
    leave(settings, "landing_events", "metadata")
    with pytest.raises(JobError) as refused:
        landing.start(spark, settings)
    folder = checkpoint(settings, "landing_events")
    assert str(refused.value) == (
        f"the checkpoint {folder} is gone, but raw.{table} holds messages of ecommerce-events, "
        "which would land again: make stream-repair JOB=landing, then make stream"
    )


def test_landing_of_a_new_stack_begins_by_itself(spark: SparkSession, settings: Settings) -> None:
    with pytest.raises(BegunError):
        landing.start(spark, settings)
    # so does one whose tables were emptied, and one that has landed another topic only
    land(spark, settings, "event_stream", "of-another-shop")
    with pytest.raises(BegunError):
        landing.start(spark, settings)


@pytest.mark.parametrize("names", [("start.json",), ("metadata", "offsets/0")])
def test_landing_goes_on_where_its_checkpoint_says(
    spark: SparkSession,
    settings: Settings,
    names: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    land(spark, settings, "event_stream", settings.kafka.events_topic)
    leave(settings, "landing_events", *names)
    monkeypatch.setattr("streaming.beginning.read", lambda _: Beginning({"0": 8}))
    with pytest.raises(BegunError):
        landing.start(spark, settings)


class Topics:
    """Stands in for TopicReader: bounds by topic."""

    bounds_of: dict[str, dict[int, tuple[int, int]]]

    def __init__(self, _: Any, topic: str) -> None:
        self._topic = topic

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def bounds(self) -> dict[int, tuple[int, int]]:
        return self.bounds_of[self._topic]


WHOLE, CUT = {0: (0, 90), 1: (0, 90)}, {0: (0, 90), 1: (40, 90)}
EMPTY, WRITTEN, FORGOTTEN = {0: (0, 0)}, {0: (0, 12)}, {0: (12, 12)}


def start_live(
    spark: SparkSession,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    events: dict[int, tuple[int, int]],
    batches: dict[int, tuple[int, int]],
) -> None:
    kafka = settings.kafka
    bounds = {kafka.events_topic: events, kafka.batches_topic: batches}
    topics = type("These", (Topics,), {"bounds_of": bounds})
    monkeypatch.setattr("streaming.anew.TopicReader", topics)
    live.start(spark, settings)


@pytest.mark.parametrize("batches", [WRITTEN, FORGOTTEN])
def test_live_does_not_count_again_a_window_whose_first_events_the_topic_has_forgotten(
    spark: SparkSession,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    batches: dict[int, tuple[int, int]],
) -> None:
    with pytest.raises(JobError) as refused:
        start_live(spark, settings, monkeypatch, CUT, batches)
    folder = checkpoint(settings, "live")
    assert str(refused.value) == (
        f"the checkpoint {folder} is gone, and ecommerce-events holds only a part of what was "
        "counted: make stream-repair JOB=live, then make stream"
    )


@pytest.mark.parametrize(
    ("events", "batches", "names"),
    [
        # every window is counted again from all of its events
        (WHOLE, WRITTEN, ()),
        # a shop's own topic, read for the first time
        (CUT, EMPTY, ()),
        (CUT, WRITTEN, ("metadata", "offsets/0")),
        (CUT, WRITTEN, ("start.json",)),
    ],
)
def test_live_begins_where_no_window_is_cut(
    spark: SparkSession,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    events: dict[int, tuple[int, int]],
    batches: dict[int, tuple[int, int]],
    names: tuple[str, ...],
) -> None:
    leave(settings, "live", *names)
    monkeypatch.setattr("streaming.beginning.read", lambda _: Beginning({"0": 8}))
    with pytest.raises(BegunError):
        start_live(spark, settings, monkeypatch, events, batches)


def test_an_empty_folder_is_no_tear(spark: SparkSession, settings: Settings) -> None:
    Path(checkpoint(settings, "live")).mkdir(parents=True)
    ensure_whole(spark, settings, "live")
    assert Folder(spark, checkpoint(settings, "live")).names("") == []
