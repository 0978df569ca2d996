"""`make assets`: the dashboards' YAML from the readable specification beside this file."""

import shutil
import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
import charts
import dashboards
import datasets

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def files() -> dict[str, str]:
    """Path below assets/ to YAML text."""
    found = {
        "metadata.yaml": {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00"}
    }
    found |= datasets.files() | charts.files() | dashboards.files()
    return {
        path: yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
        for path, content in found.items()
    }


def main() -> None:
    """Write assets/ anew."""
    shutil.rmtree(ASSETS, ignore_errors=True)
    for path, text in files().items():
        target = ASSETS / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
