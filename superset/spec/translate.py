"""From a chart of this specification to what Superset keeps of one."""

import json
from collections.abc import Callable
from typing import Any

from chart import Chart, Metric, metric
from datasets import source_of
from names import uuid_of

Params = dict[str, Any]


def _filters(chart: Chart) -> list[Params]:
    found = list(chart.where)
    if chart.date:
        # What the date filter of a page puts its range into.
        found.append((chart.date, "TEMPORAL_RANGE", "No filter"))
    simple = [
        {
            **{"clause": "WHERE", "expressionType": "SIMPLE"},
            **{"subject": subject, "operator": operator, "comparator": comparator},
        }
        for subject, operator, comparator in found
    ]
    if not chart.sql_where:
        return simple
    own = {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": chart.sql_where}
    return [*simple, own]


def _number(chart: Chart) -> Params:
    return {"metric": chart.metrics[0]}


def _number_over_time(chart: Chart) -> Params:
    axis = {"x_axis": chart.x_axis, "time_grain_sqla": chart.grain}
    return {"metric": chart.metrics[0], **axis}


def _table(chart: Chart) -> Params:
    if chart.columns:
        order = [json.dumps([chart.order_by, chart.ascending])]
        return {"query_mode": "raw", "all_columns": chart.columns, "order_by_cols": order}
    return {
        **{"query_mode": "aggregate", "groupby": chart.group_by, "metrics": chart.metrics},
        **{"timeseries_limit_metric": chart.metrics[0], "order_desc": not chart.ascending},
    }


def _series(chart: Chart) -> Params:
    found = {"metrics": chart.metrics, "groupby": chart.group_by, "x_axis": chart.x_axis}
    if chart.is_time:
        newest = {"timeseries_limit_metric": _newest(chart), "order_desc": True}
        return found | {"time_grain_sqla": chart.grain} | (newest if chart.order_by else {})
    if chart.order_by:
        first = chart.metrics[0]
        found |= {"x_axis_sort": first["label"], "timeseries_limit_metric": first}
    return found | {"order_desc": True}


def _newest(chart: Chart) -> Metric:
    return metric(chart.order_by, "Newest", "MAX")


def _grouped(chart: Chart) -> Params:
    return {"metric": chart.metrics[0], "groupby": chart.group_by}


def _crossed(chart: Chart) -> Params:
    return {"metric": chart.metrics[0], "x_axis": chart.x_axis, "groupby": chart.group_by[0]}


SHAPES: dict[str, Callable[[Chart], Params]] = {
    "big_number_total": _number,
    "big_number": _number_over_time,
    "table": _table,
    "echarts_timeseries_bar": _series,
    **dict.fromkeys(("pie", "funnel", "treemap_v2"), _grouped),
    "heatmap_v2": _crossed,
}


def params(chart: Chart) -> Params:
    """The form of the chart, as Superset's page for making charts has it."""
    return {
        **{"datasource": "0__table", "viz_type": chart.kind, "adhoc_filters": _filters(chart)},
        **{"row_limit": chart.limit, "color_scheme": "supersetColors"},
        **chart.form,
        **SHAPES[chart.kind](chart),
    }


def _axis(chart: Chart) -> list[Any]:
    if not chart.is_time:
        return [chart.x_axis] if chart.x_axis else []
    base = {"columnType": "BASE_AXIS", "expressionType": "SQL"}
    return [
        {**base, "sqlExpression": chart.x_axis, "label": chart.x_axis, "timeGrain": chart.grain}
    ]


def _query(chart: Chart) -> Params:
    filters = [
        {"col": one["subject"], "op": one["operator"], "val": one["comparator"]}
        for one in _filters(chart)
        if one["expressionType"] == "SIMPLE"
    ]
    order: list[Any] = [[chart.order_by, chart.ascending]] if chart.columns else []
    if chart.metrics and chart.order_by:
        first = _newest(chart) if chart.is_time else chart.metrics[0]
        order = [[first, chart.ascending]]
    return {
        "filters": filters,
        "extras": {"having": "", "where": chart.sql_where},
        "columns": [*_axis(chart), *chart.group_by, *chart.columns],
        "metrics": chart.metrics,
        "orderby": order,
        "row_limit": chart.limit,
    }


def content(chart: Chart) -> Params:
    """The YAML of a chart, as Superset exports it."""
    form = params(chart)
    context = {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [_query(chart)],
        "form_data": form,
        "result_format": "json",
        "result_type": "full",
    }
    return {
        "slice_name": chart.title,
        "description": f"{chart.description} Reads {source_of(chart.table)}.",
        "certified_by": None,
        "certification_details": None,
        "viz_type": chart.kind,
        "params": form,
        "query_context": json.dumps(context),
        "cache_timeout": None,
        "uuid": uuid_of("chart", chart.title),
        "version": "1.0.0",
        "dataset_uuid": uuid_of("dataset", chart.table),
    }
