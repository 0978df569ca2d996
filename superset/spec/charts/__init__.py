"""Every chart, by the page that it was made for."""

import json
from typing import Any

import translate
from names import slug

from charts import live, quality, store

CHARTS = [*live.CHARTS, *store.CHARTS, *quality.CHARTS]


def files() -> dict[str, Any]:
    """Path to content."""
    found = {f"charts/{slug(chart.title)}.yaml": translate.content(chart) for chart in CHARTS}
    return json.loads(json.dumps(found))
