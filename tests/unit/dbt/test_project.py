"""The dbt project's files: defaults equal .env, every model and column is described, keys are tested."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.model_counts import README_LINE, count, models_of
from services.install import read_env
from settings import PROJECT_DIR
from streaming.schemas import EVENT

MODELS = PROJECT_DIR / "models"
LAYERS = ("dim_", "fct_", "rpt_", "profile_")
LONGEST = 75
KEYLESS = {
    "int_columns_measured": "its names are written in it; profile_columns has the same rows and a key",
}


def described() -> dict[str, dict[str, Any]]:
    """Each relation (a version is one of its own) with its description, columns and tests."""
    return {model["name"]: model for model in models_of(MODELS)}


def sql_files() -> list[Path]:
    return sorted(MODELS.rglob("*.sql"))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("profiles.yml", "SPARK_THRIFT_HOST"),
        ("profiles.yml", "SPARK_THRIFT_PORT"),
        ("models/profiling/profile_timeliness.sql", "STREAM_WATERMARK_SECONDS"),
        ("models/intermediate/int_windows_recounted.sql", "STREAM_WATERMARK_SECONDS"),
        ("models/intermediate/int_windows_recounted.sql", "STREAM_WINDOW_SECONDS"),
    ],
)
def test_default_in_the_dbt_project_equals_env(file: str, name: str) -> None:
    text = (PROJECT_DIR / file).read_text(encoding="utf-8")
    assert f"env_var('{name}', '{read_env()[name]}')" in text


def test_every_model_is_described_with_its_grain() -> None:
    models = described()
    assert {path.stem for path in sql_files()} == models.keys()
    assert [
        n for n, m in models.items() if not m["description"].strip().startswith("One row")
    ] == []


def test_every_column_is_described_and_typed_where_a_contract_is_enforced() -> None:
    missing = [
        f"{name}.{column['name']}"
        for name, model in described().items()
        for column in model["columns"]
        if not column.get("description")
        or (name.startswith(LAYERS) and not column.get("data_type"))
    ]
    assert missing == []


def test_the_key_of_every_model_is_tested() -> None:
    assert {name for name, model in described().items() if not _key(model)} == KEYLESS.keys()


def _key(model: dict[str, Any]) -> list[str]:
    tests = [test["is_key"] for test in model.get("data_tests", []) if "is_key" in test]
    return tests[0]["arguments"]["columns"] if tests else []


def test_every_report_says_what_is_never_null() -> None:
    reports = {n: m for n, m in described().items() if n.startswith("rpt_")}
    sound = [
        name
        for name, model in reports.items()
        if any(test.get("sound_rows", {}).get("arguments") for test in model["data_tests"])
    ]
    assert sound == list(reports)


def test_no_model_is_longer_than_can_be_read_at_a_glance() -> None:
    lines = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in sql_files()}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


@pytest.mark.parametrize("path", sql_files(), ids=lambda path: path.stem)
def test_only_staging_reads_sources(path: Path) -> None:
    assert ("source(" in path.read_text(encoding="utf-8")) == (path.parent.name == "staging")


def test_the_agreed_columns_of_the_raw_events_are_those_that_the_stream_writes() -> None:
    sources = yaml.safe_load((MODELS / "staging/_staging__sources.yml").read_text(encoding="utf-8"))
    tables = {table["name"]: table for table in sources["sources"][0]["tables"]}
    expected = {field.name: field.dataType.simpleString() for field in EVENT.fields}
    for name in ("event_stream", "event_history"):
        columns = tables[name]["columns"]
        assert {column["name"]: column["data_type"] for column in columns} == expected


def test_the_readme_counts_models_and_tests_as_they_are() -> None:
    readme = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    assert README_LINE.format(**count(PROJECT_DIR)) in readme
