"""Store performance: the reports of dbt."""

from chart import Chart, metric
from kinds import BARS, FORMATS, MONEY, big_number

REPORT_COLUMNS = ["view_count", "cart_count", "purchase_count", "revenue"]
RATES = ["view_to_cart_rate", "view_to_purchase_rate"]
CHARTS = [
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
