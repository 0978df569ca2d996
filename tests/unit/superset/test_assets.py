"""The YAML of the dashboards: as specified, complete, without addresses or secrets."""

import json
import re
from typing import Any

import charts
import check
import dashboards
import datasets
import pytest
import yaml
from storepulse_superset.answers import OF_HISTORY
from storepulse_superset.live_views import SPANS

from settings import PROJECT_DIR

ASSETS = PROJECT_DIR / "superset" / "assets"
FILES = {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in ASSETS.rglob("*.yaml")}


def of(kind: str) -> dict[str, dict[str, Any]]:
    return {f["uuid"]: f for path, f in FILES.items() if path.relative_to(ASSETS).parts[0] == kind}


def test_files_are_what_the_specification_gives() -> None:
    expected = datasets.files() | charts.files() | dashboards.files()
    found = {str(path.relative_to(ASSETS)): content for path, content in FILES.items()}
    found.pop("metadata.yaml")
    assert found == expected


def test_superset_keeps_what_dbt_built_for_a_minute_and_nothing_of_hbase() -> None:
    kept = {one["database_name"]: one["cache_timeout"] for one in of("databases").values()}
    assert kept["HBase live"] == -1
    assert kept["Spark"] + OF_HISTORY.fresh_seconds == 60


def test_every_asset_has_an_id_of_its_own() -> None:
    ids = [content["uuid"] for path, content in FILES.items() if path.name != "metadata.yaml"]
    assert len(ids) == len(set(ids)) > 20


def test_every_reference_has_a_target() -> None:
    assert {d["database_uuid"] for d in of("datasets").values()} <= of("databases").keys()
    assert {c["dataset_uuid"] for c in of("charts").values()} <= of("datasets").keys()
    placed = {
        node["meta"]["uuid"]
        for dashboard in of("dashboards").values()
        for node in dashboard["position"].values()
        if isinstance(node, dict) and node["type"] == "CHART"
    }
    assert placed == of("charts").keys()


@pytest.mark.parametrize("chart", of("charts").values(), ids=lambda chart: chart["slice_name"])
def test_the_question_that_is_kept_names_the_same_columns(chart: dict[str, Any]) -> None:
    (query,) = json.loads(chart["query_context"])["queries"]
    asked = {one if isinstance(one, str) else one["sqlExpression"] for one in query["columns"]}
    assert asked | {one["col"] for one in query["filters"]} <= check.columns_of_chart(chart)


@pytest.mark.parametrize("chart", of("charts").values(), ids=lambda chart: chart["slice_name"])
def test_every_chart_says_what_it_reads(chart: dict[str, Any]) -> None:
    assert re.search(r" Reads (the model \w+|live_\w+ \(.* in HBase\))\.$", chart["description"])
    assert json.loads(chart["query_context"])["queries"]


@pytest.mark.parametrize("dashboard", of("dashboards").values(), ids=lambda d: d["slug"])
def test_a_filter_acts_on_the_charts_that_have_its_column_only(dashboard: dict[str, Any]) -> None:
    numbers = {
        node["meta"]["chartId"]: of("charts")[node["meta"]["uuid"]]
        for node in dashboard["position"].values()
        if isinstance(node, dict) and node["type"] == "CHART"
    }
    for one in dashboard["metadata"]["native_filter_configuration"]:
        column = one["targets"][0].get("column", {}).get("name")
        inside = {
            number
            for number, chart in numbers.items()
            if (column in _columns_of_dataset(chart) if column else _has_dates(chart))
        }
        assert inside
        assert set(one["scope"]["excluded"]) == numbers.keys() - inside


def _columns_of_dataset(chart: dict[str, Any]) -> set[str]:
    return {column["column_name"] for column in of("datasets")[chart["dataset_uuid"]]["columns"]}


def _has_dates(chart: dict[str, Any]) -> bool:
    return any(one.get("operator") == "TEMPORAL_RANGE" for one in chart["params"]["adhoc_filters"])


def test_a_long_history_loses_its_oldest_points_and_no_others() -> None:
    """Superset would keep the greatest values, wherever they lie."""
    bars = [c for c in of("charts").values() if c["viz_type"] == "echarts_timeseries_bar"]
    over_time = {
        chart["slice_name"]: json.loads(chart["query_context"])["queries"][0]
        for chart in bars
        if chart["params"].get("time_grain_sqla", "PT2S") != "PT2S"  # those have their range
    }
    assert {"When are events refused?"} < over_time.keys()
    assert len(over_time) > 3
    for title, query in over_time.items():
        ((first, is_ascending),) = query["orderby"]
        axis = query["columns"][0]["sqlExpression"]
        time = {"hour": "arrived_hour"}.get(axis, axis)  # the column behind a time that is text
        assert (first["sqlExpression"], is_ascending) == (f"MAX({time})", False), title
        assert query["row_limit"] == 10_000, title


def test_no_live_chart_sends_the_time() -> None:
    """Its answers could be shared by nobody."""
    live = [d for d in of("datasets").values() if not d["schema"]]
    charts = [c for c in of("charts").values() if c["dataset_uuid"] in {d["uuid"] for d in live}]
    assert len(charts) > 10
    assert not any(_has_dates(chart) for chart in charts)


def test_the_ranges_of_the_page_are_those_that_the_history_knows() -> None:
    text = (PROJECT_DIR / "models/reports/rpt_usual_hours.sql").read_text(encoding="utf-8")
    assert re.findall(r"'(\d+ minutes)'", text) == list(SPANS)


@pytest.mark.parametrize("dashboard", of("dashboards").values(), ids=lambda d: d["slug"])
def test_one_thing_has_one_colour_on_every_page(dashboard: dict[str, Any]) -> None:
    colours = dashboard["metadata"]["label_colors"]
    same = (
        *(("Views", "view", "Viewed"), ("Carts", "cart", "Put into a cart", "Left a cart")),
        *(("Purchases", "purchase", "Bought"), ("Removals", "remove_from_cart", "Emptied")),
    )
    assert [len({colours[name] for name in names}) for names in same] == [1, 1, 1, 1]
    assert len({colours[names[0]] for names in same}) == 4


def test_pages_on_hbase_and_phones_ask_again_by_themselves() -> None:
    seconds = {d["slug"]: d["metadata"]["refresh_frequency"] for d in of("dashboards").values()}
    assert seconds == {
        **{"live-store": 1, "live-store-phone": 1},
        **{"store-performance": 0, "store-performance-phone": 300, "data-quality": 0},
    }


@pytest.mark.parametrize("dashboard", of("dashboards").values(), ids=lambda d: d["slug"])
def test_no_row_is_wider_than_the_grid(dashboard: dict[str, Any]) -> None:
    nodes = {k: n for k, n in dashboard["position"].items() if isinstance(n, dict)}
    rows = [n for n in nodes.values() if n["type"] == "ROW"]
    widths = [sum(nodes[child]["meta"]["width"] for child in row["children"]) for row in rows]
    assert set(widths) == {12}
