"""The supervised replay comes back after a crash as the same replay, and ends for good when it is done."""

import re
import shutil
from pathlib import Path

import pytest

from services import reset_stream
from services.service import ServiceError
from services.stack import Stack, job_services
from services.supervisor import configuration
from settings import Settings


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


def test_one_service_alone_is_named_or_refused() -> None:
    stack = Stack(Settings())
    with pytest.raises(ServiceError, match="'kafak' is no service: use one of kafka, hbase"):
        stack.up(print, only="kafak")


def test_a_reset_that_nobody_can_confirm_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(ServiceError, match="reset-stream deletes data: run it with FORCE=1"):
        reset_stream.agreed("reset-stream", "Delete?")


def test_checkpoints_elsewhere_are_left_to_their_own_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_CHECKPOINT_URI", "s3a://bucket/checkpoints")
    settings = Settings()
    with pytest.raises(ServiceError, match="delete the folder s3a://bucket/checkpoints"):
        reset_stream.run(settings, Stack(settings), True, print)


def test_checkpoints_that_cannot_be_deleted_leave_the_topics_as_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "live").mkdir()
    monkeypatch.setenv("SPARK_CHECKPOINT_URI", str(tmp_path))
    settings, stack = Settings(), Stack(Settings())
    monkeypatch.setattr(stack, "require_up", lambda: None)
    monkeypatch.setattr(stack, "stop_jobs", lambda _: None)
    recreated: list[Settings] = []
    monkeypatch.setattr(reset_stream.kafka, "recreate_topics", recreated.append)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path / "live"))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(ServiceError) as failed:
        reset_stream.run(settings, stack, True, print)
    assert str(failed.value) == (
        f"{tmp_path}/live cannot be deleted (Permission denied): mend that, then make reset-stream "
        "again; topics and tables are as they were"
    )
    assert recreated == []
