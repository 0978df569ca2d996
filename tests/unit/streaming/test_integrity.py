"""A torn checkpoint stops its job with one line that names the repair."""

from pathlib import Path

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from settings import Settings
from streaming.__main__ import STOPPED, explain
from streaming.folder import Folder, UnreadableError
from streaming.integrity import fault, topic_of
from streaming.repair import __main__ as repair
from streaming.session import CHECKPOINT_FILES, ROCKSDB, JobError, ensure_whole

TOPIC = "ecommerce-events"
LOG = f'v1\n{{"batchWatermarkMs":0,"batchTimestampMs":5,"conf":{{}}}}\n{{"{TOPIC}":{{"0":5}}}}'
COMMIT = 'v1\n{"nextBatchWatermarkMs":0}'
START = '{"offsets": {"0": 3}, "windows_after": "2026-01-01T12:00:00.000Z"}'
WHOLE = {
    "metadata": '{"id":"9b1f3c0e"}',
    "sources/0/0": f'\x00v1\n{{"{TOPIC}":{{"0":3}}}}',
    **{f"offsets/{number}": LOG for number in range(3)},
    **{f"commits/{number}": COMMIT for number in range(3)},
    "state/0/0/1.changelog": "",
}


class InMemory:
    """The files of a checkpoint by name."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def read(self, name: str) -> str:
        if name not in self._files:
            raise UnreadableError("no such file")
        return self._files[name]

    def names(self, name: str) -> list[str]:
        below = (path for path in self._files if path.startswith(f"{name}/" if name else ""))
        return sorted({path.removeprefix(f"{name}/").split("/")[0] for path in below})


def without(*names: str) -> dict[str, str]:
    return {name: text for name, text in WHOLE.items() if name not in names}


@pytest.mark.parametrize(
    "files",
    [
        WHOLE,
        # the last batch was planned and not finished
        without("commits/2"),
        {name: text for name, text in WHOLE.items() if not name.endswith(("/1", "/2"))},
        {"metadata": WHOLE["metadata"]},
        {"start.json": START},
        WHOLE | {"start.json": START},
        {},
    ],
)
def test_a_whole_or_a_new_checkpoint_is_taken(files: dict[str, str]) -> None:
    assert fault(InMemory(files), TOPIC) is None


@pytest.mark.parametrize("name", ["metadata", "sources/0/0", "offsets/2", "offsets/1", "commits/2"])
@pytest.mark.parametrize("part", [0.0, 0.5])
def test_a_file_that_was_cut_short_is_named(name: str, part: float) -> None:
    cut = WHOLE | {name: WHOLE[name][: int(len(WHOLE[name]) * part)]}
    assert fault(InMemory(cut), TOPIC) == f"{name} is not what the engine wrote"


@pytest.mark.parametrize("others", [{}, {"metadata": WHOLE["metadata"]}, WHOLE])
@pytest.mark.parametrize(
    "text",
    [
        *("", START[:30], "{}", "[]", '{"offsets": {"0": 3}}', START.replace("3}", '"3"}')),
        *(START.replace('"offsets": {"0": 3}', '"offsets": 3'), START.replace("2026-01", "2026")),
    ],
)
def test_the_file_of_a_repair_is_looked_at_too(text: str, others: dict[str, str]) -> None:
    found = fault(InMemory(others | {"start.json": text}), TOPIC)
    assert found == "start.json is not what a repair wrote"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (("metadata",), "metadata: no such file"),
        (("sources/0/0",), "sources/0/0: no such file"),
        (("offsets/1",), "offsets/1: no such file"),
        (("offsets/2",), "the newest file in offsets is 1, in commits 2"),
        (("commits/1", "commits/2"), "the newest file in offsets is 2, in commits 0"),
        (("offsets/0", "offsets/1", "offsets/2"), "the newest file in offsets is -1, in commits 2"),
    ],
)
def test_a_file_that_is_missing_is_told(missing: tuple[str, ...], told: str) -> None:
    assert fault(InMemory(without(*missing)), TOPIC) == told


@pytest.mark.parametrize(
    ("files", "topic"),
    [
        (WHOLE, TOPIC),
        (without("sources/0/0"), TOPIC),
        (WHOLE | {"sources/0/0": "", "offsets/2": LOG[:60]}, None),
        (WHOLE | {"sources/0/0": "\x00v1\n5", "offsets/2": 'v1\n{"batchWatermarkMs":0}'}, None),
        ({}, None),
    ],
)
def test_a_checkpoint_tells_its_topic(files: dict[str, str], topic: str | None) -> None:
    assert topic_of(InMemory(files)) == topic


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SPARK_CHECKPOINT_URI", str(tmp_path))
    return Settings()


def test_a_job_is_refused_on_a_torn_checkpoint_and_told_how_to_go_on(
    spark: SparkSession, settings: Settings, tmp_path: Path
) -> None:
    write(tmp_path / "live", WHOLE)
    ensure_whole(spark, settings, "live")
    write(tmp_path / "live", {"offsets/2": LOG[:20]})
    with pytest.raises(JobError) as refused:
        ensure_whole(spark, settings, "live")
    assert str(refused.value) == (
        f"the checkpoint {tmp_path}/live (offsets/2 is not what the engine wrote) is torn: "
        "make stream-repair JOB=live, then make stream"
    )


def test_the_checkpoint_of_another_topic_is_no_tear(
    spark: SparkSession, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "live", WHOLE)
    monkeypatch.setenv("KAFKA_EVENTS_TOPIC", "own-events")
    other = Settings()
    told = (
        f"the checkpoint {tmp_path}/live is of topic {TOPIC}, not own-events: KAFKA_EVENTS_TOPIC={TOPIC} "
        "in .env goes on with it; make reset-stream deletes what was streamed and begins with own-events"
    )
    with pytest.raises(JobError) as refused:
        ensure_whole(spark, other, "live")
    assert str(refused.value) == told
    # neither does a repair take its offsets for those of this topic
    with pytest.raises(JobError) as refused:
        repair.repair(spark, other, ["live"], print)
    assert str(refused.value) == told


def test_a_wrong_checksum_is_a_tear(spark: SparkSession, tmp_path: Path) -> None:
    folder = Folder(spark, str(tmp_path / "live"))
    folder.write("metadata", "x" * 600)
    (tmp_path / "live" / "metadata").write_text("x" * 599 + "y", encoding="utf-8")
    found = fault(folder, TOPIC)
    assert found is not None
    assert found.startswith("metadata: ")
    assert "Checksum error" in found


def test_a_repair_that_was_interrupted_keeps_the_job_away(
    spark: SparkSession, settings: Settings, tmp_path: Path
) -> None:
    write(tmp_path / "landing_windows.new", {"start.json": "{}"})
    with pytest.raises(JobError, match="a repair was interrupted") as refused:
        ensure_whole(spark, settings, "landing")
    assert "make stream-repair JOB=landing" in str(refused.value)


def consume(batch: DataFrame, _: int) -> None:
    batch.collect()


def run_query(spark: SparkSession, folder: Path) -> None:
    source = spark.readStream.schema("event_time timestamp").json(str(folder / "events"))
    counted = source.withWatermark("event_time", "10 seconds").groupBy("event_time").count()
    writer = counted.writeStream.outputMode("update").queryName("live").foreachBatch(consume)
    query = writer.option("checkpointLocation", str(folder / "live")).start()
    try:
        query.processAllAvailable()
    finally:
        query.stop()


def add_event(folder: Path, second: int) -> None:
    write(folder, {f"events/{second}.json": f'{{"event_time": "2026-01-01 12:00:0{second}"}}'})


def test_a_query_whose_very_first_write_failed_starts_when_there_is_room(
    spark: SparkSession, settings: Settings, tmp_path: Path
) -> None:
    """A full disk leaves the temporary file of offsets/0; the engine starts no query beside it."""
    write(tmp_path / "live", {"offsets/.0.5b1c.tmp": ""})
    add_event(tmp_path, 1)
    with pytest.raises(PySparkException, match="should be empty on batch 0"):
        run_query(spark, tmp_path)
    ensure_whole(spark, settings, "live")
    run_query(spark, tmp_path)
    assert (tmp_path / "live" / "commits" / "0").exists()


def test_a_torn_state_ends_in_the_same_line(
    spark: SparkSession, settings: Settings, tmp_path: Path
) -> None:
    conf = {
        "spark.sql.streaming.stateStore.providerClass": ROCKSDB,
        "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled": "true",
        "spark.sql.streaming.checkpointFileManagerClass": CHECKPOINT_FILES,
    }
    for name, value in conf.items():
        spark.conf.set(name, value)
    try:
        add_event(tmp_path, 1)
        run_query(spark, tmp_path)
        # elsewhere, because the engine keeps the state of a folder in memory
        torn = tmp_path / "torn"
        torn.mkdir()
        for name in ("live", "events"):
            (tmp_path / name).rename(torn / name)
        for changelog in (torn / "live" / "state" / "0" / "0").glob("*.changelog"):
            changelog.write_bytes(changelog.read_bytes()[:10])
        add_event(torn, 2)
        with pytest.raises(PySparkException) as failed:
            run_query(spark, torn)
    finally:
        for name in conf:
            spark.conf.unset(name)
    line, code = explain("live", settings, failed.value)
    assert line == (
        f"the checkpoint {tmp_path}/live is torn: make stream-repair JOB=live, then make stream"
    )
    assert code == STOPPED


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("[STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY] Cannot restart", "is torn"),
        (
            "[STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE] Provided key schema",
            "another form of the query",
        ),
        ("Some data may have been lost ... set failOnDataLoss to false", "says how many"),
    ],
)
def test_what_only_a_new_checkpoint_mends_names_the_repair(
    settings: Settings, text: str, remedy: str
) -> None:
    line, code = explain("landing", settings, RuntimeError(text))
    assert remedy in line
    assert "make stream-repair JOB=landing" in line
    assert code == STOPPED


def test_a_full_disk_under_the_state_is_no_tear(settings: Settings) -> None:
    line, _ = explain("live", settings, RuntimeError("CANNOT_LOAD_STATE_STORE: No space left"))
    assert "the disk is full" in line
