"""The kinds of chart, each with the form that makes it readable; colours are those of the page."""

from typing import Any

from chart import Chart, Metric

WHOLE, MONEY, RATE = ",d", ",.2f", ",.2f"
# Of the columns of a table by their labels; whole numbers when not named here.
FORMATS = {"Revenue": MONEY, "Conversion, %": RATE}
Form = dict[str, Any]


def _number_form(number_format: str, unit: str) -> Form:
    sizes = {"header_font_size": 0.4, "subheader_font_size": 0.15, "subtitle_font_size": 0.15}
    return {"y_axis_format": number_format, "subtitle": unit, **sizes}


def number(
    title: str, table: str, text: str, value: Metric, unit: str, form: str = WHOLE, **rest: Any
) -> Chart:
    """One number."""
    shown = _number_form(form, unit)
    return Chart(title, table, "big_number_total", text, [value], form=shown, **rest)


def change(title: str, table: str, text: str, value: Metric, unit: str, form: str = WHOLE) -> Chart:
    """One number and its change: the table has one time for the range and one for that before."""
    shown = _number_form(form, unit) | {
        **{"compare_lag": 1, "compare_suffix": "against the range before"},
        **{"show_trend_line": False, "show_timestamp": False},
        "color_picker": {"r": 31, "g": 168, "b": 201, "a": 1},
    }
    axis = {"x_axis": "range_started_at", "is_time": True}
    return Chart(title, table, "big_number", text, [value], form=shown, **axis)


def trend(
    title: str, table: str, text: str, value: Metric, axis: str, unit: str, form: str
) -> Chart:
    """The newest number, and a line of those before it."""
    shown = _number_form(form, unit) | {
        **{"show_trend_line": True, "start_y_axis_at_zero": True, "show_timestamp": False},
        "color_picker": {"r": 31, "g": 168, "b": 201, "a": 1},
    }
    return Chart(title, table, "big_number", text, [value], x_axis=axis, is_time=True, form=shown)


# Superset cuts a longer answer; the newest is what must not be missing then.
MOST_POINTS = 10_000


def series(
    title: str,
    table: str,
    text: str,
    values: list[Metric],
    axis: str,
    grain: str | None,
    **rest: Any,
) -> Chart:
    """Bars over time, stacked; of a longer history the newest. Times as text stand side by side."""
    rest = {"limit": MOST_POINTS, "order_by": axis} | rest
    form = {
        **{"stack": "Stack", "rich_tooltip": True, "legendOrientation": "top"},
        **{"show_legend": len(values) > 1 or "group_by" in rest, "truncate_metric": True},
        **{"y_axis_format": rest.pop("number_format", WHOLE), "x_axis_time_format": "smart_date"},
        **rest.pop("form", {}),
    }
    time = {"x_axis": axis, "grain": grain, "is_time": True}
    return Chart(title, table, "echarts_timeseries_bar", text, values, form=form, **time, **rest)


def bars(title: str, table: str, text: str, value: Metric, axis: str, **rest: Any) -> Chart:
    """Lying bars, the longest on top."""
    form = {
        **{"orientation": "horizontal", "x_axis_sort_asc": True, "show_legend": False},
        **{"show_value": True, "truncateXAxis": False, "truncate_metric": True},
        "y_axis_format": rest.pop("number_format", WHOLE),
        **rest.pop("form", {}),
    }
    more = {"x_axis": axis, "order_by": value["label"], "limit": rest.pop("limit", 12)}
    return Chart(title, table, "echarts_timeseries_bar", text, [value], form=form, **more, **rest)


def columns(title: str, table: str, text: str, value: Metric, axis: str, **rest: Any) -> Chart:
    """Standing bars in the order of their names."""
    form = {
        **{"orientation": "vertical", "show_legend": False, "show_value": True},
        "xAxisLabelInterval": "0",
        **{"truncate_metric": True, "y_axis_format": rest.pop("number_format", WHOLE)},
    }
    return Chart(
        title, table, "echarts_timeseries_bar", text, [value], x_axis=axis, form=form, **rest
    )


# Eight hundred brands at once are ten thousand elements, and two of the seven seconds that a page took to open.
MOST_ROWS_AT_ONCE, PAGE_ROWS = 200, 20


def _table_form(formats: dict[str, str]) -> Form:
    return {
        "column_config": {name: {"d3NumberFormat": form} for name, form in formats.items()},
        **{"server_pagination": False, "show_cell_bars": True},
    }


def rows(title: str, table: str, text: str, names: list[str], order_by: str, **rest: Any) -> Chart:
    """Rows as they are."""
    form = _table_form(rest.pop("formats", {})) | rest.pop("form", {})
    more = {"columns": names, "order_by": order_by, "ascending": rest.pop("ascending", True)}
    return Chart(title, table, "table", text, form=form, **more, **rest)


def groups(
    title: str, table: str, text: str, values: list[Metric], group_by: list[str], **rest: Any
) -> Chart:
    """A table of sums, the greatest first metric on top."""
    shown = {value["label"]: FORMATS.get(value["label"], WHOLE) for value in values}
    form = _table_form(shown | rest.pop("formats", {}))
    if rest.get("limit", 0) > MOST_ROWS_AT_ONCE:
        form |= {"page_length": PAGE_ROWS, "include_search": True}
    more = {"group_by": group_by, "order_by": values[0]["label"]}
    return Chart(title, table, "table", text, values, form=form, **more, **rest)


def parts(title: str, table: str, text: str, value: Metric, group_by: str, **rest: Any) -> Chart:
    """A ring."""
    form = {
        **{"donut": True, "innerRadius": 40, "outerRadius": 54, "label_type": "percent"},
        **{"show_legend": True, "legendOrientation": "top", "legendType": "plain"},
        # two shares under 4 % beside each other would write over each other; the tooltip has them
        **{"labels_outside": True, "show_labels": True, "show_labels_threshold": 4},
        **{"number_format": WHOLE, "sort_by_metric": True, "show_total": True},
    }
    return Chart(title, table, "pie", text, [value], [group_by], form=form, **rest)


def funnel(title: str, table: str, text: str, value: Metric, group_by: str, **rest: Any) -> Chart:
    """Steps that fewer and fewer reach."""
    form = {
        **{"sort_by_metric": True, "percent_calculation_type": "first_step"},
        **{"show_legend": True, "legendOrientation": "top", "legendType": "plain"},
        # beside the steps, because a narrow one is shorter than its label; the share alone, because there is
        # little room beside the first one
        **{"show_labels": True, "label_line": True, "label_type": 2, "number_format": WHOLE},
        **{"show_tooltip_labels": True, "tooltip_label_type": 5},
    }
    return Chart(title, table, "funnel", text, [value], [group_by], form=form, limit=10, **rest)


def treemap(
    title: str, table: str, text: str, value: Metric, levels: list[str], **rest: Any
) -> Chart:
    """Areas in areas; a click on one shows it alone."""
    form = {
        **{"show_labels": True, "show_upper_labels": True, "label_type": "key_value"},
        **{"number_format": rest.pop("number_format", WHOLE)},
    }
    return Chart(title, table, "treemap_v2", text, [value], levels, form=form, **rest)


def heat_map(
    title: str, table: str, text: str, value: Metric, axes: tuple[str, str], **rest: Any
) -> Chart:
    """Cells that are darker where more is."""
    form = {
        **{"normalize_across": "heatmap", "legend_type": "continuous", "show_legend": True},
        **{"linear_color_scheme": "schemeBlues", "y_axis_format": WHOLE, "show_values": False},
        **{"sort_x_axis": "alpha_asc", "sort_y_axis": "alpha_desc", "value_bounds": [None, None]},
        **{"xscale_interval": -1, "yscale_interval": -1, "show_percentage": True},
        **{"left_margin": 75, "bottom_margin": 50},
    }
    x_axis, y_axis = axes
    more = {"x_axis": x_axis, "group_by": [y_axis]}
    return Chart(title, table, "heatmap_v2", text, [value], form=form, **more, **rest)
