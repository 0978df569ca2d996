"""The dbt project's files: defaults equal .env, every model and column is described, keys are tested."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.install import read_env
from settings import PROJECT_DIR

MODELS = PROJECT_DIR / "models"


def described() -> dict[str, dict[str, Any]]:
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in MODELS.rglob("*.yml")]
    return {model["name"]: model for file in files for model in file.get("models", [])}


def sql_files() -> list[Path]:
    return sorted(MODELS.rglob("*.sql"))


@pytest.mark.parametrize("name", ["SPARK_THRIFT_HOST", "SPARK_THRIFT_PORT"])
def test_default_in_the_profile_equals_env(name: str) -> None:
    profiles = (PROJECT_DIR / "profiles.yml").read_text(encoding="utf-8")
    assert f"env_var('{name}', '{read_env()[name]}')" in profiles


def test_every_model_is_described_with_its_grain() -> None:
    models = described()
    assert {path.stem for path in sql_files()} == models.keys()
    assert [
        n for n, m in models.items() if not m["description"].strip().startswith("One row")
    ] == []


def test_every_column_is_described() -> None:
    missing = [
        f"{name}.{column['name']}"
        for name, model in described().items()
        for column in model["columns"]
        if not column.get("description")
    ]
    assert missing == []


def test_the_key_of_every_table_is_tested() -> None:
    tables = {n: m for n, m in described().items() if n.startswith(("fct_", "rpt_", "profile_"))}
    keyed = {
        name
        for name, model in tables.items()
        for column in model["columns"]
        if {"unique", "not_null"} <= {str(test) for test in column.get("data_tests", [])}
    }
    assert tables
    assert keyed == tables.keys()


@pytest.mark.parametrize("path", sql_files(), ids=lambda path: path.stem)
def test_only_staging_reads_sources(path: Path) -> None:
    assert ("source(" in path.read_text(encoding="utf-8")) == (path.parent.name == "staging")
