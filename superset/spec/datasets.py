"""Both databases, and a dataset for each table that a chart reads."""

import json
from typing import Any

from contracts import columns_of, relations
from live_tables import LIVE_TABLES
from names import HBASE, SPARK, slug, uuid_of

TIMES = ("DATETIME", "DATE", "TIMESTAMP")
SPARK_KEPT_SECONDS = 30  # the keeper of answers adds as much: a minute together
URIS = {
    HBASE: "shillelagh+hbasemem://HBASE_ADDRESS/",
    SPARK: "spark://superset@SPARK_ADDRESS/reports",
}
SPARK_TABLES = (
    *("rpt_insights", "rpt_sales_by_day", "rpt_activity_by_hour", "rpt_funnel_steps"),
    *("rpt_price_band_conversion", "rpt_time_to_purchase", "rpt_cart_abandonment"),
    *("rpt_session_outcomes", "rpt_conversion_champions", "rpt_usual_hours"),
    *("rpt_rejected_events", "rpt_stream_reconciliation"),
    *("profile_columns", "profile_completeness", "profile_price_bands", "profile_duplicates"),
    *("profile_price_anomalies", "profile_cardinality", "profile_timeliness", "profile_schema"),
    *("profile_freshness", "profile_test_results"),
)
# Bands as text in the order of their prices: the lower end stands right.
BAND = "lpad(price_band, length(price_band) + 4 - length(split(price_band, '[-+]')[0]), ' ')"
# Words for people in place of the codes that models tell apart by.
ENDING = (
    "case outcome when 'bought' then 'Bought' when 'cart_left' then 'Left a cart' "
    "when 'browsed' then 'Browsed' when 'one_event' then 'One event' else outcome end"
)
# (table, column): (type, expression)
COMPUTED = {
    ("rpt_session_outcomes", "ending"): ("STRING", ENDING),
    ("rpt_time_to_purchase", "between"): ("STRING", "replace(step, '_', ' ')"),
    ("profile_price_anomalies", "oddity"): ("STRING", "replace(anomaly, '_', ' ')"),
    ("profile_duplicates", "what"): ("STRING", "replace(duplicate_kind, '_', ' ')"),
    ("rpt_sales_by_day", "band"): ("STRING", BAND),
    ("rpt_price_band_conversion", "band"): ("STRING", BAND),
    ("profile_price_bands", "band"): ("STRING", BAND),
    # As text: on an axis of time the bar of a single hour is as wide as half a day.
    ("rpt_rejected_events", "hour"): ("STRING", "date_format(arrived_hour, 'yyyy-MM-dd HH:00')"),
    ("profile_test_results", "is_passed"): ("BOOLEAN", "test_status = 'pass'"),
    ("profile_freshness", "age_minutes"): (
        *("DOUBLE", "round((unix_timestamp() - unix_timestamp(newest_row_at)) / 60, 1)"),
    ),
}
# (table, metric): expression; filters list their values in this order
ORDERS = {
    ("live_spans", "shortest_first"): "MIN(span_seconds)",
    ("rpt_price_band_conversion", "cheapest_first"): "MIN(band_order)",
}
# Heads of columns where the words of the name say too little; the unit stands with the number.
HEADS = {
    **{"window_started_at": "window, UTC", "newest_window_started_at": "newest window, UTC"},
    **{"row_count": "rows", "null_count": "empty", "event_count": "events"},
    **{"completeness": "filled, %", "completeness_score": "filled cells, %"},
    **{"complete_row_rate": "rows without a gap, %", "distinct_share": "distinct, %"},
    **{"cardinality_class": "class", "out_of_range_count": "out of range"},
    **{"min_value": "least", "max_value": "greatest", "mean_value": "mean"},
    **{"duplicate_count": "repeats", "group_count": "repeated", "duplicate_rate": "repeats, %"},
    **{"behind_watermark_count": "behind the watermark", "age_minutes": "age, minutes"},
    **{f"arrival_delay_ms_{share}": f"delay {share}, ms" for share in ("p50", "p95", "p99")},
    **{"pair_count": "pairs", "mean_seconds": "mean, s"},
    **{f"{share}_seconds": f"{share}, s" for share in ("p25", "p50", "p90")},
    **{"session_count": "sessions", "session_conversion_rate": "conversion, %"},
    **{"conversion_at_least": "at least, %", "conversion_at_most": "at most, %"},
    **{"failure_count": "failures", "run_seconds": "run, s", "test_status": "result"},
}
RELATIONS = relations()
Described = tuple[str, str | None, str, dict[str, str]]


def described(table: str) -> Described:
    """Database, schema, what a row is, columns with their types."""
    if table in LIVE_TABLES:
        _, text, columns = LIVE_TABLES[table]
        return HBASE, None, text, columns
    model = RELATIONS[table]
    return SPARK, model["schema"], model["description"].strip(), columns_of(model)


def source_of(table: str) -> str:
    """What a chart of this table reads, for people."""
    if table in LIVE_TABLES:
        return f"{table} ({LIVE_TABLES[table][0]} in HBase)"
    return f"the model {table}"


def columns_with_computed(table: str) -> dict[str, str]:
    """All columns that a chart may name."""
    computed = {name: kind for (of, name), (kind, _) in COMPUTED.items() if of == table}
    return described(table)[3] | computed


def _database(name: str) -> dict[str, Any]:
    return {
        "database_name": name,
        "sqlalchemy_uri": URIS[name],
        # HBase answers of this moment (-1: nothing is kept); dbt's tables change with a build.
        "cache_timeout": -1 if name == HBASE else SPARK_KEPT_SECONDS,
        "expose_in_sqllab": name == SPARK,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": {"metadata_params": {}, "engine_params": {}, "allows_virtual_table_explore": True},
        "uuid": uuid_of("database", name),
        "version": "1.0.0",
    }


def _column(table: str, name: str, kind: str) -> dict[str, Any]:
    computed = COMPUTED.get((table, name))
    return {
        "column_name": name,
        "verbose_name": HEADS.get(name, name.replace("_", " ")),
        "is_dttm": kind in TIMES,
        "is_active": True,
        "type": kind,
        "groupby": True,
        "filterable": True,
        "expression": computed[1] if computed else None,
        "description": None,
        "python_date_format": None,
        "extra": {},
    }


def _metrics(table: str) -> list[dict[str, Any]]:
    found = {"count": "COUNT(*)"}
    found |= {name: expression for (of, name), expression in ORDERS.items() if of == table}
    return [
        {
            **{"metric_name": name, "verbose_name": "rows" if name == "count" else name},
            **{"expression": expression, "extra": {}},
        }
        for name, expression in found.items()
    ]


def _dataset(table: str) -> dict[str, Any]:
    database, schema, description, _ = described(table)
    columns = columns_with_computed(table)
    return {
        "table_name": table,
        "main_dttm_col": next((name for name, kind in columns.items() if kind in TIMES), None),
        "description": description,
        "offset": 0,
        "cache_timeout": None,
        "schema": schema,
        "sql": None,
        "params": None,
        "template_params": None,
        "filter_select_enabled": True,
        "extra": None,
        "uuid": uuid_of("dataset", table),
        "metrics": _metrics(table),
        "columns": [_column(table, name, kind) for name, kind in columns.items()],
        "version": "1.0.0",
        "database_uuid": uuid_of("database", database),
    }


def files() -> dict[str, Any]:
    """Path to content."""
    found = {f"databases/{slug(name)}.yaml": _database(name) for name in URIS}
    for table in (*LIVE_TABLES, *SPARK_TABLES):
        found[f"datasets/{slug(described(table)[0])}/{table}.yaml"] = _dataset(table)
    return json.loads(json.dumps(found))  # no shared objects: YAML would write anchors
