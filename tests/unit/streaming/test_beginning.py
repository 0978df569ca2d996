"""The file that tells a repaired query where it begins."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from streaming.beginning import EVERYTHING, Beginning, from_json

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("begun", [EVERYTHING, Beginning({"0": 7, "1": 0}, NOON)])
def test_a_beginning_survives_its_file(begun: Beginning) -> None:
    assert from_json(begun.to_json()) == begun


def test_a_window_is_owned_when_it_started_after_the_bound() -> None:
    begun = Beginning({"0": 7}, NOON)
    assert not begun.owns(NOON)
    assert begun.owns(NOON + timedelta(seconds=2))
    # Spark gives times without a zone
    assert begun.owns(datetime(2026, 1, 1, 12, 0, 2))
    assert not begun.owns(datetime(2026, 1, 1, 11, 59, 58))
    assert EVERYTHING.owns(datetime(1970, 1, 1))


def test_partitions_that_were_added_since_begin_at_their_oldest_message() -> None:
    found = json.loads(Beginning({"0": 7, "1": 0}, NOON).starting_offsets("events", {0, 1, 2}))
    assert found == {"events": {"0": 7, "1": 0, "2": -2}}
