"""Replays of a few rows, for the tests of what is planned, sent, resumed and checked."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ingest.contract import Limits
from ingest.faults import spec
from ingest.recipe import Recipe
from ingest.sends import Send
from ingest.source import NumberedRow

# 2026-01-02 03:04:05 UTC
START = 1_767_323_045
LIMITS = Limits(max_event_bytes=65_536, max_future_seconds=5)
RECIPE = Recipe(
    replay_id="demo",
    mode="rate",
    rate=10.0,
    speedup=1.0,
    started_at_ms=START * 1000,
    start_at_ms=None,
    skip=0,
    loop=False,
    partition_by="user_id",
    partition_count=3,
    seed=7,
    faults=spec.Faults(),
    source_name="events.csv",
    source_sha256="0123456789abcdef",
)


def recipe(faults: str = "", **changes: Any) -> Recipe:
    return replace(RECIPE, faults=spec.of_text(faults), **changes)


def rows(count: int, price: str = "1.50") -> Iterator[NumberedRow]:
    for number in range(count):
        yield (
            number + 2,
            {
                "event_time": "2020-09-24 11:57:06 UTC",
                "event_type": "view",
                "product_id": str(number),
                "price": price,
                "user_id": str(100 + number % 13),
            },
        )


def sends(count: int, faults: str = "", price: str = "1.50", **changes: Any) -> list[Send]:
    """The whole send plan of `count` rows, ten a second."""
    made = recipe(faults, **changes)
    return list(made.sends(lambda: rows(count, price), lambda *_: None, LIMITS))
