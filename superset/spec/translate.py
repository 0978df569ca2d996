"""From a chart of this specification to what Superset keeps of one."""

import json
from typing import Any

from chart import WINDOW, Chart
from names import uuid_of


def _filters(chart: Chart) -> list[dict[str, Any]]:
    found = []
    if chart.time_range:
        found.append((WINDOW, "TEMPORAL_RANGE", chart.time_range))
    if chart.is_named:
        found.append(("value", "!=", ""))
    return [
        {
            **{"clause": "WHERE", "expressionType": "SIMPLE"},
            **{"subject": subject, "operator": operator, "comparator": comparator},
        }
        for subject, operator, comparator in found
    ]


def _params(chart: Chart) -> dict[str, Any]:
    params: dict[str, Any] = {
        "datasource": "0__table",
        "viz_type": chart.kind,
        "adhoc_filters": _filters(chart),
        "row_limit": chart.limit,
        "color_scheme": "supersetColors",
        **chart.form,
    }
    if chart.kind == "big_number_total":
        return params | {"metric": chart.metrics[0]}
    if chart.kind == "table":
        order = [json.dumps([chart.order_by, chart.ascending])]
        if chart.columns:
            return params | {
                **{"query_mode": "raw", "all_columns": chart.columns, "order_by_cols": order},
            }
        return params | {
            **{"query_mode": "aggregate", "groupby": chart.group_by, "metrics": chart.metrics},
            **{"timeseries_limit_metric": chart.metrics[0], "order_desc": not chart.ascending},
        }
    series = params | {"metrics": chart.metrics, "groupby": [], "truncate_metric": True}
    if chart.order_by:
        main = chart.metrics[0]
        series |= {
            "x_axis_sort": main["label"],
            "timeseries_limit_metric": main,
            "order_desc": True,
        }
    return series


def _query(chart: Chart) -> dict[str, Any]:
    x_axis = chart.form.get("x_axis")
    columns: list[Any] = [*chart.group_by, *chart.columns]
    if x_axis == WINDOW:
        columns = [
            {
                **{"columnType": "BASE_AXIS", "timeGrain": "PT2S", "sqlExpression": WINDOW},
                **{"label": WINDOW, "expressionType": "SQL"},
            }
        ]
    elif x_axis:
        columns = [x_axis]
    filters = [
        {"col": one["subject"], "op": one["operator"], "val": one["comparator"]}
        for one in _filters(chart)
    ]
    order = [[chart.order_by, chart.ascending]] if chart.columns else []
    if chart.metrics and chart.order_by:
        order = [[chart.metrics[0], False]]
    return {
        "filters": filters,
        "extras": {"having": "", "where": ""},
        "columns": columns,
        "metrics": chart.metrics,
        "orderby": order,
        "row_limit": chart.limit,
    }


def content(chart: Chart) -> dict[str, Any]:
    """The YAML of a chart, as Superset exports it."""
    params = _params(chart)
    context = {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [_query(chart)],
        "form_data": params,
        "result_format": "json",
        "result_type": "full",
    }
    return {
        "slice_name": chart.title,
        "description": chart.description,
        "certified_by": None,
        "certification_details": None,
        "viz_type": chart.kind,
        "params": params,
        "query_context": json.dumps(context),
        "cache_timeout": None,
        "uuid": uuid_of("chart", chart.title),
        "version": "1.0.0",
        "dataset_uuid": uuid_of("dataset", chart.table),
    }
