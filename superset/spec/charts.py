"""Every chart: what it asks, of which table, and how it is drawn."""

import json
from dataclasses import dataclass, field
from typing import Any

from names import slug, uuid_of

WINDOW = "window_started_at"
LIVE, RECENT = "Last 15 minutes", "Last 5 minutes"
WHOLE, MONEY, RATE = ",d", ",.2f", ",.2f"


def metric(column: str, label: str, how: str = "SUM") -> dict[str, Any]:
    """An aggregate of a column."""
    return {
        "expressionType": "SQL",
        "sqlExpression": f"{how}({column})",
        "label": label,
        "optionName": f"metric_{slug(label)}",
        "hasCustomLabel": True,
    }


@dataclass(frozen=True)
class Chart:
    """One chart; `form` is what its kind needs besides metrics, groups and time."""

    title: str
    table: str
    kind: str
    description: str
    metrics: list[dict[str, Any]] = field(default_factory=list)
    group_by: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    time_range: str = ""
    order_by: str = ""
    ascending: bool = False
    limit: int = 1000
    form: dict[str, Any] = field(default_factory=dict)
    is_named: bool = False  # only rows whose value has a name


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


COUNTED = [
    metric("views", "Views"),
    metric("carts", "Carts"),
    metric("purchases", "Purchases"),
    metric("removals", "Removals"),
]
SERIES = {"x_axis": WINDOW, "time_grain_sqla": "PT2S", "show_legend": True, "rich_tooltip": True}
BARS = {
    "orientation": "horizontal",
    "x_axis_sort_asc": True,
    "show_legend": False,
    "show_value": True,
    "truncateXAxis": False,
}
TOPS = [
    metric("views", "Views"),
    metric("carts", "Carts"),
    metric("purchases", "Purchases"),
    metric("purchase_value", "Revenue"),
]
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
REPORT_COLUMNS = ["view_count", "cart_count", "purchase_count", "revenue"]
RATES = ["view_to_cart_rate", "view_to_purchase_rate"]
FROM_HBASE = "Reads event_counts in HBase."

LIVE_CHARTS = [
    big_number(
        "Views", "event_counts", FROM_HBASE, COUNTED[0], time_range=LIVE, unit="last 15 minutes"
    ),
    big_number(
        "Carts", "event_counts", FROM_HBASE, COUNTED[1], time_range=LIVE, unit="last 15 minutes"
    ),
    big_number(
        *("Purchases", "event_counts", FROM_HBASE, COUNTED[2]),
        **{"time_range": LIVE, "unit": "last 15 minutes"},
    ),
    big_number(
        *("Revenue", "event_counts", f"{FROM_HBASE} The value of purchases."),
        metric("purchase_value", "Revenue"),
        **{
            "time_range": LIVE,
            "unit": "last 15 minutes, the shop's currency",
            "number_format": MONEY,
        },
    ),
    big_number(
        *(
            "Age of the newest event",
            "stream_status",
            "Seconds since HBase took the newest window.",
        ),
        metric("age_seconds", "Age", "MAX"),
        **{"unit": "seconds; grows when the stream stands still", "number_format": ",.1f"},
    ),
    Chart(
        *("What happens now: events by 2-second window", "event_counts"),
        *("echarts_timeseries_bar", FROM_HBASE, COUNTED),
        time_range=RECENT,
        form=SERIES | {"stack": "Stack"},
    ),
    Chart(
        *("Revenue by 2-second window, in the shop's currency", "event_counts"),
        *("echarts_timeseries_bar", FROM_HBASE),
        [metric("purchase_value", "Revenue")],
        time_range=RECENT,
        form=SERIES | {"y_axis_format": ",d", "show_legend": False},
    ),
    Chart(
        *("Top brands of the last 15 minutes", "brand_windows", "table"),
        *("Reads brand_windows in HBase; events without a brand are left out.", TOPS, ["value"]),
        is_named=True,
        **{"time_range": LIVE, "order_by": "Views", "limit": 12, "form": FORMATS},
    ),
    Chart(
        *("Views by top category, last 15 minutes", "category_windows", "echarts_timeseries_bar"),
        *("Reads category_windows in HBase.", [metric("views", "Views")]),
        **{"time_range": LIVE, "order_by": "Views", "limit": 10},
        form=BARS | {"x_axis": "value"},
    ),
]

STORE_CHARTS = [
    *(
        big_number(
            title, "rpt_category_performance", "Reads rpt_category_performance.", value, **form
        )
        for title, value, form in (
            ("Views in the history", metric("view_count", "Views"), {"unit": "events"}),
            ("Carts in the history", metric("cart_count", "Carts"), {"unit": "events"}),
            ("Purchases in the history", metric("purchase_count", "Purchases"), {"unit": "events"}),
            (
                *("Revenue in the history", metric("revenue", "Revenue")),
                {"unit": "the shop's currency", "number_format": MONEY},
            ),
        )
    ),
    Chart(
        *("Which brands earn most?", "rpt_brand_performance", "echarts_timeseries_bar"),
        *("Reads rpt_brand_performance.", [metric("revenue", "Revenue")]),
        **{"order_by": "Revenue", "limit": 12},
        form=BARS | {"x_axis": "brand", "y_axis_format": ",d"},
    ),
    Chart(
        *("Brand performance, by revenue", "rpt_brand_performance", "table"),
        "Reads rpt_brand_performance; rates in per cent of views.",
        columns=["revenue_rank", "brand", *REPORT_COLUMNS, *RATES],
        **{"order_by": "revenue_rank", "ascending": True, "limit": 100, "form": FORMATS},
    ),
    Chart(
        *("Which categories are looked at most?", "rpt_category_performance"),
        *("echarts_timeseries_bar", "Reads rpt_category_performance."),
        [metric("event_count", "Events")],
        **{"order_by": "Events", "limit": 12},
        form=BARS | {"x_axis": "category_code"},
    ),
    Chart(
        *("Category performance, by events", "rpt_category_performance", "table"),
        "Reads rpt_category_performance; rates in per cent of views.",
        columns=["event_rank", "category_code", "event_count", *REPORT_COLUMNS, *RATES],
        **{"order_by": "event_rank", "ascending": True, "limit": 100, "form": FORMATS},
    ),
    Chart(
        *("How complete is each column?", "profile_columns", "table"),
        "Reads profile_columns; completeness in per cent, distinct values approximate.",
        columns=[
            *("column_name", "row_count", "null_count", "completeness", "distinct_count"),
            *("min_value", "max_value", "mean_value", "median"),
        ],
        **{"order_by": "completeness", "ascending": True, "limit": 50, "form": FORMATS},
    ),
]
CHARTS = [*LIVE_CHARTS, *STORE_CHARTS]


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


def _content(chart: Chart) -> dict[str, Any]:
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


def files() -> dict[str, Any]:
    """Path to content."""
    found = {f"charts/{slug(chart.title)}.yaml": _content(chart) for chart in CHARTS}
    return json.loads(json.dumps(found))
