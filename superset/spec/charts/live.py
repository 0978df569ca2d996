"""Live store: the windows in HBase."""

from chart import Chart, metric
from kinds import BARS, FORMATS, MONEY, SERIES, big_number

LIVE, RECENT = "Last 15 minutes", "Last 5 minutes"
COUNTED = [
    metric("views", "Views"),
    metric("carts", "Carts"),
    metric("purchases", "Purchases"),
    metric("removals", "Removals"),
]
TOPS = [
    metric("views", "Views"),
    metric("carts", "Carts"),
    metric("purchases", "Purchases"),
    metric("purchase_value", "Revenue"),
]
FROM_HBASE = "Reads event_counts in HBase."

CHARTS = [
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
