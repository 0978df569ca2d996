"""What Analyst, Viewer and Admin may do in Superset, from sessions of theirs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import APIResponse, Browser

from services.superset import secrets
from tests.browser.login import logged_in
from tests.browser.view import View
from tests.stack import StackUnderTest, wait_until

pytestmark = pytest.mark.integration
MANY = "select explode(sequence(1, 1000000)) as n"
NEVER_ENDS = f"select count(*) from ({MANY}) as a cross join ({MANY}) as b cross join ({MANY}) as c"
HOME = "('java.lang.System', 'getenv', 'HOME')"
# Why each is refused: by the guard, by Superset's parser and grants, or because Spark has no such function.
REASONS = (
    *("not allowed", "does not allow", "You need access", "Error parsing"),
    *("UNRESOLVED_ROUTINE", "is not open here"),
)
BRANDS = "reports.rpt_brand_performance"


class Session(View):
    """A user who asks the API."""

    def path(self, path: str) -> APIResponse:
        """The answer to a GET, whatever it is."""
        return self.page.request.get(f"{self.base}{path}", max_redirects=0)

    def sql(self, sql: str, limit: int = 1000) -> APIResponse:
        """Run a statement in SQL Lab, on the only database that this user has."""
        (database,) = self.get("/api/v1/database/")
        asked = {"database_id": database["id"], "sql": sql, "schema": "reports"}
        how = {"runAsync": False, "queryLimit": limit, "ctas_method": "TABLE", "tab": "test"}
        return self.post("/api/v1/sqllab/execute/", {**asked, **how})


def session(browser: Browser, shop: StackUnderTest, user: str) -> Session:
    view = logged_in(browser, shop, 1600, 1000, user)
    return Session(view.page, view.base)


@pytest.fixture(scope="module")
def analyst(browser: Browser, shop: StackUnderTest) -> Session:
    return session(browser, shop, "analyst")


@pytest.fixture(scope="module")
def admin(browser: Browser, shop: StackUnderTest) -> Session:
    return session(browser, shop, "admin")


def brand_count(analyst: Session) -> int:
    answer = analyst.sql(f"select count(*) as n from {BRANDS}")
    assert answer.status == 200, answer.text()
    return int(answer.json()["data"][0]["n"])


@pytest.mark.parametrize(
    "sql",
    [
        f"select transform(brand) using 'cat' as (x) from {BRANDS}",
        f"select java_method{HOME}",
        f"select /* nothing to see */ reflect/**/{HOME}",
        f"select `java_method`{HOME}",
        "select * from text.`/etc/passwd`",
        "select * from csv.`file:///etc/passwd`",
        "attach database '/tmp/x' as y",
        "pragma database_list",
        "select load_extension('/tmp/x')",
        f"select 1; drop table {BRANDS}",
        f"select 'it''s'';'; delete from {BRANDS} where brand <> '\\''",
        "set spark.sql.ansi.enabled = false",
        f"insert into {BRANDS} select * from {BRANDS}",
        "create table reports.mine as select 1 as n",
        f"delete from {BRANDS}",
        "select * from raw.event_history",
        "select * from intermediate.int_orders",
        "use raw; select * from event_history",
        "with event_history as (select 1) select r.* from event_history c "
        "cross join (select * from raw.event_history) r",
    ],
)
def test_an_analyst_gets_no_further_than_reading_the_marts(analyst: Session, sql: str) -> None:
    before = brand_count(analyst)
    answer = analyst.sql(sql)
    assert answer.status in (400, 403, 422, 500), answer.text()
    message = json.dumps(answer.json())
    assert any(reason in message for reason in REASONS), message
    assert "Traceback" not in message
    assert "org.apache" not in message
    assert "root:" not in message
    assert brand_count(analyst) == before > 100


def test_a_long_result_is_cut(analyst: Session) -> None:
    answer = analyst.sql(MANY, limit=1_000_000)
    assert answer.status == 200
    assert len(answer.json()["data"]) == 10_000


def test_a_statement_that_never_ends_is_ended_with_a_word_about_it(
    analyst: Session, shop: StackUnderTest
) -> None:
    before = shop.pids_of("spark-thrift")
    answer = analyst.sql(NEVER_ENDS)
    assert answer.status >= 400
    assert f"timed out after {shop.environment['SUPERSET_QUERY_SECONDS']} seconds" in answer.text()
    # All its rows come from one, so its task cannot be ended before the next: another server takes over.
    wait_until("the server is gone", lambda: shop.pids_of("spark-thrift") != before, 60)
    wait_until("Spark answers", lambda: analyst.sql("select 1 as one").status == 200, 120)


def test_spark_that_stands_still_is_told_of_and_not_waited_for(
    analyst: Session, shop: StackUnderTest
) -> None:
    """It holds its connections and answers nothing; the question has a limit all the same."""
    with shop.stands_still("spark-thrift"):
        answer = analyst.sql("select 1 as one")
        assert answer.status >= 400, answer.text()
    assert analyst.sql("select 1 as one").status == 200


@pytest.mark.parametrize(
    "path", ["/users/list/", "/roles/list/", "/api/v1/security/users/", "/api/v1/log/"]
)
def test_an_analyst_manages_nothing(analyst: Session, path: str) -> None:
    answer = analyst.path(path)
    assert answer.status in (302, 401, 403, 404)


NEWEST = "/api/v1/log/?q=(order_column:dttm,order_direction:desc,page_size:100)"


def exports(admin: Session) -> int:
    """How many of the newest records are of files that were taken away."""
    return [row["action"] for row in admin.path(NEWEST).json()["result"]].count("export_chart")


def test_the_audit_log_tells_of_logins_failures_edits_and_exports(
    admin: Session, viewer: View, browser: Browser
) -> None:
    viewer.open("store-performance")
    assert viewer.ask_again("How well do brands sell?", result_format="csv").status == 200
    kept = viewer.ids["How well do categories sell?"]
    before = exports(admin)
    assert admin.path(f"/api/v1/chart/{kept}/data/?format=csv").status == 200
    assert exports(admin) == before + 1
    stranger = browser.new_context().new_page()
    stranger.goto(f"{admin.base}/login/")
    stranger.fill("#username", "analyst")
    stranger.fill("#password", secrets()["SUPERSET_VIEWER_PASSWORD"])
    # The page posts to its log as well.
    with stranger.expect_response(
        lambda answer: answer.request.method == "POST" and "/login" in answer.url, timeout=60_000
    ):
        stranger.press("#password", "Enter")
    stranger.context.close()
    chart = admin.get("/api/v1/chart/")[0]
    change = {"description": chart["description"]}
    url = f"{admin.base}/api/v1/chart/{chart['id']}"
    assert admin.page.request.put(url, data=change, headers=admin.headers()).status == 200
    answer = admin.path(NEWEST)
    assert answer.status == 200
    actions = {row["action"] for row in answer.json()["result"]}
    assert {"login", "login_failed", "export_chart", "ChartRestApi.put"} <= actions


def new_chart(admin: Session, name: str) -> dict[str, str]:
    """A chart that somebody makes: its number and its id."""
    (like,) = (c for c in admin.get("/api/v1/chart/") if c["slice_name"] == "Views in the history")
    about = {"datasource_id": like["datasource_id"], "datasource_type": "table"}
    answer = admin.post("/api/v1/chart/", {"slice_name": name, "viz_type": "table", **about})
    assert answer.status == 201, answer.text()
    number = answer.json()["id"]
    return {"id": number, "uuid": admin.get(f"/api/v1/chart/{number}")["uuid"]}


@dataclass
class Imported:
    """Two charts that somebody made, one of which is said to be of an earlier import."""

    gone: dict[str, str]
    own: dict[str, str]


@pytest.fixture(scope="module")
def public(admin: Session, shop: StackUnderTest) -> Iterator[Imported]:
    """The dashboards imported once more, with the public view; closed again behind the tests."""
    made = Imported(new_chart(admin, "Of an earlier version"), new_chart(admin, "My own"))
    record = shop.folder / "superset" / "imported.json"
    record.write_text(json.dumps([*json.loads(record.read_text()), made.gone["uuid"]]))
    try:
        shop.run("services", "dashboards", SUPERSET_PUBLIC="true")
        yield made
    finally:
        shop.run("services", "dashboards")
        own = f"{admin.base}/api/v1/chart/{made.own['id']}"
        admin.page.request.delete(own, headers=admin.headers())


def test_an_import_removes_what_an_earlier_one_brought_and_nobodys_own(
    admin: Session, public: Imported
) -> None:
    assert admin.path(f"/api/v1/chart/{public.gone['id']}").status == 404
    assert admin.path(f"/api/v1/chart/{public.own['id']}").status == 200


@pytest.mark.usefixtures("public")
def test_the_public_view_is_a_setting_that_opens_the_dashboards_and_nothing_else(
    browser: Browser, viewer: View
) -> None:
    stranger = browser.new_context().new_page()
    stranger.goto(f"{viewer.base}/superset/dashboard/live-store/")
    assert "/login" not in stranger.url
    with stranger.expect_response(lambda answer: "/api/v1/chart/data" in answer.url) as asked:
        stranger.wait_for_selector(".dashboard-component-chart-holder", timeout=60_000)
    assert asked.value.status == 200
    for path in ("/sqllab/", "/api/v1/database/", "/api/v1/log/", "/users/list/"):
        answer = stranger.request.get(f"{viewer.base}{path}", max_redirects=0)
        assert answer.status in (302, 401, 403, 404), path
    stranger.context.close()
