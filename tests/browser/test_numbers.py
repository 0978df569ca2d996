"""Every number on Store performance and Data quality against a recount of the file by DuckDB."""

import json
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest
from pages import PAGES

from tests.browser.answers import wait_for
from tests.browser.history import BAND, HISTORY_ROWS
from tests.browser.view import View, formatted
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration
COUNTS = """
count(*) filter (event_type = 'view'), count(*) filter (event_type = 'cart'),
count(*) filter (event_type = 'purchase'),
coalesce(sum(price) filter (event_type = 'purchase'), 0)
"""
Figures = tuple[int, int, int, float]


def counted(file: duckdb.DuckDBPyConnection, by: str) -> dict[Any, Figures]:
    """Views, carts, purchases and revenue by an expression."""
    found = file.execute(f"select {by}, {COUNTS} from events group by 1").fetchall()
    return {
        name: (views, carts, bought, float(earned)) for name, views, carts, bought, earned in found
    }


def shown(rows: list[dict[str, Any]], by: str) -> dict[Any, Figures]:
    names = ("Views", "Carts", "Purchases", "Revenue")
    return {row[by]: tuple(float(row[name]) for name in names) for row in rows}  # type: ignore[misc]


@pytest.fixture(scope="module")
def store(viewer: View) -> View:
    viewer.open("store-performance")
    return viewer


def test_cards_are_what_the_file_has(store: View, file: duckdb.DuckDBPyConnection) -> None:
    ((views, _, bought, earned),) = counted(file, "'all'").values()
    assert views > 5000
    assert store.number("Views in the history") == views
    assert store.number("Purchases in the history") == bought
    assert float(store.number("Revenue in the history")) == pytest.approx(earned, abs=0.005)
    assert store.number("Conversion in the history") == pytest.approx(100 * bought / views)


def assert_cards_are_drawn(view: View, page: str) -> None:
    (charts,) = (one.charts for one in PAGES if one.title == page)
    forms = {c.title: c.form["y_axis_format"] for c in charts if c.kind == "big_number_total"}
    assert len(forms) >= 4
    for title, form in forms.items():
        told = formatted(view.number(title), form)
        wait_for(view.page, lambda title=title, told=told: view.drawn(title) == told)  # type: ignore[misc]


def test_cards_draw_what_they_were_answered(store: View) -> None:
    assert_cards_are_drawn(store, "Store performance")


def test_a_table_draws_what_it_was_answered(store: View) -> None:
    title = "How well do brands sell?"
    forms = {"Revenue": ",.2f", "Views": ",d", "Carts": ",d", "Purchases": ",d"}
    store.go_to(title)
    first = store.rows(title)[0]
    cells = store.holder(title).locator("tbody tr").first.locator("td").all_inner_texts()
    assert cells == [
        first["brand"],
        *(formatted(first[name], form) for name, form in forms.items()),
        formatted(first["Conversion, %"], ",.2f"),
    ]


@pytest.mark.parametrize(
    ("title", "column", "by"),
    [
        ("How well do brands sell?", "brand", "brand"),
        ("How well do categories sell?", "category_code", "category"),
    ],
)
def test_tables_are_what_the_file_has(
    store: View, file: duckdb.DuckDBPyConnection, title: str, column: str, by: str
) -> None:
    found = shown(store.rows(title), column)
    expected = counted(file, by)
    assert found.keys() == expected.keys()
    assert len(found) > 50
    for name, figures in found.items():
        assert figures == pytest.approx(expected[name], abs=0.005), name
    for row in store.rows(title):
        views, _, bought, _ = expected[row[column]]
        assert row["Conversion, %"] == pytest.approx(100 * bought / views if views else 0)


def test_bars_show_the_brands_that_earn_most(store: View, file: duckdb.DuckDBPyConnection) -> None:
    earned = {name: figures[3] for name, figures in counted(file, "brand").items()}
    best = sorted(earned.values(), reverse=True)[:12]
    found = {row["brand"]: float(row["Revenue"]) for row in store.rows("Which brands earn most?")}
    assert sorted(found.values(), reverse=True) == pytest.approx(best, abs=0.005)
    assert all(found[name] == pytest.approx(earned[name], abs=0.005) for name in found)


def test_the_areas_are_categories_three_levels_deep(
    store: View, file: duckdb.DuckDBPyConnection
) -> None:
    expected: Counter[tuple[str, ...]] = Counter()
    for category, figures in counted(file, "category").items():
        levels = (*category.split("."), "(none)", "(none)")[:3]
        expected[levels] += figures[3]  # type: ignore[assignment]
    rows = store.rows("Where does the revenue come from?")
    found = {(r["level_1"], r["level_2"], r["level_3"]): float(r["Revenue"]) for r in rows}
    assert found == pytest.approx(dict(expected), abs=0.005)


def test_days_and_hours_are_those_of_the_file(store: View, file: duckdb.DuckDBPyConnection) -> None:
    by_day = counted(file, "epoch_ms(date_trunc('day', happened_at))")
    earned = {r["event_date"]: float(r["Revenue"]) for r in store.rows("What is earned each day?")}
    assert earned == pytest.approx({day: f[3] for day, f in by_day.items()}, abs=0.005)
    sql = "select hour(happened_at), isodow(happened_at), count(*) from events group by 1, 2"
    expected = {(hour, weekday): count for hour, weekday, count in file.execute(sql).fetchall()}
    rows = store.rows("When is the shop busy?")
    found = {(r["hour_of_day"], int(r["weekday_name"][0])): r["Events"] for r in rows}
    assert found == expected


def sessions_reached(file: duckdb.DuckDBPyConnection) -> list[int]:
    """Sessions that viewed, then put into a cart, then bought, walked through event by event."""
    sql = """
    select user_id || '/' || ifnull(nullif(user_session, ''), happened_at::date::text), event_type, happened_at
    from events order by happened_at
    """
    walks: dict[str, list[tuple[Any, str]]] = {}
    for session, kind, at in file.execute(sql).fetchall():
        walks.setdefault(session, []).append((at, kind))
    reached = [0, 0, 0]
    for walk in walks.values():
        begin = walk[0][0]
        for place, wanted in enumerate(("view", "cart", "purchase")):
            times = [at for at, kind in walk if kind == wanted and at >= begin]
            if not times:
                break
            reached[place] += 1
            begin = times[0]
    return reached


def test_the_funnel_is_walked_by_sessions(store: View, file: duckdb.DuckDBPyConnection) -> None:
    found = {row["step"]: row["Sessions"] for row in store.rows("How far do sessions get?")}
    names = ("Viewed", "Put into a cart", "Bought")
    assert [found[name] for name in names] == sessions_reached(file)


def test_prices_are_those_of_the_file(store: View, file: duckdb.DuckDBPyConnection) -> None:
    sql = f"""
    select {BAND},
        count(distinct user_id || '/' || ifnull(nullif(user_session, ''), happened_at::date::text)),
        count(distinct user_id || '/' || ifnull(nullif(user_session, ''), happened_at::date::text))
            filter (event_type = 'purchase')
    from events group by 1
    """
    expected = {
        band: (Decimal(100 * bought) / sessions).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for band, sessions, bought in file.execute(sql).fetchall()
    }
    rows = store.rows("At which price do sessions buy?")
    found = {row["band"].strip(): Decimal(str(row["Conversion, %"])) for row in rows}
    assert found == expected
    assert [row["band"].strip() for row in rows] == [
        *("0-50", "50-100", "100-200", "200-500", "500-1000", "1000+")
    ]


@pytest.fixture(scope="module")
def quality(viewer: View) -> View:
    viewer.open("data-quality")
    return viewer


def test_cards_of_the_quality_draw_what_they_were_answered(quality: View) -> None:
    assert_cards_are_drawn(quality, "Data quality")


def test_completeness_is_that_of_the_file(quality: View, file: duckdb.DuckDBPyConnection) -> None:
    sql = """
    select count(*) filter (brand = '(no brand)'), count(*) filter (category = 'uncategorized'),
        count(*) filter (ifnull(user_session, '') = '') from events
    """
    missing = dict(
        zip(
            ("brand", "category_code", "user_session"), file.execute(sql).fetchall()[0], strict=True
        )
    )
    rows = {row["column_name"]: row for row in quality.rows("What is in each column?")}
    assert {name: rows[name]["null_count"] for name in missing} == missing
    assert {row["row_count"] for row in rows.values()} == {HISTORY_ROWS}
    bars = {
        r["column_name"]: r["Completeness, %"] for r in quality.rows("How complete is each column?")
    }
    for name, count in missing.items():
        assert float(bars[name]) == pytest.approx(100 - 100 * count / HISTORY_ROWS, abs=0.005)


def test_results_of_tests_are_those_that_dbt_reported(quality: View, shop: StackUnderTest) -> None:
    text = (shop.folder / "dbt" / "run_results.json").read_text(encoding="utf-8")
    told = Counter(
        result["status"]
        for result in json.loads(text)["results"]
        if result["unique_id"].startswith("test.")
    )
    assert quality.number("Tests that pass") == told["pass"] > 100
    assert quality.number("Tests that do not pass") == told.total() - told["pass"]
    assert Counter(r["test_status"] for r in quality.rows("What did the last tests say?")) == told


def test_refusals_on_the_page_agree_with_each_other(quality: View) -> None:
    total = quality.number("Refused events")
    assert total > 0
    assert sum(row["Refused"] for row in quality.rows("Why are events refused?")) == total
    by_hour = quality.rows("When are events refused?")
    hours = [v for row in by_hour for k, v in row.items() if k != "hour" and v is not None]
    assert sum(hours) == total
