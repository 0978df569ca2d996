"""How a kind of chart is asked for: big numbers, series by window, bars, tables."""

from typing import Any

from chart import WINDOW, Chart

WHOLE, MONEY, RATE = ",d", ",.2f", ",.2f"
SERIES = {"x_axis": WINDOW, "time_grain_sqla": "PT2S", "show_legend": True, "rich_tooltip": True}
BARS = {
    "orientation": "horizontal",
    "x_axis_sort_asc": True,
    "show_legend": False,
    "show_value": True,
    "truncateXAxis": False,
}
FORMATS = {
    "column_config": {
        name: {"d3NumberFormat": form}
        for names, form in (
            (("Views", "Carts", "Purchases", "view_count", "cart_count", "purchase_count"), WHOLE),
            (("event_count", "row_count", "null_count", "distinct_count", "revenue_rank"), WHOLE),
            (("Revenue", "revenue", "mean_value", "median"), MONEY),
            (("view_to_cart_rate", "view_to_purchase_rate", "completeness"), RATE),
        )
        for name in names
    },
    "server_pagination": False,
    "show_cell_bars": True,
}


def big_number(
    title: str, table: str, description: str, value: dict[str, Any], **rest: Any
) -> Chart:
    """One number."""
    form = {
        "y_axis_format": rest.pop("number_format", WHOLE),
        "subheader": rest.pop("unit", ""),
        "header_font_size": 0.4,
        "subheader_font_size": 0.15,
    }
    return Chart(title, table, "big_number_total", description, [value], form=form, **rest)
