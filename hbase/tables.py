"""The HBase tables as data: families, columns, and the reads that each one serves."""

from dataclasses import dataclass

METRIC_COLUMNS = (
    *("views", "carts", "purchases", "removals"),
    *("total_value", "view_value", "cart_value", "purchase_value", "updated_at"),
)
STAT_COLUMNS = (
    *("views", "carts", "purchases", "revenue"),
    *("view_to_cart_rate", "view_to_purchase_rate"),
)


@dataclass(frozen=True)
class Table:
    """A table with its one family; `expires` tables lose a cell HBASE_TTL_SECONDS after it was written."""

    name: str
    family: str
    columns: tuple[str, ...]
    serves: str
    expires: bool


TABLES = (
    Table("event_counts", "metrics", METRIC_COLUMNS, "all events, by window", True),
    Table("brand_windows", "metrics", METRIC_COLUMNS, "brands, by window", True),
    Table("category_windows", "metrics", METRIC_COLUMNS, "top categories, by window", True),
    Table("brand_analytics", "stats", STAT_COLUMNS, "the brand report, by brand", False),
    Table(
        *("stream_state", "state", ("watermark", "batch_id", "updated_at")),
        *("how far a streaming query is, by its name", False),
    ),
)
TABLES_BY_NAME = {table.name: table for table in TABLES}
DIMENSION_TABLES = {"all": "event_counts", "brand": "brand_windows", "category": "category_windows"}
WINDOW_TABLES = frozenset(DIMENSION_TABLES.values())
