"""The soak's schedule and its sums; the kills themselves are tested on the real services."""

import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bench.resources import program
from bench.soak import __main__ as command
from bench.soak import recovery, victims
from bench.soak.__main__ import Soak
from bench.soak.plan import ROUND, schedule
from bench.soak.report import growth, recoveries
from ingest.arguments import parse
from settings import load_settings

NOTHING: frozenset[str] = frozenset()


def test_every_victim_is_killed_once_before_any_is_killed_again() -> None:
    kills = schedule(20, 1800, 7, NOTHING)
    assert {kill.victim for kill in kills[: len(ROUND)]} == set(ROUND)
    assert len(kills) == 20


@pytest.mark.parametrize("seed", range(5))
def test_24_kills_are_one_round_and_20_of_them_hold_every_victim(seed: int) -> None:
    whole = Counter(kill.victim for kill in schedule(24, 1800, seed, NOTHING))
    assert whole == {
        **{"live": 5, "landing": 3, "producer": 5, "hbase": 3, "hbase-thrift": 3, "kafka": 3},
        **{"spark-thrift": 1, "everything": 1},
    }
    part = Counter(kill.victim for kill in schedule(20, 1800, seed, NOTHING))
    assert part.keys() == whole.keys()
    assert part <= whole


def test_more_kills_begin_another_round() -> None:
    victims = [kill.victim for kill in schedule(60, 1800, 7, NOTHING)]
    for begin, end in ((0, 24), (24, 48)):
        assert Counter(victims[begin:end]) == ROUND
    assert set(victims[48:56]) == set(ROUND)


def test_the_same_seed_gives_the_same_schedule_and_another_one_another() -> None:
    assert schedule(20, 1800, 7, NOTHING) == schedule(20, 1800, 7, NOTHING)
    assert schedule(20, 1800, 7, NOTHING) != schedule(20, 1800, 8, NOTHING)


def test_a_victim_that_is_left_out_is_never_killed() -> None:
    kills = schedule(200, 600, 3, frozenset({"everything", "kafka"}))
    assert not {"everything", "kafka"} & {kill.victim for kill in kills}
    # 20 kills a round without those two
    assert Counter(kill.victim for kill in kills)["live"] == 50


@given(kills=st.integers(1, 60), minutes=st.integers(1, 120), seed=st.integers(0, 2**32))
def test_kills_are_in_order_and_leave_the_first_and_last_tenth_alone(
    kills: int, minutes: int, seed: int
) -> None:
    moments = [kill.after_seconds for kill in schedule(kills, minutes * 60, seed, NOTHING)]
    assert moments == sorted(moments)
    assert 6 * minutes <= moments[0]
    assert moments[-1] <= 54 * minutes


def kill(victim: str, visible: float, back: float) -> dict[str, object]:
    return {"victim": victim, "visible_seconds": visible, "back_seconds": back}


def test_recoveries_are_told_by_victim() -> None:
    kills = [kill("live", 9.0, 5.0), kill("landing", 2.0, 48.0), kill("live", 21.0, 6.0)]
    assert recoveries([*kills, kill("live", 12.0, 8.0)]) == {
        "landing": {
            "kills": 1,
            "visible": {"p50": 2.0, "max": 2.0},
            "back": {"p50": 48.0, "max": 48.0},
        },
        "live": {
            "kills": 3,
            "visible": {"p50": 12.0, "max": 21.0},
            "back": {"p50": 6.0, "max": 8.0},
        },
    }


LIVE, BESIDE, HBASE = "live/java", "live/python", "hbase/java"


def sample(services: dict[str, dict[int, int]]) -> dict[str, object]:
    """Megabytes of each process of each service."""
    return {"processes": services}


def test_a_small_process_that_leaks_is_not_lost_beside_a_big_one() -> None:
    samples = [
        sample({LIVE: {7: 900}, BESIDE: {8: 100 if i < 30 else 140}, HBASE: {9: 400}})
        for i in range(40)
    ]
    assert growth(samples) == {LIVE: 0.0, BESIDE: 40.0, HBASE: 0.0}
    assert growth(samples[:10]) == {}


def test_of_several_processes_of_a_name_the_one_that_grew_most_is_told() -> None:
    samples = [
        sample({BESIDE: {7: 200, 8: 100 if i < 30 else 110, 9: 100 if i < 30 else 90}})
        for i in range(40)
    ]
    assert growth(samples) == {BESIDE: 10.0}


def test_memory_that_shrinks_is_told_as_well() -> None:
    assert growth([sample({LIVE: {7: 100 if i < 30 else 90}}) for i in range(40)]) == {LIVE: -10.0}


def test_a_service_that_one_sample_misses_stays_in_the_table() -> None:
    samples = [sample({LIVE: {7: 1000 if i < 30 else 1040}}) for i in range(40)]
    samples[21] = samples[38] = sample({})
    assert growth(samples) == {LIVE: 4.0}


def test_only_processes_that_live_on_are_compared() -> None:
    # hbase was killed in between, and live had a helper of a few seconds in the middle
    samples = [
        sample({LIVE: {7: 1000, **({6: 500} if i == 20 else {})}, HBASE: {9 + i // 30: 400 + i}})
        for i in range(40)
    ]
    assert growth(samples) == {LIVE: 0.0}


def test_a_process_is_known_by_its_program_without_a_version() -> None:
    assert [program(name) for name in ("java", "python3.11", "7")] == ["java", "python", "7"]


def test_each_check_has_its_own_seconds_and_one_that_is_never_true_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    stopwatch = SimpleNamespace(monotonic=lambda: clock[0], sleep=sleep)
    monkeypatch.setattr(recovery, "time", stopwatch)
    checks = {
        "visible": lambda: clock[0] >= 104,
        "back": lambda: clock[0] >= 102,
        "never": lambda: False,
    }
    found = recovery.seconds_until_each(checks, since=99.0, limit=30)
    assert found == {"visible": pytest.approx(5, abs=0.3), "back": pytest.approx(3, abs=0.3)}


def test_a_victim_that_is_just_being_started_again_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([[], [], [11, 12]])
    monkeypatch.setattr(victims, "pids_of", lambda *_: next(answers))
    assert victims.await_pids(load_settings(), "live") == [11, 12]
    monkeypatch.setattr(victims, "pids_of", lambda *_: [])
    monkeypatch.setattr(victims, "BETWEEN_STARTS_SECONDS", 0)
    with pytest.raises(victims.SoakError, match="live does not run"):
        victims.await_pids(load_settings(), "live")


class Interrupted(Soak):
    """A soak whose first kill is never recovered from."""

    def _begin(self) -> None:
        self._is_streaming = True
        self._kills.append({"victim": "live", "visible_seconds": 3.0, "back_seconds": 2.0})

    def _carry_out(self, kill: object) -> None:
        raise victims.SoakError("kafka did not come back: make logs S=kafka")


def test_a_soak_that_fails_half_way_leaves_what_it_knows_beside_the_last_result_and_no_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = []
    monkeypatch.setattr(victims, "command", lambda *words, **_: commands.append(words))
    monkeypatch.setattr(command, "Soak", Interrupted)
    out = tmp_path / "soak.json"
    out.write_text("the last whole result")
    assert command.main(["--kills", "3", "--minutes", "0", "--out", str(out)]) == 2
    assert commands == [("services", "stream-stop")]
    assert out.read_text() == "the last whole result"
    unfinished = tmp_path / "soak-unfinished.json"
    left = json.loads(unfinished.read_text())
    assert left["error"] == "kafka did not come back: make logs S=kafka"
    assert [kill["victim"] for kill in left["kills"]] == ["live"]
    assert left["recovery_seconds"]["live"]["visible"]["max"] == 3.0
    error = capsys.readouterr().err.splitlines()[-2:]
    assert error[0] == "error: kafka did not come back: make logs S=kafka"
    assert error[1] == f"so far: {unfinished}"


def test_a_soak_that_is_refused_beside_a_stream_leaves_that_stream_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = []

    def refuse(*words: str, **_: object) -> str:
        commands.append(words[:2])
        raise victims.SoakError("a producer is already running: make stream-stop ends it")

    monkeypatch.setattr(victims, "command", refuse)
    assert command.main(["--out", str(tmp_path / "soak.json")]) == 2
    assert commands == [("services", "stream")]
    assert "make stream-stop" in capsys.readouterr().err


class Finished(Soak):
    """A soak whose recount found no difference, because it had nothing to compare."""

    def run(self) -> dict[str, Any]:
        balance = dict.fromkeys(("sent", "counted", "rejected", "late", "repeated"), 0)
        windows = {"windows_equal": 0, "windows_compared": 0, "different_count": 0}
        verified = balance | windows | {"problems": ["nothing was compared"]}
        known = {"recovery_seconds": {}, "memory_growth_percent": {}, "truth": "agrees"}
        return known | {"verify": verified}


def test_a_soak_whose_recount_compared_nothing_is_no_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "Soak", Finished)
    assert command.main(["--out", str(tmp_path / "soak.json")]) == 1
    assert "problem: nothing was compared" in capsys.readouterr().out


def test_the_name_of_a_soak_says_when_it_began() -> None:
    soak = Soak(load_settings(), command.parser().parse_args([]), Console())
    asked = parse(["--replay-id", soak.replay_id], load_settings(), datetime.now(UTC))
    assert asked.named_at_ms is not None
    assert abs(asked.named_at_ms / 1000 - time.time()) < 5
