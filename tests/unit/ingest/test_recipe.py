"""What a replay is made of goes through the headers of its messages and comes back the same."""

import json

import pytest

from ingest.recipe import Recipe
from ingest.schedule import ReplayError
from tests.unit.ingest.builders import START, recipe

FAULTS = (
    "late=1% duplicates=1.25% malformed=0.5% out_of_order=2% future=0.1% late_by=0.5s..90s "
    "bursts=5x/10s"
)


@pytest.mark.parametrize(
    "made",
    [
        recipe(),
        recipe(FAULTS, seed=99, loop=True, skip=10_000, source_name="ж" * 90),
        recipe(
            mode="speedup",
            rate=1.0,
            speedup=60.5,
            start_at_ms=START * 1000 - 1,
            partition_by="event_type",
        ),
        recipe(mode="original", rate=250.0, partition_count=12),
    ],
)
def test_the_headers_hold_the_whole_recipe(made: Recipe) -> None:
    back = Recipe.of_headers(dict(made.headers()))
    assert back.headers() == made.headers()
    assert back.schedule() == made.schedule()
    assert (back.seed, back.faults, back.skip) == (made.seed, made.faults, made.skip)
    assert (back.partition_by, back.partition_count) == (made.partition_by, made.partition_count)
    assert back.source_sha256 == made.source_sha256


def test_the_headers_are_text_that_any_consumer_reads() -> None:
    found = {name: value.decode() for name, value in recipe("late=1%").headers()}
    assert json.loads(found.pop("plan")) == {
        "file": "0123456789abcdef",
        "name": "events.csv",
        "by": "user_id",
        "rate": 10.0,
        "faults": "late=1% late_by=3s..60s",
        "seed": 7,
    }
    assert len(found.pop("plan_digest")) == 12
    assert found == {
        "replay_id": "demo",
        "replay_mode": "rate",
        "replay_started_at": "2026-01-02T03:04:05.000Z",
        "partition_count": "3",
    }


def test_the_plan_of_a_busy_replay_stays_small() -> None:
    longest = recipe(
        FAULTS, mode="speedup", speedup=3600.5, start_at_ms=START * 1000, skip=885_000, loop=True,
        source_name="2019-10-multi-category-store-events.csv.gz", partition_by="user_session",
    )  # fmt: skip
    assert len(longest.plan_json()) <= 300


@pytest.mark.parametrize("name", ["rate", "seed", "faults", "started_at_ms", "partition_count"])
def test_another_recipe_has_another_digest(name: str) -> None:
    changes = {"rate": 11.0, "seed": 8, "started_at_ms": 1, "partition_count": 4}
    other = recipe("late=1%") if name == "faults" else recipe(**{name: changes[name]})
    assert dict(other.headers())["plan_digest"] != dict(recipe().headers())["plan_digest"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("plan", b"{}"), ("plan", b"not json"), ("plan_digest", b"0"), ("partition_count", b"x")],
)
def test_headers_that_are_not_ours_are_refused(name: str, value: bytes) -> None:
    headers = dict(recipe().headers()) | {name: value}
    with pytest.raises(ReplayError, match="plan"):
        Recipe.of_headers(headers)


def test_a_message_without_a_plan_is_refused() -> None:
    with pytest.raises(ReplayError, match="no readable plan"):
        Recipe.of_headers({"replay_id": b"demo", "replay_mode": b"rate"})
