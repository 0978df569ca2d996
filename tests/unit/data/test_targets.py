"""A made file of 200,000 rows against every published figure; the tolerances stand beside the figures in targets.py."""

from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from data.generator.measures import Measures, measure, zeta_exponent
from data.generator.profile import scaled, show
from data.generator.targets import TARGETS, Target
from tests.unit.data.conftest import SAMPLE_ROWS, Rows

COMPARED = [target for target in TARGETS if target.sample is not None]


@pytest.mark.parametrize("target", COMPARED, ids=[target.measure for target in COMPARED])
def test_made_file_is_near_the_real_one(measures: Measures, target: Target) -> None:
    assert target.sample is not None
    aim = scaled(target, SAMPLE_ROWS)
    found = float(measures[target.measure])
    assert aim.allows(found, target.sample), f"{found} is not {aim.value}"


def test_absurd_price_is_one_row_or_a_few(measures: Measures) -> None:
    assert measures["price_max"] == 64_771.06
    assert float(measures["price_p95"]) < 500


def test_some_visits_live_for_days(first_rows: Rows) -> None:
    seen: dict[str, list[datetime]] = defaultdict(list)
    for row in first_rows:
        if row["user_session"]:
            seen[row["user_session"]].append(datetime.fromisoformat(row["event_time"][:19]))
    assert max(times[-1] - times[0] for times in seen.values()) > timedelta(days=2)


def test_zeta_exponent_is_found_from_the_mean_logarithm() -> None:
    # of the zeta distribution with exponent 2: -zeta'(2) / zeta(2) = 0.9375482543 / 1.6449340668
    assert zeta_exponent(0.9375482543 / 1.6449340668) == pytest.approx(2, abs=0.001)


def test_a_file_of_two_rows_is_compared_and_missed_without_a_stack_trace(tmp_path: Path) -> None:
    columns = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
    rows = (
        "2020-09-24 11:57:06 UTC,view,1,2,,,5.00,3,a",
        "2020-09-24 11:57:26 UTC,view,4,2,,,6.00,3,a",
    )
    path = tmp_path / "short.csv"
    path.write_text("\n".join((columns, *rows)) + "\n")
    assert show(measure(path), Console(quiet=True)) == 1
