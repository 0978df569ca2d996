"""The dashboards in a real browser, their numbers against HBase and against a recount of the file."""

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser
from pyhive import hive

from tests.browser.conftest import HISTORY_ROWS, View, logged_in, scan_views, wait_for
from tests.recount import Figures, report_recount
from tests.stack import StackUnderTest, wait_until

pytestmark = pytest.mark.integration
REPORT_COLUMNS = (
    *("view_count", "cart_count", "purchase_count", "revenue"),
    *("view_to_cart_rate", "view_to_purchase_rate"),
)


def report(stack: StackUnderTest, table: str, key: str) -> dict[str, Figures]:
    connection = hive.connect("127.0.0.1", int(stack.environment["SPARK_THRIFT_PORT"]))
    try:
        cursor = connection.cursor()
        cursor.execute(f"select {key}, {', '.join(REPORT_COLUMNS)} from reports.{table}")
        return {name: tuple(figures) for name, *figures in cursor.fetchall()}  # type: ignore[misc]
    finally:
        connection.close()


def test_brand_report_equals_a_recount_of_the_file(shop: StackUnderTest) -> None:
    expected = report_recount("brand", "brand is not null and brand <> ''", HISTORY_ROWS)
    assert len(expected) > 100
    assert report(shop, "rpt_brand_performance", "brand") == expected


def test_category_report_equals_a_recount_of_the_file(shop: StackUnderTest) -> None:
    expected = report_recount(
        "coalesce(nullif(category_code, ''), 'uncategorized')", "true", HISTORY_ROWS
    )
    assert len(expected) > 10
    assert report(shop, "rpt_category_performance", "category_code") == expected


def test_brand_report_is_published_to_hbase(shop: StackUnderTest) -> None:
    done = shop.run("hbase", "scan", "brand_analytics", "--format", "json")
    found = {row["row"]: (row["views"], row["revenue"]) for row in json.loads(done.stdout)}
    wanted = report_recount("brand", "brand is not null and brand <> ''", HISTORY_ROWS)
    assert found == {name: (str(row[0]), str(row[3])) for name, row in wanted.items()}


def assert_every_chart_has_data(view: View) -> None:
    assert [(url, body) for url, status, body in view.answers if status != 200] == []
    empty = [url for url, _, body in view.answers if body["result"][0]["rowcount"] == 0]
    assert empty == []
    assert view.page.locator(".dashboard-component-chart-holder .ant-alert-error").count() == 0
    assert view.page.get_by_text("No results", exact=False).count() == 0


@pytest.mark.parametrize(
    ("slug", "chart_count"),
    [
        ("live-store", 9),
        ("store-performance", 9),
        ("live-store-phone", 9),
        ("store-performance-phone", 9),
    ],
)
def test_every_chart_of_a_dashboard_draws_with_data(
    viewer: View, pictures: Path, slug: str, chart_count: int
) -> None:
    viewer.open(slug)
    assert len(viewer.charts()) == chart_count
    assert_every_chart_has_data(viewer)
    viewer.page.screenshot(path=pictures / f"{slug}.png")


def test_only_this_server_is_asked(viewer: View) -> None:
    assert viewer.hosts == {viewer.base.split("//")[1]}


def test_live_store_fits_a_phone(browser: Browser, shop: StackUnderTest, pictures: Path) -> None:
    view = logged_in(browser, shop, 390, 844)
    view.open("live-store-phone")
    assert_every_chart_has_data(view)
    view.page.screenshot(path=pictures / "live-store-390.png", full_page=True)
    view.page.context.close()


def newest_window(view: View) -> float:
    answer = view.last("Removals")
    assert answer is not None
    return max(row["window_started_at"] for row in answer["data"])


def test_live_store_moves_by_itself(viewer: View) -> None:
    viewer.open("live-store")
    first = newest_window(viewer)
    wait_for(viewer.page, lambda: newest_window(viewer) > first, 30)
    age = viewer.last("Age")
    assert age is not None
    assert 0 <= age["data"][0]["Age"] < 20


def altered(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    copy = json.loads(json.dumps(payload))
    copy["queries"][0].update(changes)
    return copy


def sql_metric(expression: str) -> dict[str, str]:
    return {"expressionType": "SQL", "sqlExpression": expression, "label": "x"}


@pytest.mark.parametrize(
    ("slug", "table", "changes"),
    [
        *(
            ("store-performance", "brand", changes)
            for changes in (
                {"extras": {"where": "java_method('java.lang.System', 'getenv', 'HOME') = 'x'"}},
                {"extras": {"where": "reflect('java.lang.System', 'getenv', 'HOME') = 'x'"}},
                {
                    "extras": {
                        "where": "1 = 1 /* what Spark reads here is not what the guard reads */"
                    }
                },
                {"metrics": [sql_metric("max('${env:HOME}')")]},
                {"metrics": [sql_metric("transform(brand) using 'cat'")], "columns": []},
                {"metrics": [sql_metric("max((select max(value) from text.`/etc/passwd`))")]},
            )
        ),
        *(
            ("live-store", "value", changes)
            for changes in (
                {"extras": {"where": "load_extension('/tmp/x') = 1"}},
                {"extras": {"where": "1 = 1); attach database '/tmp/x' as y; --"}},
                {"metrics": [sql_metric("length(zeroblob(900000000))")]},
            )
        ),
    ],
)
def test_a_viewer_who_changes_a_question_reaches_nothing(
    viewer: View, slug: str, table: str, changes: dict[str, Any]
) -> None:
    viewer.asked.clear()
    viewer.open(slug)
    payload = next(p for p in viewer.asked if p and table in json.dumps(p["queries"][0]["columns"]))
    url = f"{viewer.base}/api/v1/chart/data"
    token = viewer.page.evaluate("document.querySelector('#csrf_token')?.value ?? ''")
    headers = {"X-CSRFToken": token, "Referer": viewer.base}
    unchanged = viewer.page.request.post(url, data=payload, headers=headers)
    assert unchanged.status == 200
    answer = viewer.page.request.post(url, data=altered(payload, **changes), headers=headers)
    assert answer.status in (400, 403, 422)
    assert "root:" not in answer.text()


@pytest.mark.parametrize(
    "path",
    [
        *("/api/v1/database/", "/api/v1/dataset/", "/api/v1/log/", "/api/v1/query/"),
        *("/sqllab/", "/api/v1/dashboard/export/?q=!(1)", "/users/list/", "/roles/list/"),
        *("/api/v1/chart/export/?q=!(1)", "/api/v1/security/users/", "/api/v1/assets/export/"),
    ],
)
def test_a_viewer_cannot_leave_the_dashboards(viewer: View, path: str) -> None:
    answer = viewer.page.request.get(f"{viewer.base}{path}", max_redirects=0)
    # A list that may be asked for but has nothing in it is refused as well as an error.
    is_empty = answer.status == 200 and answer.json().get("count") == 0
    assert answer.status in (302, 401, 403, 404) or is_empty


def test_nobody_sees_a_chart_without_a_login(browser: Browser, viewer: View) -> None:
    stranger = browser.new_context().new_page()
    stranger.goto(f"{viewer.base}/superset/dashboard/live-store/")
    assert "/login/" in stranger.url
    payload = next(payload for payload in viewer.asked if payload)
    answer = stranger.request.post(f"{viewer.base}/api/v1/chart/data", data=payload)
    assert answer.status in (400, 401, 403)
    stranger.context.close()


def test_a_killed_thrift_server_comes_back_and_the_page_recovers(
    viewer: View, shop: StackUnderTest
) -> None:
    port = int(shop.environment["SPARK_THRIFT_PORT"])
    holder = next(
        c.pid
        for c in psutil.net_connections("tcp")
        if c.laddr and c.laddr.port == port and c.status == psutil.CONN_LISTEN
    )
    assert holder
    before = report(shop, "rpt_brand_performance", "brand")
    os.kill(holder, signal.SIGKILL)

    def answers() -> bool:
        try:
            return report(shop, "rpt_brand_performance", "brand") == before
        except Exception:
            # Each layer has its own error for a server that starts.
            return False

    wait_until("the catalog is back with its tables", answers, 120)
    viewer.open("store-performance")
    assert_every_chart_has_data(viewer)


def test_models_are_built_while_the_stream_writes_and_all_places_agree(
    shop: StackUnderTest,
) -> None:
    before = scan_views(shop)
    shop.run("dbt.cli.main", "run", seconds=900)
    assert scan_views(shop) > before
    shop.run("services", "stream-stop")
    answer = json.loads(shop.run("bench.verify", "--format", "json").stdout)
    assert answer["different"] == []
    assert answer["windows_equal"] == answer["windows_compared"] > 0


def test_big_number_is_what_hbase_has(viewer: View, shop: StackUnderTest) -> None:
    """After the stream was stopped by the test above: what is shown first can be compared exactly."""
    viewer.open("live-store")
    # Other charts have a column of the same name; which of them answers last is chance.
    answer = viewer.last("Views", alone=True)
    assert answer is not None
    start, end = re.findall(r"window_started_at\s*[<>]=?\s*'([^']+)'", answer["query"])
    span = ("--from", f"{start[:19]}+00:00", "--to", f"{end[:19]}+00:00")
    assert answer["data"][0]["Views"] == scan_views(shop, *span) > 0
