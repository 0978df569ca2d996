"""Every model, test and unit test of dbt on the target `session`, recounted from the CSV by DuckDB; no service runs."""

import sys
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable

from tests.recount import SAMPLE, Figures, report_recount
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration
ROWS = 4000
COLUMNS = (
    *("view_count", "cart_count", "purchase_count", "revenue"),
    *("view_to_cart_rate", "view_to_purchase_rate"),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> StackUnderTest:
    """The first rows of the sample as history, and everything that dbt builds and tests."""
    stack = StackUnderTest(tmp_path_factory.mktemp("models").resolve())
    stack.run("streaming.load", "--limit", str(ROWS), "--source", str(SAMPLE))
    build = (sys.executable, "-m", "dbt.cli.main", "build", "--target", "session")
    stack.run("services.spark_session", *build, seconds=1200)
    return stack


def table(stack: StackUnderTest, name: str) -> list[dict[str, Any]]:
    schema, model = name.split(".")
    folder = stack.folder / "spark-session" / "warehouse" / f"{schema}.db" / model
    rows: list[dict[str, Any]] = DeltaTable(str(folder)).to_pyarrow_table().to_pylist()
    return rows


def figures(stack: StackUnderTest, name: str, key: str) -> dict[str, Figures]:
    return {
        row[key]: tuple(row[column] for column in COLUMNS)  # type: ignore[misc]
        for row in table(stack, name)
    }


def test_brand_report_equals_a_recount_of_the_file(built: StackUnderTest) -> None:
    expected = report_recount("brand", "brand is not null and brand <> ''", ROWS)
    assert len(expected) > 50
    assert figures(built, "reports.rpt_brand_performance", "brand") == expected


def test_category_report_equals_a_recount_of_the_file(built: StackUnderTest) -> None:
    expected = report_recount("coalesce(nullif(category_code, ''), 'uncategorized')", "true", ROWS)
    assert len(expected) > 10
    assert figures(built, "reports.rpt_category_performance", "category_code") == expected


def test_brands_are_ranked_by_revenue_and_then_by_name(built: StackUnderTest) -> None:
    rows = table(built, "reports.rpt_brand_performance")
    ordered = sorted(rows, key=lambda row: (-row["revenue"], row["brand"]))
    assert [row["revenue_rank"] for row in ordered] == list(range(1, len(rows) + 1))


def test_profile_counts_what_is_missing_in_the_file(built: StackUnderTest) -> None:
    sql = f"""
        select count(*) filter (brand is null or brand = ''),
            count(*) filter (category_code is null or category_code = ''),
            min(price::decimal(12, 2)), max(price::decimal(12, 2))
        from (select * from read_csv(?, all_varchar = true) limit {ROWS})
    """
    (brands, codes, least, most) = duckdb.execute(sql, [str(SAMPLE)]).fetchall()[0]
    found = {row["column_name"]: row for row in table(built, "profiling.profile_columns")}
    assert (found["brand"]["null_count"], found["category_code"]["null_count"]) == (brands, codes)
    price = found["price"]
    assert (Decimal(price["min_value"]), Decimal(price["max_value"])) == (least, most)
    assert {row["row_count"] for row in found.values()} == {ROWS}
