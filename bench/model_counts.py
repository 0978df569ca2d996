"""`python -m bench.model_counts`: how many models, tests and unit tests the dbt project has, for the README."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from settings import PROJECT_DIR

README_LINE = "{models} models, {data_tests} tests of the data and {unit_tests} unit tests"


def _files(models: Path) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in models.rglob("*.yml")]


def _versions(model: dict[str, Any]) -> list[dict[str, Any]]:
    """A model for each version: what a version states replaces what the model states."""
    found = []
    for version in model.get("versions", [{}]):
        one = {**model, **version}
        if "v" in version:
            one["name"] = f"{model['name']}_v{version['v']}"
        one["columns"] = [column for column in one["columns"] if "include" not in column]
        found.append(one)
    return found


def models_of(models: Path) -> list[dict[str, Any]]:
    """Every model of the YAML below a folder, versions apart."""
    described = [model for file in _files(models) for model in file.get("models", [])]
    return [one for model in described for one in _versions(model)]


def count(project: Path) -> dict[str, int]:
    """Counts as dbt finds them (tests/integration/test_models.py compares them)."""
    described = models_of(project / "models")
    generic = sum(
        len(model.get("data_tests", []))
        + sum(len(column.get("data_tests", [])) for column in model["columns"])
        for model in described
    )
    singular = len(list((project / "tests" / "dbt").glob("*.sql")))
    return {
        "models": len(described),
        "data_tests": generic + singular,
        "unit_tests": sum(len(file.get("unit_tests", [])) for file in _files(project / "models")),
    }


if __name__ == "__main__":
    print(README_LINE.format(**count(PROJECT_DIR)))
