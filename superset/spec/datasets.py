"""Both databases, and a dataset for each table that a chart reads."""

import json
from typing import Any

from names import HBASE, SPARK, slug, uuid_of

TEXT, NUMBER, TIME = "VARCHAR", "FLOAT", "DATETIME"
URIS = {
    HBASE: "shillelagh+hbasemem://HBASE_ADDRESS/",
    SPARK: "spark://superset@SPARK_ADDRESS/reports",
}
COUNTS = ("views", "carts", "purchases", "removals")
VALUES = ("total_value", "view_value", "cart_value", "purchase_value")
WINDOW = {"window_started_at": TIME, "value": TEXT, **dict.fromkeys((*COUNTS, *VALUES), NUMBER)}
RATES = ("view_to_cart_rate", "view_to_purchase_rate")
REPORT = dict.fromkeys(("view_count", "cart_count", "purchase_count", "revenue", *RATES), NUMBER)
SHOWN = {("brand_windows", "value"): "brand", ("category_windows", "value"): "category"}
# table: (database, schema, description, columns)
DATASETS: dict[str, tuple[str, str | None, str, dict[str, str]]] = {
    "event_counts": (HBASE, None, "All events by 2-second window; the last 65 minutes.", WINDOW),
    "brand_windows": (HBASE, None, "Events by window and brand; '' is no brand.", WINDOW),
    "category_windows": (HBASE, None, "Events by window and top category.", WINDOW),
    "stream_status": (
        *(HBASE, None, "One row: how far the stream is, and whether HBase answers."),
        {
            **dict.fromkeys(("newest_window_started_at", "newest_updated_at", "watermark"), TEXT),
            **{"age_seconds": NUMBER, "batch_id": TEXT, "hbase_error": TEXT},
        },
    ),
    "rpt_brand_performance": (
        *(SPARK, "reports", "One row a brand: counts, revenue, rates in per cent."),
        {"brand": TEXT, **REPORT, "revenue_rank": NUMBER},
    ),
    "rpt_category_performance": (
        *(SPARK, "reports", "One row a category code: counts, revenue, rates in per cent."),
        {"category_code": TEXT, "event_count": NUMBER, **REPORT, "event_rank": NUMBER},
    ),
    "profile_columns": (
        *(SPARK, "profiling", "One row a column of the events: completeness, values, quartiles."),
        {
            **dict.fromkeys(("column_name", "min_value", "max_value"), TEXT),
            **dict.fromkeys(("column_position", "row_count", "null_count"), NUMBER),
            **dict.fromkeys(("completeness", "distinct_count", "mean_value"), NUMBER),
            **dict.fromkeys(("first_quartile", "median", "third_quartile"), NUMBER),
        },
    ),
}


def _database(name: str) -> dict[str, Any]:
    return {
        "database_name": name,
        "sqlalchemy_uri": URIS[name],
        "cache_timeout": None,
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
    return {
        "column_name": name,
        "verbose_name": SHOWN.get((table, name), name.replace("_", " ")),
        "is_dttm": kind == TIME,
        "is_active": True,
        "type": kind,
        "groupby": True,
        "filterable": True,
        "expression": None,
        "description": None,
        "python_date_format": None,
        "extra": {},
    }


def _dataset(table: str) -> dict[str, Any]:
    database, schema, description, columns = DATASETS[table]
    has_time = TIME in columns.values()
    return {
        "table_name": table,
        "main_dttm_col": "window_started_at" if has_time else None,
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
        "metrics": [
            {"metric_name": "count", "verbose_name": "rows", "expression": "COUNT(*)", "extra": {}}
        ],
        "columns": [_column(table, name, kind) for name, kind in columns.items()],
        "version": "1.0.0",
        "database_uuid": uuid_of("database", database),
    }


def files() -> dict[str, Any]:
    """Path to content."""
    found = {f"databases/{slug(name)}.yaml": _database(name) for name in URIS}
    for table, (database, *_) in DATASETS.items():
        found[f"datasets/{slug(database)}/{table}.yaml"] = _dataset(table)
    return json.loads(json.dumps(found))  # no shared objects: YAML would write anchors
