"""The live shop: real gaps, bursts and incidents, without a clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise, takewhile
from statistics import quantiles

import pytest

from data.generator.incidents import IncidentError, flash_sale, parse_incident
from data.generator.live import Due, LiveShop, hour_factor
from data.generator.presets import preset
from ingest.events import Stamp, event_of, parse
from tests.unit.data.conftest import catalogue

# 2026-01-02 12:00:00 UTC: an hour with 5.9 of 100 views, and the hours around it have as many
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC).timestamp()
SEED, RATE = 7, 80.0
Open = Callable[..., list[Due]]


def rows(seconds: float, *incidents: str, seed: int = SEED, at: float = NOON) -> list[Due]:
    shop = LiveShop(preset("electronics"), seed, RATE, at, catalogue())
    shop.expect(parse_incident(text, at) for text in incidents)
    return list(takewhile(lambda due: due.at < at + seconds, shop.rows()))


@pytest.fixture(scope="module")
def twenty_minutes() -> list[Due]:
    return rows(1_200)


def first(found: list[Due], seconds: float) -> list[Due]:
    """The rows of the first seconds."""
    return [due for due in found if due.at < NOON + seconds]


def gaps(found: list[Due], *, views_only: bool) -> list[float]:
    """Seconds between two rows of a visit that follow each other."""
    last: dict[str, Due] = {}
    lengths = []
    for due in found:
        before = last.get(due.row["user_session"])
        types = {due.row["event_type"], before.row["event_type"] if before else ""}
        if before and (types == {"view"} or not views_only):
            lengths.append(due.at - before.at)
        last[due.row["user_session"]] = due
    return lengths


def test_gaps_between_views_have_the_published_percentiles(twenty_minutes: list[Due]) -> None:
    cuts = quantiles(gaps(twenty_minutes, views_only=True), n=100)
    found = [cuts[percent - 1] for percent in (10, 25, 50, 75, 90, 99)]
    # twenty minutes cannot hold the longest gaps, so the upper end is a little low
    assert found == [pytest.approx(aim, rel=0.15) for aim in (10, 18, 33, 62, 115, 377)]


def test_rate_is_that_of_the_hour(twenty_minutes: list[Due]) -> None:
    sale = flash_sale(SEED, NOON)
    assert sale is None or sale.starts_at >= NOON + 1_200
    # 5.95 of 100 views in an hour is 1.43 times the average; events clump, so the count varies by a few percent
    assert len(twenty_minutes) / 1_200 == pytest.approx(RATE * 24 * 0.0595, rel=0.08)


def test_rows_come_in_order_and_from_the_start_on(twenty_minutes: list[Due]) -> None:
    assert twenty_minutes[0].at == pytest.approx(NOON, abs=1)
    assert all(first.at <= second.at for first, second in pairwise(twenty_minutes))


def test_thousands_of_visits_are_under_way_at_once(twenty_minutes: list[Due]) -> None:
    middle = NOON + 600
    before, after = (
        {due.row["user_session"] for due in twenty_minutes if (due.at < middle) == is_before}
        for is_before in (True, False)
    )
    assert len(before & after) > 1_000


def test_shop_is_under_way_when_it_is_first_looked_at(twenty_minutes: list[Due]) -> None:
    minutes = [
        sum(NOON + 60 * n <= due.at < NOON + 60 * (n + 1) for due in twenty_minutes)
        for n in range(20)
    ]
    assert minutes[0] == pytest.approx(sum(minutes) / 20, rel=0.1)
    first_minute = [due.row["event_type"] for due in twenty_minutes if due.at < NOON + 60]
    assert "purchase" in first_minute


def test_every_row_is_an_event_of_its_second(twenty_minutes: list[Due]) -> None:
    for due in twenty_minutes[:5_000]:
        event = event_of(parse(due.row), Stamp("live-0", None, round(due.at * 1000)))
        assert datetime.fromisoformat(event["event_time"]).timestamp() == int(due.at)


def test_same_seed_gives_the_same_shop(twenty_minutes: list[Due]) -> None:
    assert rows(60) == first(twenty_minutes, 60)
    assert rows(60, seed=8) != first(twenty_minutes, 60)


def test_broken_checkout_takes_no_orders_and_nothing_else_changes(
    twenty_minutes: list[Due],
) -> None:
    usual, broken = first(twenty_minutes, 120), rows(120, "checkout-broken@+30s/60s")
    expected = [
        due
        for due in usual
        if not (due.row["event_type"] == "purchase" and 30 <= due.at - NOON < 90)
    ]
    assert len(expected) < len(usual)
    assert broken == expected


def visits_that_begin_with(brand: str, found: list[Due], since: float) -> int:
    begins: dict[str, Due] = {}
    for due in found:
        begins.setdefault(due.row["user_session"], due)
    return sum(due.row["brand"] == brand and due.at >= since for due in begins.values())


def test_spike_brings_many_times_the_visitors_of_a_brand(twenty_minutes: list[Due]) -> None:
    usual, spiked = (
        visits_that_begin_with("asus", found, NOON + 60)
        for found in (first(twenty_minutes, 600), rows(600, "spike:brand=asus x8@+1m/9m"))
    )
    assert usual > 100
    # both are counts by chance: three standard errors are less than a quarter
    assert spiked / usual == pytest.approx(8, rel=0.25)


def test_flash_sale_is_a_burst() -> None:
    hours = [NOON + 3_600 * n for n in range(200)]
    sales = [sale for sale in (flash_sale(SEED, at) for at in hours) if sale]
    # 12 of 100 hours have one
    assert 10 < len(sales) < 45
    start = next(sale.starts_at for sale in sales if 8 <= sale.starts_at % 86_400 // 3600 < 18)
    during = len(rows(240, at=start))
    usual = RATE * hour_factor(preset("electronics").season.hours, start) * 240
    assert during > 1.4 * usual


def test_day_has_the_asked_rate_on_the_average() -> None:
    hours = preset("electronics").season.hours
    factors = [hour_factor(hours, 60 * minute) for minute in range(1_440)]
    assert sum(factors) / len(factors) == pytest.approx(1, abs=1e-9)
    # the middle of 21 to 22 o'clock: 2.9 of 100
    assert hour_factor(hours, 21.5 * 3600) == pytest.approx(2.9 * 24 / 100)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fire", "'fire' is no incident"),
        ("fire@12:00/10m", "is no incident"),
        ("checkout-broken@12:00", "is no incident"),
        ("checkout-broken@25:00/10m", "'25:00' is no time of day"),
        ("checkout-broken@+5/10m", "'5' is no length of time"),
        ("checkout-broken x3", "a spike has a brand or category and a factor"),
        ("spike:brand=asus", "a spike has a brand or category and a factor"),
        ("spike x8", "a spike has a brand or category and a factor"),
        ("spike:brand=nosuchbrand x8", "the shop has no brand 'nosuchbrand'"),
    ],
)
def test_impossible_incident_is_refused(text: str, message: str) -> None:
    with pytest.raises(IncidentError, match=message):
        LiveShop(preset("electronics"), SEED, 1, NOON, catalogue()).expect(
            [parse_incident(text, NOON)]
        )


@pytest.mark.parametrize(
    ("text", "starts_in", "ends_in"),
    [
        ("checkout-broken@12:30/10m", 1_800, 2_400),
        ("checkout-broken@11:55/10m", -300, 300),
        ("checkout-broken@11:50/10m", 85_800, 86_400),
        ("checkout-broken@+90s/1h", 90, 3_690),
        ("spike:category=computers.notebook x2.5@00:00/10m", 43_200, 43_800),
    ],
)
def test_incident_has_its_time(text: str, starts_in: float, ends_in: float) -> None:
    found = parse_incident(text, NOON)
    assert (found.starts_at - NOON, found.ends_at - NOON) == (starts_in, ends_in)
    assert found.is_on(found.starts_at)
    assert not found.is_on(found.ends_at)
