"""The pages: which chart is where, what filters them, and how often a page asks again."""

from dataclasses import dataclass, field

from chart import Chart
from charts import live, quality, store
from filters import Filter
from layout import Layout, Tabs, one_column

STORE_TEXT = (
    "The history of the shop as dbt builds it: loaded files, real producers and replays with their "
    "original times. Times in UTC. New numbers: make models."
)
QUALITY_TEXT = (
    "How far the numbers can be believed: what dbt found in the events and in the tables. Times in "
    "UTC. New numbers: make models."
)
LIVE_TEXT = (
    "Events of the shop as HBase counts them, a moment after they happened. Windows of 2 seconds, "
    "times in UTC; the page asks again every second."
)
# The whole page is on a screen of 1600 x 1000.
LIVE_LAYOUT: Layout = [
    [
        *(("Views", 2, 17), ("Carts", 2, 17), ("Purchases", 2, 17)),
        *(("Revenue", 3, 17), ("Conversion", 3, 17)),
    ],
    [
        *(("Age of the newest event", 2, 15), ("Is the stream alive?", 4, 15)),
        *(("Usual revenue at this hour", 3, 15), ("Usual conversion at this hour", 3, 15)),
    ],
    [
        ("What happens now: events by 2-second window", 6, 28),
        *(("What is earned now: revenue by 2-second window", 4, 28), ("Events a second", 2, 28)),
    ],
    [
        *(("The 50 brands looked at most now", 5, 32), ("Categories looked at now", 3, 32)),
        ("The newest 60 windows", 4, 32),
    ],
]
# What is behind a tab is asked for when somebody goes there: the first one is on a screen of 1600 x 1000.
STORE_TABS: Tabs = {
    "At a glance": [
        [
            *(("Revenue in the history", 3, 16), ("Purchases in the history", 2, 16)),
            *(("Views in the history", 2, 16), ("Conversion in the history", 3, 16)),
            ("Abandoned carts", 2, 16),
        ],
        [
            ("What stands out?", 6, 62),
            ("How far do sessions get?", 3, 62),
            ("How do sessions end?", 3, 62),
        ],
    ],
    "Days and hours": [
        [("What is earned each day?", 6, 44), ("What happens each day?", 6, 44)],
        [("When is the shop busy?", 6, 44), ("What becomes of carts?", 6, 44)],
    ],
    "Brands and categories": [
        [("Which brands earn most?", 5, 56), ("How well do brands sell?", 7, 56)],
        [("Where does the revenue come from?", 6, 56), ("How well do categories sell?", 6, 56)],
    ],
    "Prices and time to buy": [
        [("At which price do sessions buy?", 6, 44), ("Which prices bring the revenue?", 6, 44)],
        [("How long does it take to buy?", 6, 48), ("Who converts best for certain?", 6, 48)],
    ],
}
QUALITY_LAYOUT: Layout = [
    [
        (name, 3, 16)
        for name in ("Tests that pass", "Tests that do not pass", "Filled cells", "Refused events")
    ],
    [("How complete is each column?", 4, 50), ("What is in each column?", 8, 50)],
    [
        *(
            ("Does completeness change from month to month?", 4, 44),
            ("How many values does each column have?", 4, 44),
        ),
        ("How are prices distributed?", 4, 44),
    ],
    [("When are events refused?", 8, 44), ("Why are events refused?", 4, 44)],
    [
        ("Which prices are odd?", 3, 34),
        ("How many events came twice?", 4, 34),
        ("How late do events arrive?", 5, 34),
    ],
    [("Do stream and batch agree?", 4, 40), ("How fresh is each table?", 8, 40)],
    [("Do the raw tables look as agreed?", 3, 60), ("What did the last tests say?", 9, 60)],
]
# On a phone what is seen first is whether the stream is alive.
ALIVE = ("Age of the newest event", "Is the stream alive?")
LIVE_PHONE_LAYOUT: Layout = [
    *([(title, 12, 18)] for title in ALIVE),
    *(row for row in one_column(live.CHARTS) if row[0][0] not in ALIVE),
]
LIVE_FILTERS = [
    Filter("Range", "time_span", "live_spans", default="5 minutes", order="shortest_first"),
    Filter("Brand", "brand", "live_brands", after="Range"),
    Filter("Category", "category", "live_categories", after="Range"),
]
STORE_FILTERS = [
    Filter("Dates"),
    Filter("Brand", "brand", "rpt_sales_by_day"),
    Filter("Top category", "level_1", "rpt_sales_by_day"),
    Filter("Category", "category_code", "rpt_sales_by_day", after="Top category"),
    Filter("Price band", "price_band", "rpt_price_band_conversion", order="cheapest_first"),
    Filter("Event type", "event_type", "rpt_activity_by_hour"),
]


@dataclass(frozen=True)
class Page:
    """A dashboard, in tabs or without; with `refresh_seconds` its charts on HBase are asked again so often."""

    title: str
    text: str
    charts: list[Chart]
    layout: Layout | Tabs
    filters: list[Filter] = field(default_factory=list)
    refresh_seconds: int = 0
    shows_text: bool = True


PAGES = [
    Page("Live store", LIVE_TEXT, live.CHARTS, LIVE_LAYOUT, LIVE_FILTERS, 1, shows_text=False),
    Page(
        *("Live store, phone", LIVE_TEXT, live.CHARTS, LIVE_PHONE_LAYOUT, LIVE_FILTERS, 1),
        shows_text=False,
    ),
    Page("Store performance", STORE_TEXT, store.CHARTS, STORE_TABS, STORE_FILTERS),
    Page(
        *("Store performance, phone", STORE_TEXT, store.CHARTS, one_column(store.CHARTS)),
        *(STORE_FILTERS, 300),
    ),
    Page("Data quality", QUALITY_TEXT, quality.CHARTS, QUALITY_LAYOUT),
]
