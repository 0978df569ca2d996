"""Data quality: how far the numbers can be believed, from dbt's profiles and tests."""

from chart import Chart, metric, sql_metric
from kinds import MONEY, RATE, WHOLE, bars, columns, groups, number, rows, series

TESTS, REFUSED = "profile_test_results", "rpt_rejected_events"
REJECTED = metric("rejected_count", "Refused")
COMPLETENESS = metric("completeness_score", "Completeness, %", "MAX")

CARDS = [
    number(
        *("Tests that pass", TESTS, "Tests of the data, by their last results."),
        sql_metric("COUNT_IF(test_status = 'pass')", "Passed"),
        "tests of the data, last results",
    ),
    number(
        *("Tests that do not pass", TESTS, "Tests that warn, fail or could not run."),
        sql_metric("COUNT_IF(test_status <> 'pass')", "Not passed"),
        "warn, fail, error or skipped",
    ),
    number(
        *("Filled cells", "profile_completeness", "Cells that have a value, in per cent."),
        *(COMPLETENESS, "per cent of all cells", RATE),
        where=[("scope", "==", "all")],
    ),
    number(
        *("Refused events", REFUSED, "Messages and lines that are no valid event."),
        *(REJECTED, "kept, with the reason"),
    ),
]
FILLED = [
    bars(
        *("How complete is each column?", "profile_columns", "Values that are there, in per cent."),
        *(metric("completeness", "Completeness, %", "MAX"), "column_name"),
        number_format=RATE,
        form={"truncateYAxis": True, "y_axis_bounds": [0, 100]},
    ),
    rows(
        *(
            "What is in each column?",
            "profile_columns",
            "Quartiles are approximate.",
        ),
        [
            *("column_name", "row_count", "null_count", "completeness"),
            *("min_value", "max_value", "mean_value", "median", "out_of_range_count"),
        ],
        "column_position",
        formats={
            **dict.fromkeys(("row_count", "null_count"), WHOLE),
            **dict.fromkeys(("mean_value", "median"), MONEY),
            "completeness": RATE,
        },
    ),
    rows(
        *("Does completeness change from month to month?", "profile_completeness"),
        "Filled cells and rows without any gap, in per cent.",
        ["scope", "row_count", "completeness_score", "complete_row_rate"],
        "scope",
        formats={"row_count": WHOLE, "completeness_score": RATE, "complete_row_rate": RATE},
    ),
    rows(
        *("How many values does each column have?", "profile_cardinality"),
        "Exact counts of distinct values.",
        ["column_name", "distinct_count", "distinct_share", "cardinality_class"],
        "column_position",
        formats={"distinct_count": WHOLE, "distinct_share": RATE},
    ),
]
PRICES = [
    columns(
        *("How are prices distributed?", "profile_price_bands", "Events by price band."),
        *(metric("event_count", "Events"), "band"),
    ),
    groups(
        *("Which prices are odd?", "profile_price_anomalies"),
        "Products with a zero price, far from the median of their category, or with jumps.",
        *([sql_metric("COUNT(*)", "Products")], ["oddity"]),
    ),
    rows(
        *("How many events came twice?", "profile_duplicates"),
        "Messages with an event_id that came before, and equal rows of a file.",
        ["what", "row_count", "duplicate_count", "group_count", "duplicate_rate"],
        "duplicate_kind",
        formats={"row_count": WHOLE, "duplicate_count": WHOLE, "duplicate_rate": RATE},
    ),
]
FLOW = [
    series(
        *("When are events refused?", REFUSED, "By the hour of their arrival, UTC."),
        *([REJECTED], "hour", None),
        order_by="arrived_hour",  # a computed column would be taken for an alias
        group_by=["reason"],
        form={"legendType": "scroll"},
    ),
    bars(
        *("Why are events refused?", REFUSED, "The first reason that fits."),
        *(REJECTED, "reason"),
    ),
    rows(
        *("How late do events arrive?", "profile_timeliness"),
        "Milliseconds from the event to Kafka; behind the watermark they count in no window. Files are late by design.",
        [
            *("event_source", "replay_mode", "event_count", "behind_watermark_count"),
            *("arrival_delay_ms_p50", "arrival_delay_ms_p95", "arrival_delay_ms_p99"),
        ],
        "event_source",
        formats={"event_count": WHOLE},
    ),
    groups(
        *("Do stream and batch agree?", "rpt_stream_reconciliation"),
        "Windows by what explains their difference; unexplained ones are an error.",
        [
            *(sql_metric("COUNT(*)", "Windows"), metric("streamed_count", "Streamed")),
            *(metric("kept_count", "Kept"), metric("late_candidate_count", "Late at most")),
        ],
        ["window_status"],
    ),
    rows(
        *("How fresh is each table?", "profile_freshness"),
        "Newest rows as the last models saw them; the age is that of now.",
        ["table_name", "row_count", "newest_row_at", "newest_event_at", "age_minutes"],
        "table_position",
        formats={"row_count": WHOLE, "age_minutes": ",.1f"},
        form={"table_timestamp_format": "%Y-%m-%d %H:%M:%S"},
    ),
    groups(
        *("Do the raw tables look as agreed?", "profile_schema"),
        "Columns by their state; unknown fields are what a producer sends beyond the contract.",
        *([sql_metric("COUNT(*)", "Columns")], ["table_name", "schema_status"]),
    ),
    rows(
        *(
            "What did the last tests say?",
            TESTS,
            "Tests of the data; those that do not pass first.",
        ),
        [
            *("test_status", "model_name", "test_kind", "failure_count", "run_seconds"),
            "tested_at",
        ],
        "is_passed",
        limit=200,
        form={"table_timestamp_format": "%Y-%m-%d %H:%M:%S"},
    ),
]
CHARTS: list[Chart] = [*CARDS, *FILLED, *PRICES, *FLOW]
