"""The README's table of figures: made from results, by hand here, and as the results are."""

import json
from pathlib import Path

import pytest

from bench import figures
from settings import PROJECT_DIR

VERIFIED = {
    **{"sent": 1200, "windows_equal": 1000, "windows_compared": 1001, "different_count": 1},
    "seconds": 6.4,
}


@pytest.mark.parametrize(
    ("told", "found", "expected"),
    [
        (
            figures.latency,
            {"from_due_ms": {"visible": {"p50": 359.6, "p99": 1656.2}}, "events_per_second": 98.1},
            "p50 360 ms, p99 1,656 ms at 98 events/s",
        ),
        (
            figures.soak,
            {"verify": VERIFIED, "recovery_seconds": {"live": {"visible": {"p50": 17.4}}}},
            "1,200 messages, 1,000 of 1,001 windows equal in five places, 1 differences; "
            "first new row after (p50, s): live 17",
        ),
        (
            figures.hour,
            {"verify": VERIFIED, "memory_growth_percent": {"kafka/java": 1.2, "live/java": -3.0}},
            "1,200 messages, 1,000 of 1,001 windows equal in five places, 1 differences; "
            "most memory in the last half hour: kafka/java +1.2 %",
        ),
        (figures.verify, {"verify": VERIFIED}, "1,200 messages and 1,001 windows in 6 s"),
        (
            figures.live_page,
            {
                "stream_alone_ms": {"p99": 800},
                "live_store": [
                    {
                        **{"viewers": 4, "refresh_seconds": 2, "where": "elsewhere"},
                        **{"milliseconds": {"p95": 68.8}, "stream_ms": {"p99": 1000}},
                    }
                ],
            },
            "4 each 2 s elsewhere: 69 ms, 1.25 times",
        ),
        (
            figures.opening,
            {"opening": {"a": {"seconds": [9, 5.04, 6]}, "b": {"seconds": [1]}}},
            "a 6.0 s; b 1.0 s",
        ),
        (
            figures.models,
            {
                "b": {"rows": 20, "steps": {"models, all rebuilt, and tests": {"seconds": 2.2}}},
                "a": {"rows": 1000, "steps": {"models, all rebuilt, and tests": {"seconds": 9.9}}},
            },
            "20 rows 2 s; 1,000 rows 10 s",
        ),
        (
            figures.deduplication,
            {
                "forms": {
                    "10 events, repeats counted": {"batch_ms": {"p50": 3}},
                    "10 events, repeats counted once": {"batch_ms": {"p50": 4}},
                }
            },
            "10 events: 3 -> 4 ms",
        ),
    ],
)
def test_a_figure_is_told_as_it_was_measured(told: object, found: dict, expected: str) -> None:  # type: ignore[type-arg]
    assert told(found) == expected  # type: ignore[operator]


def test_the_table_of_the_readme_is_that_of_the_results() -> None:
    readme = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    assert figures.put_in(readme, figures.table()) == readme
    assert figures.HEAD[0] in readme


def test_a_result_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "latency.json").write_text(
        json.dumps({"from_due_ms": {"visible": {"p50": 1, "p99": 1}}, "events_per_second": 1})
    )
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    assert figures.main() == 2
    assert "soak.json is not there" in capsys.readouterr().err
