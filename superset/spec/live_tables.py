"""The views of the snapshot of HBase that the live page reads (plugins/storepulse_superset/live_views.py)."""

TEXT, NUMBER, TIME = "VARCHAR", "FLOAT", "DATETIME"
SPAN = {"time_span": TEXT}
# By either of them the windows by brand or by category are read instead of those of the shop, never by both.
SCOPES = {"brand": TEXT, "category": TEXT}
NUMBERS = dict.fromkeys(("views", "carts", "purchases", "removals", "events", "revenue"), NUMBER)
# view: (the table of HBase, what a row is, columns)
LIVE_TABLES: dict[str, tuple[str, str, dict[str, str]]] = {
    "live_spans": (
        *("event_counts", "One row a length of time that the page can show."),
        {**SPAN, "span_seconds": NUMBER},
    ),
    "live_totals": (
        *("event_counts", "One row a window of the last so many minutes, and of those before."),
        {**SPAN, "range_started_at": TIME, **SCOPES, **NUMBERS},
    ),
    "live_windows": (
        *("event_counts", "One row a 2-second window of the last so many minutes."),
        {**SPAN, "window_started_at": TIME, **SCOPES, **NUMBERS},
    ),
    "live_brands": (
        *("brand_windows", "One row a window and brand of the last so many minutes."),
        {**SPAN, "brand": TEXT, **NUMBERS},
    ),
    "live_categories": (
        *("category_windows", "One row a window and top category of the last so many minutes."),
        {**SPAN, "category": TEXT, **NUMBERS},
    ),
    "live_pace": (
        *("event_counts", "One row each 10 seconds of the last five minutes."),
        {"slot_started_at": TIME, "events_per_second": NUMBER},
    ),
    "live_state": (
        *("event_counts and stream_state", "One row: how far the stream is, in words."),
        {
            **dict.fromkeys(("state", "newest_window_started_at", "watermark", "batch_id"), TEXT),
            "age_seconds": NUMBER,
        },
    ),
}
