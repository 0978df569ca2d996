"""The balance line: every message is counted, rejected, late or repeated."""

from collections import Counter
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from bench.recount.compare import Result
from bench.recount.windows import EVENTS
from bench.verify import Topic, _sum_faults

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
# Ten messages: eight accepted, of which one repeats another, and two rejected.
ROWS = [{"event_id": f"e{min(number, 6)}"} for number in range(8)]
TOPIC = Topic(10, pa.Table.from_pylist(ROWS, EVENTS), Counter(bad_price=2), True, NOON)


@pytest.mark.parametrize(("counted", "late"), [(7, 0), (6, 1)])
def test_messages_balance(counted: int, late: int) -> None:
    assert _sum_faults(TOPIC, Result(counted=counted, late=late)) == []


@pytest.mark.parametrize("counted", [6, 8])
def test_lost_or_surplus_event_does_not_balance(counted: int) -> None:
    assert len(_sum_faults(TOPIC, Result(counted=counted))) == 1


def test_balance_is_not_claimed_for_windows_that_are_gone() -> None:
    assert _sum_faults(TOPIC, Result(counted=1, left_out=3)) == []
