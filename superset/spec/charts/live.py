"""Live store: what happens now, from HBase, and what is usual at this hour, from the history."""

from chart import metric, percent
from kinds import MONEY, RATE, bars, change, groups, number, rows, series, trend

VIEWS, CARTS = metric("views", "Views"), metric("carts", "Carts")
PURCHASES, REMOVALS = metric("purchases", "Purchases"), metric("removals", "Removals")
REVENUE = metric("revenue", "Revenue")
CONVERSION = percent("purchases", "views", "Conversion, %")
SHOP_MONEY = "the shop's currency"
TOTALS, WINDOWS = "live_totals", "live_windows"
# A range has at most 900 windows, so nothing is cut, and nothing has to be put in order first.
SHORT = {"limit": 1000, "order_by": ""}
# The usual format writes a last window that is not on a full minute as its seconds alone.
CLOCK = {"x_axis_time_format": "%H:%M:%S"}
# Not by a filter: it would send the time. UTC, as all times here.
THIS_HOUR = (
    "weekday_number = weekday(current_timestamp()) + 1 and hour_of_day = hour(current_timestamp())"
)
USUAL = "rpt_usual_hours"
USUAL_TEXT = (
    "The same hour of the week in the last four weeks of the history, or of any day while the history is shorter "
    "than a week; as much of it as the chosen range is long. At most a minute old."
)

CARDS = [
    change("Views", TOTALS, "Products looked at in the chosen range.", VIEWS, "products looked at"),
    change("Carts", TOTALS, "Products put into carts.", CARTS, "products put into carts"),
    change("Purchases", TOTALS, "Products bought.", PURCHASES, "products bought"),
    change("Revenue", TOTALS, "The value of purchases.", REVENUE, SHOP_MONEY, MONEY),
    change(
        *("Conversion", TOTALS, "Purchases in per cent of views.", CONVERSION),
        *("purchases for 100 views", RATE),
    ),
    trend(
        *("Events a second", "live_pace", "The last 10 full seconds, and five minutes of them."),
        metric("events_per_second", "Events a second"),
        *("slot_started_at", "the last 10 full seconds", ",.1f"),
    ),
    number(
        *(
            "Age of the newest event",
            "live_state",
            "Seconds since the newest event was counted, or since the end of its window when that is longer ago; "
            "it grows when the stream stands still, and is large while the stream catches up.",
        ),
        metric("age_seconds", "Age", "MAX"),
        *("seconds", ",.1f"),
    ),
    number(
        *("Usual revenue at this hour", USUAL, USUAL_TEXT),
        metric("usual_revenue", "Usual revenue", "MAX"),
        *("in as many minutes, the last four weeks", MONEY),
        sql_where=THIS_HOUR,
    ),
    number(
        *("Usual conversion at this hour", USUAL, USUAL_TEXT),
        metric("usual_conversion_rate", "Usual conversion, %", "MAX"),
        *("purchases for 100 views, the last four weeks", RATE),
        sql_where=THIS_HOUR,
    ),
]
NAMED = [VIEWS, CARTS, PURCHASES, REVENUE, CONVERSION]
CHARTS = [
    *CARDS,
    series(
        *("What happens now: events by 2-second window", WINDOWS, "Events of each type, stacked."),
        [VIEWS, CARTS, PURCHASES, REMOVALS],
        *("window_started_at", "PT2S"),
        form=CLOCK,
        **SHORT,
    ),
    series(
        *("What is earned now: revenue by 2-second window", WINDOWS),
        *("The value of purchases, in the shop's currency.", [REVENUE]),
        *("window_started_at", "PT2S"),
        form=CLOCK,
        **SHORT,
    ),
    groups(
        *("The 50 brands looked at most now", "live_brands"),
        *("The chosen range; events without a brand are left out.", NAMED, ["brand"]),
        limit=50,
    ),
    bars(
        *("Categories looked at now", "live_categories"),
        *("Views by top category in the chosen range.", VIEWS, "category"),
        limit=8,
    ),
    rows(
        *(
            "The newest 60 windows",
            WINDOWS,
            "Each 2-second window of the chosen range as HBase has it.",
        ),
        ["window_started_at", "views", "carts", "purchases", "removals", "revenue"],
        "window_started_at",
        ascending=False,
        limit=60,
        formats={"revenue": MONEY},
        form={"table_timestamp_format": "%H:%M:%S", "show_cell_bars": False},
    ),
    rows(
        *("Is the stream alive?", "live_state", "How far the stream is, in words."),
        ["state", "newest_window_started_at"],
        "state",
    ),
]
