"""Store performance: what the history tells, from the reports of dbt."""

from chart import Chart, Condition, metric, percent
from kinds import (
    MONEY,
    RATE,
    bars,
    columns,
    funnel,
    groups,
    heat_map,
    number,
    parts,
    rows,
    series,
    treemap,
)

SALES, ACTIVITY = "rpt_sales_by_day", "rpt_activity_by_hour"
BY_DAY = {"date": "event_date"}
VIEWS, CARTS = metric("view_count", "Views"), metric("cart_count", "Carts")
PURCHASES, REVENUE = metric("purchase_count", "Purchases"), metric("revenue", "Revenue")
CONVERSION = percent("purchase_count", "view_count", "Conversion, %")
EVENTS, SESSIONS = metric("event_count", "Events"), metric("session_count", "Sessions")
DAYS_ONLY: Condition = ("cart_date", "IS NOT NULL", None)
SHOP_MONEY = "the shop's currency"

CARDS = [
    number("Views in the history", SALES, "Views.", VIEWS, "products looked at", **BY_DAY),
    number("Purchases in the history", SALES, "Purchases.", PURCHASES, "products bought", **BY_DAY),
    number(
        *("Revenue in the history", SALES, "The value of purchases.", REVENUE, SHOP_MONEY, MONEY),
        **BY_DAY,
    ),
    number(
        *("Conversion in the history", SALES, "Purchases in per cent of views.", CONVERSION),
        *("purchases for 100 views", RATE),
        **BY_DAY,
    ),
    number(
        *("Abandoned carts", "rpt_cart_abandonment", "Carts left alone for a day, of all carts."),
        percent("abandoned_count", "cart_count", "Abandoned, %"),
        *("per cent of the carts", RATE),
        where=[DAYS_ONLY],
        date="cart_date",
    ),
]
HOW = [
    rows(
        *(
            "What stands out?",
            "rpt_insights",
            "Findings of all reports in words; the whole history.",
        ),
        ["finding"],
        "insight_order",
        limit=20,
    ),
    funnel(
        *("How far do sessions get?", "rpt_funnel_steps"),
        "Sessions that viewed, then put something into a cart, then bought; per cent of those that viewed.",
        *(metric("reached_count", "Sessions"), "step"),
        where=[
            *(("unit", "==", "sessions"), ("step_order", "==", "strict")),
            ("funnel_date", "IS NOT NULL", None),
        ],
        date="funnel_date",
    ),
    parts(
        *("How do sessions end?", "rpt_session_outcomes", "Sessions by their outcome."),
        *(SESSIONS, "ending"),
    ),
    series(
        *("What is earned each day?", SALES, "The value of purchases, in the shop's currency."),
        *([REVENUE], "event_date", "P1D"),
        **BY_DAY,
    ),
    series(
        *("What happens each day?", ACTIVITY, "Events by type.", [EVENTS], "event_date", "P1D"),
        group_by=["event_type"],
        **BY_DAY,
    ),
    heat_map(
        *("When is the shop busy?", ACTIVITY, "Events by weekday and hour, UTC."),
        *(EVENTS, ("hour_of_day", "weekday_name")),
        **BY_DAY,
    ),
]
WHAT = [
    bars(
        *("Which brands earn most?", SALES, "Revenue by brand, in the shop's currency."),
        *(REVENUE, "brand"),
        **BY_DAY,
    ),
    groups(
        *("How well do brands sell?", SALES, "Counts of events; conversion is purchases of views."),
        *([REVENUE, VIEWS, CARTS, PURCHASES, CONVERSION], ["brand"]),
        limit=2000,
        **BY_DAY,
    ),
    treemap(
        *("Where does the revenue come from?", SALES, "Revenue by category, three levels deep."),
        *(REVENUE, ["level_1", "level_2", "level_3"]),
        **BY_DAY,
    ),
    groups(
        *(
            "How well do categories sell?",
            SALES,
            "Counts of events; conversion is purchases of views.",
        ),
        *([VIEWS, CARTS, PURCHASES, REVENUE, CONVERSION], ["category_code"]),
        limit=2000,
        **BY_DAY,
    ),
    columns(
        *("At which price do sessions buy?", "rpt_price_band_conversion"),
        "Sessions that bought, in per cent of those with any event in the band.",
        *(metric("session_conversion_rate", "Conversion, %", "MAX"), "band"),
        number_format=RATE,
    ),
    columns(
        *(
            "Which prices bring the revenue?",
            SALES,
            "Revenue by price band, in the shop's currency.",
        ),
        *(REVENUE, "band"),
        **BY_DAY,
    ),
    rows(
        *("How long does it take to buy?", "rpt_time_to_purchase"),
        "Seconds between steps with the same product in a session: half take at most p50.",
        ["between", "pair_count", "p25_seconds", "p50_seconds", "p90_seconds", "mean_seconds"],
        "step_position",
        formats=dict.fromkeys(
            ("p25_seconds", "p50_seconds", "p90_seconds", "mean_seconds"), ",.0f"
        ),
    ),
    series(
        *(
            "What becomes of carts?",
            "rpt_cart_abandonment",
            "Carts by the day on which they began.",
        ),
        [
            *(metric("bought_count", "Bought"), metric("abandoned_count", "Abandoned")),
            *(metric("emptied_count", "Emptied"), metric("open_count", "Open")),
        ],
        *("cart_date", "P1D"),
        where=[DAYS_ONLY],
        date="cart_date",
    ),
    rows(
        *("Who converts best for certain?", "rpt_conversion_champions"),
        "The lower end of the 95 % interval ranks, so that few sessions win nothing.",
        [
            *("name", "level", "session_count", "session_conversion_rate"),
            *("conversion_at_least", "conversion_at_most"),
        ],
        "champion_rank",
        where=[("champion_rank", "<=", 5)],
        limit=15,
        formats=dict.fromkeys(
            ("session_conversion_rate", "conversion_at_least", "conversion_at_most"), RATE
        ),
    ),
]
CHARTS: list[Chart] = [*CARDS, *HOW, *WHAT]
