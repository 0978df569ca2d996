"""EDGE: what HBase, ecommerce-analytics and Delta say of each window, read with other tools than the pipeline."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import happybase
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from thriftpy2.thrift import TException

from bench.recount import topic
from bench.recount.windows import EVENTS, Key, Numbers, numbers
from settings import Settings

TABLES = {"all": "event_counts", "brand": "brand_windows", "category": "category_windows"}
HBASE_NAMES = (
    *("views", "carts", "purchases", "removals"),
    *("view_value", "cart_value", "purchase_value", "total_value"),
)
FIELD_NAMES = (
    *("view_count", "cart_count", "purchase_count", "remove_count"),
    *("view_value", "cart_value", "purchase_value", "total_value"),
)
Windows = dict[Key, Numbers]


def hbase(settings: Settings) -> Windows:
    """Every window in the three tables."""
    address = settings.hbase
    salt = 2 if address.salt_buckets else 0
    found: Windows = {}
    connection = None
    try:
        connection = happybase.Connection(address.thrift_host, address.thrift_port, timeout=60_000)
        for dimension, table in TABLES.items():
            for key, cells in connection.table(table).scan(batch_size=2000):
                moment, _, value = key.decode()[salt:].partition("|")
                opened_at = datetime.strptime(moment, "%Y%m%d_%H%M%S").replace(tzinfo=UTC)
                row = {name.decode().split(":")[1]: cell.decode() for name, cell in cells.items()}
                found[opened_at, dimension, unquote(value)] = numbers(row, HBASE_NAMES)
    except (TException, OSError) as error:
        raise topic.TopicError(
            f"HBase cannot be read at {address.thrift_host}:{address.thrift_port} "
            f'({type(error).__name__}): run "make up"'
        ) from error
    finally:
        if connection:
            connection.close()
    return found


def analytics(settings: Settings) -> Windows:
    """The last value of each window on the results topic."""
    kafka = settings.kafka
    newest: dict[Key, tuple[int, Numbers]] = {}
    for record in topic.read(kafka.bootstrap_servers, kafka.analytics_topic):
        if record.value is None:
            continue
        row = json.loads(record.value)
        opened_at = datetime.fromisoformat(row["window_started_at"])
        key = (opened_at, row["dimension"], row["value"])
        if key not in newest or newest[key][0] < record.offset:
            newest[key] = (record.offset, numbers(row, FIELD_NAMES))
    return {key: found for key, (_, found) in newest.items()}


def _rows(settings: Settings, table: str, columns: list[str]) -> pa.Table:
    path = f"{settings.warehouse_uri}/raw/{table}"
    return DeltaTable(path).to_pyarrow_table(columns=columns)


def window_metrics(settings: Settings) -> Windows:
    """raw.window_metrics, read without Spark."""
    columns = ["window_started_at", "dimension", "value", *FIELD_NAMES]
    found: Windows = {}
    for row in _rows(settings, "window_metrics", columns).to_pylist():
        key = (row["window_started_at"].astimezone(UTC), row["dimension"], row["value"])
        if key in found:
            raise topic.TopicError(f"raw.window_metrics has {key} twice")
        found[key] = numbers(row, FIELD_NAMES)
    return found


def event_stream(settings: Settings) -> pa.Table:
    """raw.event_stream in the shape of the recount's events."""
    names = [name for name in EVENTS.names if name != "category"]
    rows = _rows(settings, "event_stream", [*names, "category_code"])
    codes = pc.fill_null(rows["category_code"], "")
    top = pc.list_element(pc.split_pattern(codes, ".", max_splits=1), 0)
    category = pc.if_else(pc.equal(top, ""), "uncategorized", top)
    brand = pc.fill_null(rows["brand"], "")
    columns: dict[str, Any] = {name: rows[name] for name in names}
    return (
        pa.table(columns | {"brand": brand, "category": category}).select(EVENTS.names).cast(EVENTS)
    )


def rejected(settings: Settings) -> pa.Table:
    """raw.rejected_event: reason and place of each message."""
    return _rows(settings, "rejected_event", ["reason", "partition", "offset"])
