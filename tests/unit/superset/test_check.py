"""`make check-assets` on the real files, and on copies with one fault each."""

import copy
from collections.abc import Callable
from typing import Any

import check
import pytest
import yaml
from contracts import MODELS

FILES = check.load()
EXPOSURES = yaml.safe_load((MODELS / "_exposures.yml").read_text(encoding="utf-8"))["exposures"]


def test_nothing_is_wrong() -> None:
    assert check.problems(FILES) == []


def altered(path: str, change: Callable[[dict[str, Any]], Any]) -> check.Files:
    files = copy.deepcopy(FILES)
    change(files[path])
    return files


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        (
            "charts/views.yaml",
            lambda chart: chart["params"]["metric"].update(sqlExpression="SUM(viewz)"),
            'chart "Views": live_totals has no column viewz',
        ),
        (
            "charts/views.yaml",
            lambda chart: chart.update(dataset_uuid="gone"),
            'chart "Views": its dataset is not there',
        ),
        (
            "datasets/spark/rpt_sales_by_day.yaml",
            lambda dataset: dataset["columns"][0].update(type="STRING"),
            "dataset rpt_sales_by_day: event_date is DATE in the model",
        ),
        (
            "datasets/spark/rpt_sales_by_day.yaml",
            lambda dataset: dataset.update(schema="marts"),
            "dataset rpt_sales_by_day: there is no model of this name in marts",
        ),
        (
            "datasets/spark/profile_freshness.yaml",
            lambda dataset: dataset["columns"][-1].update(expression="now() - newest_rowat"),
            "dataset profile_freshness: the model has no column newest_rowat",
        ),
        (
            "dashboards/live_store.yaml",
            lambda page: page["metadata"]["native_filter_configuration"][0]["targets"][0].update(
                column={"name": "spam"}
            ),
            'dashboard "Live store": the filter Range has no column',
        ),
    ],
)
def test_a_fault_is_named(path: str, change: Callable[[dict[str, Any]], Any], told: str) -> None:
    assert check.problems(altered(path, change)) == [told]


def test_a_dashboard_without_an_exposure_is_named() -> None:
    exposures = [one for one in EXPOSURES if one["name"] != "data_quality"]
    told = list(check.of_exposures(FILES, exposures))
    assert told == ["data-quality: no exposure names this dashboard"]


def test_an_exposure_that_forgets_a_model_is_named() -> None:
    exposures = copy.deepcopy(EXPOSURES)
    exposures[0]["depends_on"] = exposures[0]["depends_on"][1:]
    told = list(check.of_exposures(FILES, exposures))
    assert told == ["store-performance: exposure and dashboard differ in rpt_insights"]


@pytest.mark.parametrize(
    "text",
    [
        *("spark://superset@127.0.0.1/x", "Password: x", "http://shop.example:8080/"),
        "spark://superset@warehouse.shop.example/reports",
    ],
)
def test_an_address_or_a_secret_is_named(tmp_path: Any, text: str) -> None:
    (tmp_path / "one.yaml").write_text(f"text: '{text}'", encoding="utf-8")
    assert list(check.of_texts(tmp_path))


def test_columns_are_told_from_functions_texts_and_words() -> None:
    sql = "COALESCE(100.0 * SUM(a_b) / NULLIF(COUNT_IF(status <> 'not_this'), 0), 0) and c is null"
    assert check.columns_in(sql) == {"a_b", "status", "c"}
