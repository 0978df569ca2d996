"""Late or in time, by the ledger of the live query."""

import pytest

from bench.recount.in_time import Bounds
from bench.recount.ledger import Batch, Query

BATCHES = [
    Batch(0, {0: 0, 1: 0}, {0: 10, 1: 5}, 0),
    Batch(1, {0: 10, 1: 5}, {0: 20, 1: 5}, 5000),
    Batch(2, {0: 20, 1: 5}, {0: 30, 1: 9}, 9000),
    Batch(3, {0: 30, 1: 9}, {0: 30, 1: 12}, 12_000),
]


@pytest.mark.parametrize(
    ("place", "event_time_ms", "is_late"),
    [
        # The first two batches have no watermark in front of them.
        *(((0, 9), 1, False), ((0, 10), 1, False)),
        # The third is judged by that of the second: past it counts, at it does not.
        *(((0, 20), 5000, True), ((0, 29), 5001, False), ((1, 5), 5000, True)),
        *(((1, 9), 9000, True), ((1, 9), 9001, False)),
        # In no batch yet, and of a partition that was added since.
        *(((0, 30), 1, False), ((2, 0), 1, False)),
    ],
)
def test_an_event_is_late_at_the_watermark_of_the_batch_before_its_own(
    place: tuple[int, int], event_time_ms: int, is_late: bool
) -> None:
    assert Bounds([Query(BATCHES)]).is_late(*place, event_time_ms) is is_late


def test_without_a_ledger_nothing_is_late() -> None:
    assert not Bounds([]).is_late(0, 0, 0)
