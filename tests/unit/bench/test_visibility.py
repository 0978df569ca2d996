"""The n-th event of a cell is visible at the first read that shows n."""

from bench.visibility import Event, Step, percentiles, stages

CELL = (0, "view")


def test_each_event_is_seen_at_the_first_count_that_reaches_it() -> None:
    events = [Event(CELL, due, due + 0.01) for due in (1.0, 1.1, 1.2)]
    polls = {CELL: [Step(1, 1.3), Step(3, 1.5)]}
    updates = {CELL: [Step(1, 1.25, 1.05), Step(3, 1.45, 1.4)]}
    found = stages(events, polls, updates)
    assert [round(value) for value in found["visible"]] == [300, 400, 300]
    assert [round(value) for value in found["batch started"]] == [50, 300, 200]
    assert [round(value) for value in found["HBase answered"]] == [250, 350, 250]
    assert [round(value) for value in found["acknowledged"]] == [10, 10, 10]


def test_an_event_that_no_read_showed_is_counted() -> None:
    events = [Event(CELL, 1.0, 1.0), Event(CELL, 1.1, 1.1)]
    steps = {CELL: [Step(1, 1.2, 1.1)]}
    assert len(stages(events, steps, steps)["never seen"]) == 1


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentiles([float(n) for n in range(1, 101)]) == {
        "p50": 50.0,
        "p90": 90.0,
        "p99": 99.0,
        "max": 100.0,
    }
    assert percentiles([7.0]) == {"p50": 7.0, "p90": 7.0, "p99": 7.0, "max": 7.0}
