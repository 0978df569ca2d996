"""What a second demo leaves out, and what it waits for."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from services import demo
from services.service import ServiceError
from settings import Settings

Build = Callable[[], bool]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What was done, in a project of one model."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "one.sql").write_text("select 1")
    monkeypatch.setattr(demo, "PROJECT_DIR", tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return []


@pytest.fixture
def build(done: list[str]) -> Build:
    return lambda: demo.once(Settings(), "history", ("models",), lambda: done.append("built"))


def test_a_second_demo_does_not_build_again(build: Build, done: list[str]) -> None:
    assert build() is True
    assert build() is False
    assert done == ["built"]


def test_a_changed_model_is_built_again(build: Build, done: list[str], tmp_path: Path) -> None:
    build()
    (tmp_path / "models" / "one.sql").write_text("select 2")
    assert build() is True
    assert done == ["built", "built"]


def test_a_step_that_failed_is_done_by_the_next_demo(build: Build, done: list[str]) -> None:
    def fail() -> None:
        raise ServiceError("make load failed")

    with pytest.raises(ServiceError):
        demo.once(Settings(), "history", ("models",), fail)
    assert build() is True
    assert done == ["built"]


def test_windows_of_before_the_start_are_not_taken_for_a_moving_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After make down, make demo: "the newest counted 52 s ago"."""
    seconds = 100.0
    answers = [(35.0, 52.1), None, (100.0, 0.4)]

    def sleep(pause: float) -> None:
        nonlocal seconds
        seconds += pause

    clock = SimpleNamespace(monotonic=lambda: seconds, sleep=sleep)
    monkeypatch.setattr(demo, "time", clock)
    monkeypatch.setattr(demo, "stream_now", lambda _: answers.pop(0))
    demo.await_moving(Settings(), started=99.0)
    assert answers == []
