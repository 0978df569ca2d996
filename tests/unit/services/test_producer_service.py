"""The supervised replay comes back after a crash as the same replay, and ends for good when it is done."""

import argparse
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from pyspark.sql import SparkSession

from ingest.arguments import UsageError
from services import __main__ as command
from services import reset_stream
from services.service import ServiceError
from services.stack import Stack, job_services
from services.supervisor import configuration
from settings import Settings
from tests.unit.streaming.builders import JavaError


def program(name: str) -> dict[str, str]:
    text = configuration(Settings(), job_services(Settings()))
    section = text.split(f"[program:{name}]\n")[1].split("[program:")[0]
    return dict(re.findall(r"^(\w+)=(.*)$", section, re.MULTILINE))


def test_a_killed_or_failed_replay_is_started_again_and_a_finished_or_refused_one_is_not() -> None:
    found = program("producer")
    assert (found["autorestart"], found["exitcodes"]) == ("unexpected", "0,2")


def test_a_replay_that_ends_within_a_moment_has_not_failed() -> None:
    assert program("producer")["startsecs"] == "0"


def test_a_job_that_needs_a_person_is_not_started_again() -> None:
    assert program("live")["exitcodes"] == "0,3"


def test_some_services_alone_are_named_or_refused() -> None:
    stack = Stack(Settings())
    with pytest.raises(ServiceError, match="'kafak' is no service: use some of kafka, hbase"):
        stack.up(print, only="hbase,kafak")


def test_a_reset_that_nobody_can_confirm_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(ServiceError, match="reset-stream deletes data: run it with FORCE=1"):
        reset_stream.agreed("reset-stream", "Delete?")


class Reset:
    """A reset-stream without services: what became of the topics."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
        monkeypatch.setenv("SPARK_CHECKPOINT_URI", uri)
        self.recreated: list[Settings] = []
        self._stack = Stack(Settings())
        monkeypatch.setattr(self._stack, "require_up", lambda: None)
        monkeypatch.setattr(self._stack, "stop_jobs", lambda _: None)
        monkeypatch.setattr(reset_stream.kafka, "recreate_topics", self.recreated.append)
        monkeypatch.setattr(reset_stream.hbase, "recreate_windows", lambda _: None)
        monkeypatch.setattr(reset_stream, "empty_table", lambda _: 0)

    def run(self) -> int:
        return reset_stream.run(Settings(), self._stack, True, print)


@pytest.mark.parametrize("prefix", ["", "file:", "file://"])
def test_checkpoints_on_this_machine_are_deleted_however_they_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, prefix: str
) -> None:
    folder = tmp_path / "checkpoints"
    (folder / "live" / "offsets").mkdir(parents=True)
    reset = Reset(monkeypatch, f"{prefix}{folder}")
    assert reset.run() == 0
    assert not folder.exists()
    assert len(reset.recreated) == 1


def test_checkpoints_elsewhere_are_deleted_by_their_own_file_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deleted: list[str] = []
    spark = SimpleNamespace(stop=lambda: deleted.append("stopped"))
    monkeypatch.setattr("streaming.session.build", lambda *_: spark)
    monkeypatch.setattr(reset_stream, "delete_by_hadoop", lambda _, uri: deleted.append(uri))
    reset = Reset(monkeypatch, "s3a://bucket/checkpoints")
    assert reset.run() == 0
    assert deleted == ["s3a://bucket/checkpoints", "stopped"]
    assert len(reset.recreated) == 1


def test_a_file_system_that_refuses_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise JavaError("java.io.IOException: access denied\n\tat org.apache")

    monkeypatch.setattr("streaming.folder.Folder.__init__", lambda *_: None)
    monkeypatch.setattr("streaming.folder.Folder.delete", refuse)
    with pytest.raises(ServiceError) as failed:
        reset_stream.delete_by_hadoop(cast(SparkSession, None), "s3a://bucket/checkpoints")
    assert str(failed.value) == (
        "s3a://bucket/checkpoints cannot be deleted (java.io.IOException: access denied): mend that, "
        "then make reset-stream again; topics and tables are as they were"
    )


@pytest.mark.parametrize("words", [["--limit", "5"], ["--source", "simulate"]])
def test_a_stream_to_a_topic_that_no_job_reads_is_refused(words: list[str]) -> None:
    arguments = argparse.Namespace(command="stream", detach=False)
    with pytest.raises(UsageError) as refused:
        command.run(arguments, [*words, "--topic", "elsewhere"])
    assert str(refused.value) == (
        "the jobs read ecommerce-events (KAFKA_EVENTS_TOPIC), not elsewhere: leave TOPIC= out, or send "
        "without jobs: .venv/bin/python -m ingest --topic elsewhere"
    )


def test_checkpoints_that_cannot_be_deleted_leave_the_topics_as_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "live").mkdir()
    reset = Reset(monkeypatch, str(tmp_path))

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path / "live"))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(ServiceError) as failed:
        reset.run()
    assert str(failed.value) == (
        f"{tmp_path}/live cannot be deleted (Permission denied): mend that, then make reset-stream "
        "again; topics and tables are as they were"
    )
    assert reset.recreated == []
