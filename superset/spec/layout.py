"""Where charts stand: rows on a grid of twelve columns."""

from typing import Any

from chart import Chart
from names import slug, uuid_of

# rows of (chart number, width of 12, height of 8 px)
Layout = list[list[tuple[int, int, int]]]


def _node(name: str, kind: str, parents: list[str], children: list[str], **meta: Any) -> dict:
    return {"id": name, "type": kind, "parents": parents, "children": children, "meta": meta}


def _chart_node(chart: Chart, number: int, row: str, width: int, height: int) -> dict[str, Any]:
    return _node(
        *(f"CHART-{slug(chart.title)}", "CHART", ["ROOT_ID", "GRID_ID", row], []),
        # Any distinct numbers: the import puts the real ones in their place.
        chartId=1001 + number,
        sliceName=chart.title,
        uuid=uuid_of("chart", chart.title),
        width=width,
        height=height,
    )


def position(title: str, text: str, charts: list[Chart], layout: Layout) -> dict[str, Any]:
    """The tree of a page: a line of text, then the rows."""
    grid = ["ROOT_ID", "GRID_ID"]
    rows: list[str] = ["ROW-text"]
    found: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": title}},
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "ROW-text": _node(
            *("ROW-text", "ROW", grid, ["MARKDOWN-text"]), background="BACKGROUND_TRANSPARENT"
        ),
        "MARKDOWN-text": _node(
            *("MARKDOWN-text", "MARKDOWN", [*grid, "ROW-text"], []), code=text, width=12, height=8
        ),
    }
    for number, cells in enumerate(layout):
        row = f"ROW-{number}"
        rows.append(row)
        nodes = [_chart_node(charts[i], i, row, width, height) for i, width, height in cells]
        found |= {node["id"]: node for node in nodes}
        found[row] = _node(
            *(row, "ROW", grid, [node["id"] for node in nodes]), background="BACKGROUND_TRANSPARENT"
        )
    found["GRID_ID"] = {"id": "GRID_ID", "type": "GRID", "parents": ["ROOT_ID"], "children": rows}
    return found
