"""The times of the models: where they went, and which limit counts at which number of rows."""

import pytest

from bench.model_times import NEW_EVENTS, REBUILT, TESTED, figures, limits, missed


def test_the_time_goes_to_layers_and_tests() -> None:
    nodes = [
        ("model.storepulse.stg_event_stream", 0.5),
        ("model.storepulse.fct_events", 4.0),
        ("model.storepulse.dim_users", 1.0),
        ("model.storepulse.rpt_brand_performance.v2", 2.0),
        ("test.storepulse.key_of_dim_users.1234", 1.5),
        ("operation.storepulse.storepulse-on-run-end-0", 0.25),
    ]
    results = [{"unique_id": name, "execution_time": seconds} for name, seconds in nodes]
    found = figures({"elapsed_time": 6.04, "results": results})
    assert (found["seconds"], found["nodes"]) == (6.0, 6)
    assert found["node_seconds"] == {
        **{"marts": 5.0, "reports": 2.0, "tests": 1.5, "staging": 0.5, "operations": 0.2},
    }
    assert [*found["slowest"].items()][:2] == [
        ("fct_events", 4.0),
        ("rpt_brand_performance.v2", 2.0),
    ]


@pytest.mark.parametrize(
    ("rows", "allowed"),
    [
        (20_000, {REBUILT: 120, TESTED: 300}),
        (20_001, {TESTED: 420}),
        (130_001, {TESTED: 720}),
        (885_129, {TESTED: 720, NEW_EVENTS: 100.0}),
        (2_000_000, {NEW_EVENTS: 100.0}),
    ],
)
def test_limits_are_those_of_the_next_larger_size(rows: int, allowed: dict[str, float]) -> None:
    assert limits(rows, rebuilt_seconds=300) == allowed


def test_a_missed_limit_is_named_and_a_kept_one_is_not() -> None:
    steps = {REBUILT: {"seconds": 120.0}, TESTED: {"seconds": 300.1}}
    assert missed(steps, {REBUILT: 120, TESTED: 300}) == {TESTED: "300.1 of 300 s"}
