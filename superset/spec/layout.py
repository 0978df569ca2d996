"""Where charts stand: rows on a grid of twelve columns, on one page or behind tabs."""

from collections.abc import Iterable
from typing import Any

from chart import Chart
from names import slug, uuid_of

WIDE = 12
# rows of (title of the chart, width of 12, height of 8 px)
Layout = list[list[tuple[str, int, int]]]
Tabs = dict[str, Layout]
Nodes = dict[str, dict[str, Any]]
FIRST_NUMBER = 1001


def numbered(charts: Iterable[Chart]) -> dict[int, Chart]:
    """Any distinct numbers: the import puts the real ones in their place."""
    return dict(enumerate(charts, FIRST_NUMBER))


def one_column(charts: Iterable[Chart]) -> Layout:
    """For phones: each chart as wide as the screen."""
    return [[(c.title, WIDE, 18 if c.kind.startswith("big_number") else 44)] for c in charts]


def _node(name: str, kind: str, parents: list[str], children: list[str], **meta: Any) -> dict:
    return {"id": name, "type": kind, "parents": parents, "children": children, "meta": meta}


def _chart_node(
    chart: Chart, number: int, parents: list[str], width: int, height: int
) -> dict[str, Any]:
    return _node(
        *(f"CHART-{slug(chart.title)}", "CHART", parents, []),
        chartId=number,
        sliceName=chart.title,
        uuid=uuid_of("chart", chart.title),
        width=width,
        height=height,
    )


def _rows(charts: dict[int, Chart], layout: Layout, parents: list[str], prefix: str) -> Nodes:
    # The rows of a grid or of a tab and their charts; a row's name begins with the prefix.
    numbers = {chart.title: number for number, chart in charts.items()}
    found: Nodes = {}
    for place, cells in enumerate(layout):
        row = f"{prefix}{place}"
        nodes = [
            _chart_node(charts[numbers[name]], numbers[name], [*parents, row], width, height)
            for name, width, height in cells
        ]
        found |= {node["id"]: node for node in nodes}
        found[row] = _node(
            *(row, "ROW", parents, [node["id"] for node in nodes]),
            background="BACKGROUND_TRANSPARENT",
        )
    return found


def _tabs(charts: dict[int, Chart], tabs: Tabs, parents: list[str]) -> Nodes:
    found: Nodes = {}
    inside = [*parents, "TABS"]
    names = []
    for place, (title, layout) in enumerate(tabs.items()):
        name = f"TAB-{slug(title)}"
        nodes = _rows(charts, layout, [*inside, name], f"ROW-{place}-")
        names.append(name)
        found |= {**nodes, name: _node(name, "TAB", inside, _children(nodes, "ROW"), text=title)}
    return {**found, "TABS": _node("TABS", "TABS", parents, names)}


def _children(nodes: Nodes, kind: str) -> list[str]:
    return [name for name, node in nodes.items() if node["type"] == kind]


def _text_row(text: str) -> dict[str, Any]:
    grid = ["ROOT_ID", "GRID_ID"]
    clear = {"background": "BACKGROUND_TRANSPARENT"}
    return {
        "ROW-text": _node("ROW-text", "ROW", grid, ["MARKDOWN-text"], **clear),
        "MARKDOWN-text": _node(
            *("MARKDOWN-text", "MARKDOWN", [*grid, "ROW-text"], []), code=text, width=WIDE, height=8
        ),
    }


def position(
    title: str, text: str, charts: dict[int, Chart], layout: Layout | Tabs
) -> dict[str, Any]:
    """The tree of a page: a line of text if there is one, then the rows or the tabs."""
    grid = ["ROOT_ID", "GRID_ID"]
    if isinstance(layout, dict):
        content = _tabs(charts, layout, grid)
        children = ["TABS"]
    else:
        content = _rows(charts, layout, grid, "ROW-")
        children = _children(content, "ROW")
    return {
        "DASHBOARD_VERSION_KEY": "v2",
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": title}},
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        **(_text_row(text) if text else {}),
        **content,
        "GRID_ID": {
            **{"id": "GRID_ID", "type": "GRID", "parents": ["ROOT_ID"]},
            "children": [*(["ROW-text"] if text else []), *children],
        },
    }
