"""`make check-assets`: what the YAML of the dashboards names is there, without a browser and without a service."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import yaml
from contracts import MODELS, columns_of, relations

ASSETS = Path(__file__).resolve().parent.parent / "assets"
# An address is one of the two names that the import puts the wiring in for.
FORBIDDEN = re.compile(
    r"password|secret|token|localhost|\d{1,3}(\.\d{1,3}){3}"
    r"|://(?![\w+]*@?(HBASE|SPARK)_ADDRESS/)[^\s\"']*",
    re.IGNORECASE,
)
WORDS = {"and", "or", "is", "not", "null", "as", "case", "when", "then", "else", "end", "in"}
Files = dict[str, dict[str, Any]]


def load(folder: Path = ASSETS) -> Files:
    """Path below assets/ to content."""
    return {
        str(path.relative_to(folder)): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.yaml"))
    }


def _of(files: Files, kind: str) -> Files:
    return {one["uuid"]: one for path, one in files.items() if path.startswith(f"{kind}/")}


def columns_in(expression: str) -> set[str]:
    """The columns that a piece of SQL names: words that are no function, no text and no keyword."""
    without_text = re.sub(r"'[^']*'", "", expression.lower())
    return set(re.findall(r"\b[a-z_][a-z0-9_]*\b(?!\s*\()", without_text)) - WORDS


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def columns_of_chart(chart: dict[str, Any]) -> set[str]:
    """Every column that the chart asks for or filters by."""
    form = chart["params"]
    found = {
        *_listed(form.get("groupby")),
        *form.get("all_columns", []),
        *_listed(form.get("x_axis")),
    }
    found |= {json.loads(order)[0] for order in form.get("order_by_cols", [])}
    for metric in [*form.get("metrics", []), *_listed(form.get("metric"))]:
        found |= columns_in(metric["sqlExpression"])
    for one in form["adhoc_filters"]:
        found |= columns_in(one["sqlExpression"]) if "sqlExpression" in one else {one["subject"]}
    return found


def of_charts(files: Files) -> Iterator[str]:
    """Charts without their dataset, or with a column that it does not have."""
    datasets = _of(files, "datasets")
    for chart in _of(files, "charts").values():
        dataset = datasets.get(chart["dataset_uuid"])
        if dataset is None:
            yield f'chart "{chart["slice_name"]}": its dataset is not there'
            continue
        known = {column["column_name"] for column in dataset["columns"]}
        for name in sorted(columns_of_chart(chart) - known):
            yield f'chart "{chart["slice_name"]}": {dataset["table_name"]} has no column {name}'


def of_datasets(files: Files) -> Iterator[str]:
    """Datasets on Spark that differ from their model, in columns or types."""
    models = relations()
    for dataset in _of(files, "datasets").values():
        name = dataset["table_name"]
        if dataset["database_uuid"] not in _of(files, "databases"):
            yield f"dataset {name}: its database is not there"
        if not dataset["schema"]:
            continue
        model = models.get(name)
        if model is None or model["schema"] != dataset["schema"]:
            yield f"dataset {name}: there is no model of this name in {dataset['schema']}"
            continue
        agreed = columns_of(model)
        for column in dataset["columns"]:
            kind = agreed.get(column["column_name"])
            if column["expression"]:
                unknown = columns_in(column["expression"]) - agreed.keys()
                yield from (f"dataset {name}: the model has no column {one}" for one in unknown)
            elif kind != column["type"]:
                yield f"dataset {name}: {column['column_name']} is {kind} in the model"


def _charts_on(dashboard: dict[str, Any]) -> list[str]:
    nodes = [node for node in dashboard["position"].values() if isinstance(node, dict)]
    return [node["meta"]["uuid"] for node in nodes if node["type"] == "CHART"]


def of_dashboards(files: Files) -> Iterator[str]:
    """Dashboards with a chart or a filter that leads nowhere."""
    datasets, charts = _of(files, "datasets"), _of(files, "charts")
    for dashboard in _of(files, "dashboards").values():
        title = dashboard["dashboard_title"]
        if set(_charts_on(dashboard)) - charts.keys():
            yield f'dashboard "{title}": a chart is not there'
        for one in dashboard["metadata"]["native_filter_configuration"]:
            for target in filter(None, one["targets"]):
                dataset = datasets.get(target["datasetUuid"], {"columns": []})
                names = {column["column_name"] for column in dataset["columns"]}
                if target["column"]["name"] not in names:
                    yield f'dashboard "{title}": the filter {one["name"]} has no column'


def models_of(dashboard: dict[str, Any], files: Files) -> set[str]:
    """The relations on Spark that a dashboard reads."""
    datasets, charts = _of(files, "datasets"), _of(files, "charts")
    read = [charts.get(uuid, {}).get("dataset_uuid") for uuid in _charts_on(dashboard)]
    found = [datasets[uuid] for uuid in read if uuid in datasets]
    return {dataset["table_name"] for dataset in found if dataset["schema"]}


def of_exposures(files: Files, exposures: list[dict[str, Any]]) -> Iterator[str]:
    """Exposures and dashboards that do not name each other, or not the same models."""
    pages = {one["slug"]: one for one in _of(files, "dashboards").values()}
    told = {e["url"].rstrip("/").split("/")[-1]: e for e in exposures if e["type"] == "dashboard"}
    for slug in sorted(pages.keys() ^ told.keys()):
        yield f"{slug}: {'no exposure names' if slug in pages else 'an exposure names'} this dashboard"
    for slug in sorted(pages.keys() & told.keys()):
        named = set()
        for text in told[slug]["depends_on"]:
            named |= set(re.findall(r"ref\('(\w+)'", text))
        different = named ^ models_of(pages[slug], files)
        yield from (
            f"{slug}: exposure and dashboard differ in {name}" for name in sorted(different)
        )


def of_texts(folder: Path = ASSETS) -> Iterator[str]:
    """Addresses and secrets."""
    for path in sorted(folder.rglob("*.yaml")):
        for found in FORBIDDEN.finditer(path.read_text(encoding="utf-8")):
            yield f"{path.name}: {found.group()} is an address or a secret"


def problems(files: Files) -> list[str]:
    """All that is wrong; nothing when all is well."""
    text = (MODELS / "_exposures.yml").read_text(encoding="utf-8")
    exposures = yaml.safe_load(text)["exposures"]
    checks = (of_charts(files), of_datasets(files), of_dashboards(files))
    return [
        *(one for check in checks for one in check),
        *of_exposures(files, exposures),
        *of_texts(),
    ]


def main() -> int:
    """0 when nothing is wrong, else 1 and a line for each fault."""
    files = load()
    found = problems(files)
    for problem in found:
        print(f"error: {problem}", file=sys.stderr)
    if not found:
        print(f"{len(files)} assets: every chart, dataset, model, column, filter and exposure fits")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
