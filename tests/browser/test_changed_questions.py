"""What a Viewer gets who changes the questions of a page, and who has not logged in."""

from typing import Any

import pytest
from chart import sql_metric
from playwright.sync_api import Browser

from tests.browser.answers import CHART_DATA, altered
from tests.browser.view import View

pytestmark = pytest.mark.integration
Payloads = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def asked(viewer: View) -> Payloads:
    """What the charts of both pages ask, each page opened once."""
    found: Payloads = {}
    for slug in ("store-performance", "live-store"):
        viewer.open(slug)
        found[slug] = [payload for payload in viewer.asked.values() if payload]
    return found


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
                {"metrics": [sql_metric("max('${env:HOME}')", "x")]},
                {"metrics": [sql_metric("transform(brand) using 'cat'", "x")], "columns": []},
                {"metrics": [sql_metric("max((select max(value) from text.`/etc/passwd`))", "x")]},
                {"metrics": [sql_metric("max(1)); drop table reports.rpt_sales_by_day; --", "x")]},
                {"extras": {"where": "1 = 1); set spark.sql.ansi.enabled = false; --"}},
                {"extras": {"where": "brand in (select brand from raw.event_history)"}},
            )
        ),
        *(
            ("live-store", "brand", changes)
            for changes in (
                {"extras": {"where": "load_extension('/tmp/x') = 1"}},
                {"extras": {"where": "1 = 1); attach database '/tmp/x' as y; --"}},
                {"metrics": [sql_metric("length(zeroblob(900000000))", "x")]},
                {"extras": {"where": "1 = 1); pragma database_list; --"}},
                {"extras": {"where": "1 = 1); delete from event_counts; --"}},
            )
        ),
    ],
)
def test_a_viewer_who_changes_a_question_reaches_nothing(
    viewer: View, asked: Payloads, slug: str, table: str, changes: dict[str, Any]
) -> None:
    payload = next(p for p in asked[slug] if table in p["queries"][0]["columns"])
    assert viewer.post(CHART_DATA, payload).status == 200
    answer = viewer.post(CHART_DATA, altered(payload, **changes))
    assert answer.status in (400, 403, 422)
    assert "root:" not in answer.text()
    assert answer.json().get("message") or answer.json().get("errors")


def test_a_chart_that_spark_refuses_says_why_in_its_words(viewer: View, asked: Payloads) -> None:
    payload = next(p for p in asked["store-performance"] if "brand" in p["queries"][0]["columns"])
    wrong = {"metrics": [sql_metric("sum(no_such_column)", "x")], "orderby": []}
    answer = viewer.post(CHART_DATA, altered(payload, **wrong))
    assert answer.status == 400
    assert "UNRESOLVED_COLUMN" in answer.text()
    assert "org.apache" not in answer.text()


def test_a_viewer_who_asks_for_a_million_rows_gets_ten_thousand(viewer: View) -> None:
    """However the question says it: the number is that of Superset's settings."""
    viewer.open("store-performance")
    title = "How well do brands sell?"
    payload = viewer.asked[viewer.ids[title]]
    many = {
        **{"expressionType": "SQL", "label": "n"},
        "sqlExpression": "explode(sequence(1, 1000000))",
    }
    wanted = {"columns": [many], "metrics": None, "orderby": [], "row_limit": 1_000_000}
    changed = altered(payload, **wanted, extras={}, post_processing=[])
    form = {**payload["form_data"], "server_pagination": True, "row_limit": 1_000_000}
    answer = viewer.ask_again(title, queries=changed["queries"], form_data=form)
    assert answer.status == 200, answer.text()
    assert answer.json()["result"][0]["rowcount"] == 10_000


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
    payload = next(payload for payload in viewer.asked.values() if payload)
    answer = stranger.request.post(f"{viewer.base}{CHART_DATA}", data=payload)
    assert answer.status in (400, 401, 403)
    stranger.context.close()
