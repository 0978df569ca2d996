"""Columns and types of dbt's models, from the YAML beside them: a dataset cannot differ from its model."""

from pathlib import Path
from typing import Any

import yaml

MODELS = Path(__file__).resolve().parents[2] / "models"


def _versions(model: dict[str, Any]) -> list[dict[str, Any]]:
    """A relation for each version: named as the version says, with the columns that it states."""
    found = []
    for version in model.get("versions", [{}]):
        name = version.get("config", {}).get("alias") or model["name"]
        if "v" in version and not version.get("config"):
            name = f"{model['name']}_v{version['v']}"
        columns = [one for one in version.get("columns", []) if "name" in one] or model["columns"]
        text = version.get("description") or model["description"]
        found.append({"name": name, "columns": columns, "description": text})
    return found


def relations() -> dict[str, dict[str, Any]]:
    """Each relation with its schema (the folder), description and columns."""
    found = {}
    for path in sorted(MODELS.rglob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            for one in _versions(model):
                found[one["name"]] = one | {"schema": path.parent.name}
    return found


def columns_of(relation: dict[str, Any]) -> dict[str, str]:
    """Column to its type, as a contract states it."""
    return {one["name"]: str(one["data_type"]).upper() for one in relation["columns"]}
