"""The dashboards: which chart is where, and how often the page asks again."""

import json
from typing import Any

from chart import Chart
from charts import live, store
from layout import Layout, position
from names import slug, uuid_of

LIVE_TEXT = (
    "Events of the shop as HBase counts them, a moment after they happened. Windows of 2 seconds, "
    "times in UTC; the page asks again every second."
)
STORE_TEXT = (
    "The history of the shop as dbt builds it: loaded files, real producers and replays with their "
    "original times. Times in UTC. New numbers: make models."
)
# The grid keeps its columns on a phone: there, one column is readable.
PHONE_CSS = """
@media (max-width: 600px) {
  .grid-row { flex-wrap: wrap !important; height: auto !important; }
  .grid-row > * { width: 100% !important; margin-right: 0 !important; margin-bottom: 12px; }
  .grid-row .resizable-container { width: 100% !important; max-width: 100% !important; }
  .superset-legacy-chart-big-number .header-line { font-size: 30px !important; }
  .superset-legacy-chart-big-number .subtitle-line,
  .superset-legacy-chart-big-number .subheader-line { font-size: 13px !important; }
  .dashboard-markdown .resizable-container { height: auto !important; min-height: 120px; }
  .dashboard-component-chart-holder .resizable-container { min-width: 100% !important; }
}
"""
# The whole page is on a screen of 1600 x 1000.
LIVE_LAYOUT: Layout = [
    [(0, 2, 18), (1, 2, 18), (2, 2, 18), (3, 3, 18), (4, 3, 18)],
    [(5, 8, 36), (8, 4, 36)],
    [(6, 6, 36), (7, 6, 36)],
]
PHONE_LAYOUT: Layout = [
    [(4, 12, 16)],
    *([(number, 12, 16)] for number in (0, 1, 2, 3)),
    *([(number, 12, 44)] for number in (5, 6, 7, 8)),
]
STORE_LAYOUT: Layout = [
    [(0, 3, 18), (1, 3, 18), (2, 3, 18), (3, 3, 18)],
    [(4, 4, 60), (5, 8, 60)],
    [(6, 4, 60), (7, 8, 60)],
    [(8, 12, 50)],
]
STORE_PHONE_LAYOUT: Layout = [
    *([(number, 12, 16)] for number in (0, 1, 2, 3)),
    *([(number, 12, 60)] for number in (4, 5, 6, 7, 8)),
]


def _dashboard(
    title: str, text: str, charts: list[Chart], layout: Layout, refresh_seconds: int
) -> dict[str, Any]:
    return {
        "dashboard_title": title,
        "description": text,
        "css": PHONE_CSS,
        "slug": slug(title).replace("_", "-"),
        "certified_by": None,
        "certification_details": None,
        "published": True,
        "uuid": uuid_of("dashboard", title),
        "position": position(title, text, charts, layout),
        "metadata": {
            "refresh_frequency": refresh_seconds,
            "stagger_refresh": False,
            "timed_refresh_immune_slices": [],
            "color_scheme": "supersetColors",
            "label_colors": {},
            "cross_filters_enabled": True,
            "native_filter_configuration": [],
        },
        "version": "1.0.0",
    }


def files() -> dict[str, Any]:
    """Path to content."""
    found = {
        "dashboards/live_store.yaml": _dashboard(
            "Live store", LIVE_TEXT, live.CHARTS, LIVE_LAYOUT, refresh_seconds=1
        ),
        "dashboards/live_store_phone.yaml": _dashboard(
            "Live store, phone", LIVE_TEXT, live.CHARTS, PHONE_LAYOUT, refresh_seconds=1
        ),
        "dashboards/store_performance.yaml": _dashboard(
            "Store performance", STORE_TEXT, store.CHARTS, STORE_LAYOUT, refresh_seconds=0
        ),
        "dashboards/store_performance_phone.yaml": _dashboard(
            *("Store performance, phone", STORE_TEXT, store.CHARTS, STORE_PHONE_LAYOUT),
            refresh_seconds=0,
        ),
    }
    return json.loads(json.dumps(found))
