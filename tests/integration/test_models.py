"""The dbt project on the target `session`, recounted from the raw tables; one shop that grows, and no service.

The tests build on each other, in this order: an empty shop, one purchase without a brand, the
sample, and events that come late.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from bench.model_counts import count
from tests.dbt.process import Dbt
from tests.recount import SAMPLE, report_recount
from tests.stack import PROJECT, StackUnderTest

pytestmark = pytest.mark.integration
ROWS = 4000
TIME = "%Y-%m-%d %H:%M:%S UTC"
WARNS = "assert_there_are_business_events"
REBUILT = ("int_events_deduplicated", "fct_events", "fct_sessions", "dim_users")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> StackUnderTest:
    """A folder of its own without an event."""
    return StackUnderTest(tmp_path_factory.mktemp("models").resolve())


@pytest.fixture(scope="module")
def dbt(shop: StackUnderTest) -> Iterator[Dbt]:
    """One process for all its commands."""
    process = Dbt(shop)
    yield process
    process.close()


def load(shop: StackUnderTest, source: Path, *arguments: str) -> None:
    shop.run("streaming.load", "--source", str(source), *arguments)


def assert_recount_agrees(shop: StackUnderTest) -> None:
    shop.run("tests.dbt.recount", "--target", "session")


def table(shop: StackUnderTest, name: str) -> list[dict[str, Any]]:
    schema, model = name.split(".")
    folder = shop.folder / "spark-session" / "warehouse" / f"{schema}.db" / model
    rows: list[dict[str, Any]] = DeltaTable(str(folder)).to_pyarrow_table().to_pylist()
    return rows


def warnings_of(output: str) -> list[str]:
    """What the test that warns said to the user; dbt counts as many."""
    said = sorted(
        line.split(f"{WARNS}: ")[1] for line in output.splitlines() if f"{WARNS}: " in line
    )
    assert f"WARN {len(said)} {WARNS}" in output
    return said


def sample_rows() -> Iterator[dict[str, str]]:
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_an_empty_shop_builds_passes_every_unit_test_and_says_that_it_is_empty(
    shop: StackUnderTest, dbt: Dbt
) -> None:
    output = dbt("build")
    assert warnings_of(output) == [
        "no event of the shop: make load, or make stream MODE=original",
        "no event of the stream: make stream",
    ]
    assert table(shop, "reports.rpt_funnel") == []
    assert_recount_agrees(shop)


def test_the_counts_of_the_readme_are_those_of_dbt(shop: StackUnderTest) -> None:
    manifest = json.loads((shop.folder / "dbt" / "manifest.json").read_text(encoding="utf-8"))
    kinds = [node["resource_type"] for node in manifest["nodes"].values()]
    found = {"models": kinds.count("model"), "data_tests": kinds.count("test")}
    assert {**found, "unit_tests": len(manifest["unit_tests"])} == count(PROJECT)


def test_the_results_of_the_last_tests_are_kept(shop: StackUnderTest) -> None:
    report = json.loads((shop.folder / "dbt" / "run_results.json").read_text(encoding="utf-8"))
    told = {
        result["unique_id"].split(".")[2]: (result["status"], result["failures"] or 0)
        for result in report["results"]
        if result["unique_id"].startswith("test.")
    }
    kept = {
        row["test_name"]: (row["test_status"], row["failure_count"])
        for row in table(shop, "profiling.profile_test_results")
    }
    assert kept == told
    assert kept[WARNS] == ("warn", 2)


def test_one_purchase_without_a_brand_is_a_shop(shop: StackUnderTest, dbt: Dbt) -> None:
    row = next(row for row in sample_rows() if row["event_type"] == "purchase")
    row = {**row, "brand": "", "category_code": "", "user_id": "1", "user_session": ""}
    load(shop, write_csv(shop.folder / "one.csv", [row]))
    dbt("run")
    assert warnings_of(dbt("test", "--select", WARNS)) == [
        "no event of the stream: make stream",
        "no event with a brand: the reports by brand are empty",
        "no view: funnel and conversion of views are empty",
    ]
    (outcome,) = (r for r in table(shop, "reports.rpt_session_outcomes") if r["session_count"])
    assert (outcome["outcome"], outcome["session_count"]) == ("bought", 1)
    assert table(shop, "reports.rpt_brand_performance") == []
    assert_recount_agrees(shop)


def test_every_cell_equals_a_recount_and_every_test_of_the_data_holds(
    shop: StackUnderTest, dbt: Dbt
) -> None:
    load(shop, SAMPLE, "--limit", str(ROWS))
    output = dbt("build", "--exclude-resource-type", "unit_test")
    assert warnings_of(output) == ["no event of the stream: make stream"]
    assert_recount_agrees(shop)


def test_brand_report_equals_a_recount_of_the_file_itself(shop: StackUnderTest) -> None:
    names = ("view_count", "cart_count", "purchase_count", "revenue")
    rates = ("view_to_cart_rate", "view_to_purchase_rate")
    found = {
        row["brand"]: tuple(row[name] for name in (*names, *rates))
        for row in table(shop, "reports.rpt_brand_performance")
    }
    assert len(found) > 50
    assert found == report_recount("brand", "brand is not null and brand <> ''", ROWS)


def late_rows() -> list[dict[str, str]]:
    """Carts and purchases of users of the sample a quarter of an hour before their events."""
    rows = []
    for number, row in enumerate(sample_rows()):
        if number >= ROWS:
            break
        if number % 20 == 0:
            at = datetime.strptime(row["event_time"], TIME).replace(tzinfo=UTC)
            kind = ("cart", "purchase", "view")[number // 20 % 3]
            moved = (at - timedelta(minutes=15)).strftime(TIME)
            rows.append({**row, "event_type": kind, "event_time": moved})
    return sorted(rows, key=lambda row: row["event_time"])


def test_late_events_give_what_a_full_rebuild_gives(shop: StackUnderTest, dbt: Dbt) -> None:
    before = len(table(shop, "marts.fct_events"))
    load(shop, write_csv(shop.folder / "late.csv", late_rows()))
    dbt("run")
    assert len(table(shop, "marts.fct_events")) == before + ROWS // 20
    assert_recount_agrees(shop)
    incremental = _without_run_times(shop)
    dbt("run", "--full-refresh", "--select", *REBUILT)
    assert _without_run_times(shop) == incremental


def _without_run_times(shop: StackUnderTest) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: sorted(
            tuple(str(value) for column, value in row.items() if column != "added_at")
            for row in table(shop, f"marts.{name}")
        )
        for name in REBUILT[1:]
    }
