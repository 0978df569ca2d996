"""What `make verify` says: true sums in every case, and no proof where nothing was compared."""

from collections import Counter
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from rich.console import Console

from bench.recount.answer import is_proof, nothing_compared, pace, show, summary
from bench.recount.checks import Checked
from bench.recount.compare import Result
from bench.recount.lateness import COUNTED, LATE, PENDING, REPEATED, UNKNOWN
from bench.recount.source import Topic
from bench.recount.windows import EVENTS

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FATES = [COUNTED] * 4 + [LATE, REPEATED, PENDING, UNKNOWN]
SOURCE = Topic(
    10,
    pa.Table.from_pylist([{"event_id": f"e{number}"} for number in range(8)], EVENTS),
    [(0, 8, "bad_price"), (0, 9, "bad_price")],
    True,
    NOON,
    verdicts=FATES,
)
# One of the four counted events is in a window that was left out.
RESULT = Result(2, 2, left_out=Counter(old=1), counted=3, recounted=3, first=NOON, last=NOON)


def answer(
    result: Result = RESULT, faults: tuple[str, ...] = (), problems: tuple[str, ...] = ()
) -> dict[str, object]:
    checked = Checked(result, [*faults], [*problems], ["1 windows old"])
    return summary(SOURCE, checked) | pace(10, 2.0)


def shown(said: dict[str, object]) -> str:
    console = Console(record=True, width=300, soft_wrap=True)
    show(said, console)
    return console.export_text()


def test_the_balance_is_over_the_whole_topic_also_when_windows_are_left_out() -> None:
    text = shown(answer())
    assert "10 sent = 4 counted + 2 rejected + 1 late + 1 repeated + 1 pending + 1 unknown" in text
    assert (
        "windows from 2026-01-01 12:00:00 to 2026-01-01 12:00:00 UTC: "
        "2 compared, 2 equal, 0 open, 1 left out; 3 of 4 counted events in them"
    ) in text
    assert "not checked: 1 windows old" in text
    assert "every window compared is equal in all five places" in text


def test_no_window_compared_is_no_proof() -> None:
    said = answer(Result(left_out=Counter(old=7)))
    (problem,) = said["problems"]  # type: ignore[misc]
    assert problem.startswith("nothing was compared: none of the 7 windows is decided and inside")
    assert not is_proof(said)
    text = shown(said)
    assert f"problem: {problem}" in text
    assert "windows: 0 compared, 0 equal, 0 open, 7 left out" in text
    assert "equal in all five places" not in text


def test_a_topic_without_an_event_has_no_window_to_miss() -> None:
    refused = Topic(1, EVENTS.empty_table(), [(0, 0, "not_json")], True, NOON)
    assert nothing_compared(refused, Result()) == []


@pytest.mark.parametrize(
    ("changes", "proves", "last"),
    [
        ({}, True, "every window compared is equal in all five places"),
        ({"faults": ("a",)}, False, "1 differences"),
        ({"problems": ("b",)}, False, "no difference found, but see the problem: this is no proof"),
    ],
)
def test_only_equal_places_and_no_problem_are_a_proof(
    changes: dict[str, tuple[str, ...]], proves: bool, last: str
) -> None:
    said = answer(**changes)
    assert is_proof(said) is proves
    assert shown(said).splitlines()[-1] == last


def test_the_pace_is_told() -> None:
    assert pace(1_000_000, 40.04) == {"seconds": 40.0, "events_per_second": 24975}
