"""A made file of 200,000 rows against every published figure; the tolerances stand beside the figures in targets.py."""

from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from data.generator.measures import Measures, zeta_exponent
from data.generator.profile import scaled
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
