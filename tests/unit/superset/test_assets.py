"""The YAML of the dashboards: as specified, complete, without addresses or secrets."""

import json
from pathlib import Path
from typing import Any

import charts
import dashboards
import datasets
import pytest
import yaml

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


def _named_columns(chart: dict[str, Any]) -> set[str]:
    params = chart["params"]
    found = {*params.get("groupby", []), *params.get("all_columns", [])}
    found |= {params["x_axis"]} if "x_axis" in params else set()
    metrics = [*params.get("metrics", []), *([params["metric"]] if "metric" in params else [])]
    found |= {metric["sqlExpression"].split("(")[1].rstrip(")") for metric in metrics}
    return found | {one["subject"] for one in params["adhoc_filters"]}


@pytest.mark.parametrize("chart", of("charts").values(), ids=lambda chart: chart["slice_name"])
def test_every_column_of_a_chart_is_in_its_dataset(chart: dict[str, Any]) -> None:
    columns = {column["column_name"] for column in of("datasets")[chart["dataset_uuid"]]["columns"]}
    assert _named_columns(chart)
    assert _named_columns(chart) - columns == set()


@pytest.mark.parametrize("chart", of("charts").values(), ids=lambda chart: chart["slice_name"])
def test_every_chart_says_what_it_reads(chart: dict[str, Any]) -> None:
    assert chart["description"]
    assert json.loads(chart["query_context"])["queries"]


def _model_columns(name: str) -> set[str]:
    files = (PROJECT_DIR / "models").rglob("*.yml")
    models = [m for f in files for m in yaml.safe_load(f.read_text()).get("models", [])]
    return {
        column["name"] for model in models if model["name"] == name for column in model["columns"]
    }


@pytest.mark.parametrize(
    "dataset", [d for d in of("datasets").values() if d["schema"]], ids=lambda d: d["table_name"]
)
def test_every_column_of_a_spark_dataset_is_in_its_model(dataset: dict[str, Any]) -> None:
    columns = {column["column_name"] for column in dataset["columns"]}
    assert columns - _model_columns(dataset["table_name"]) == set()


def test_no_address_and_no_secret_is_in_the_files() -> None:
    for path in FILES:
        text = Path(path).read_text(encoding="utf-8")
        assert not any(word in text for word in ("127.0.0.1", "localhost", "password", ":9090"))


@pytest.mark.parametrize("dashboard", of("dashboards").values(), ids=lambda d: d["slug"])
def test_no_row_is_wider_than_the_grid(dashboard: dict[str, Any]) -> None:
    nodes = {k: n for k, n in dashboard["position"].items() if isinstance(n, dict)}
    rows = [n for n in nodes.values() if n["type"] == "ROW"]
    widths = [sum(nodes[child]["meta"]["width"] for child in row["children"]) for row in rows]
    assert set(widths) == {12}
