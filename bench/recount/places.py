"""EDGE: what HBase, ecommerce-analytics and Delta say of each window, read with other tools than the pipeline."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import happybase
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from thriftpy2.thrift import TException

from bench.recount import topic
from bench.recount.details import Details
from bench.recount.source import Offsets, next_offsets
from bench.recount.windows import EVENTS, KEPT, REFUSED, Content, Key, Update, moment, numbers
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
EVENT_TIME = EVENTS.field("event_time").type
Windows = dict[Key, Content]


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
                opened_at, value = _window(table, key[salt:])
                row = {
                    name.decode(errors="replace").partition(":")[2]: cell.decode(errors="replace")
                    for name, cell in cells.items()
                }
                found[opened_at, dimension, value] = numbers(row, HBASE_NAMES)
    except (TException, OSError) as error:
        raise topic.TopicError(
            f"HBase cannot be read at {address.thrift_host}:{address.thrift_port} "
            f'({type(error).__name__}): run "make up"'
        ) from error
    finally:
        if connection:
            connection.close()
    return found


@lru_cache(maxsize=100)  # a window has dozens of rows, one behind the other
def _opened_at(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d_%H%M%S").replace(tzinfo=UTC)


def _window(table: str, key: bytes) -> tuple[datetime, str]:
    try:
        text, _, value = key.decode().partition("|")
        return _opened_at(text), unquote(value)
    except ValueError:
        told = f"HBase's {table}: {key!r} is not the key of a window: delete that row"
        raise topic.TopicError(told) from None


def _last_of_each_key(records: Iterable[topic.Record]) -> list[topic.Record]:
    # A window has several updates, and only its last one is compared: the others are not even parsed.
    last: dict[tuple[int, bytes | int], topic.Record] = {}
    for record in records:
        if record.value is not None:
            key = record.offset if record.key is None else record.key
            last[record.partition, key] = record
    return list(last.values())


def analytics(settings: Settings) -> tuple[Windows, dict[Key, Update]]:
    """The last value of each window on the results topic, and where it is."""
    kafka = settings.kafka
    newest: dict[Key, tuple[Update, Content]] = {}
    for record in _last_of_each_key(topic.read(kafka.bootstrap_servers, kafka.analytics_topic)):
        try:
            row = json.loads(record.value or b"")
            opened_at = datetime.fromisoformat(row["window_started_at"])
            key = (opened_at, row["dimension"], row["value"])
        except (ValueError, KeyError, TypeError):
            place = f"{kafka.analytics_topic}-{record.partition}-{record.offset}"
            told = f"{place} is no update of a window: who else writes this topic?"
            raise topic.TopicError(told) from None
        if key not in newest or newest[key][0].offset < record.offset:
            appended_at = moment(record.timestamp * 1000)
            update = Update(record.partition, record.offset, appended_at)
            newest[key] = (update, numbers(row, FIELD_NAMES))
    windows = {key: content for key, (_, content) in newest.items()}
    return windows, {key: update for key, (update, _) in newest.items()}


def _rows(settings: Settings, table: str, columns: list[str]) -> pa.Table:
    return DeltaTable(settings.raw_table(table)).to_pyarrow_table(columns=columns)


def window_metrics(settings: Settings) -> tuple[Windows, Offsets]:
    """raw.window_metrics, read without Spark, and how much of ecommerce-analytics is in it."""
    place = ["analytics_partition", "analytics_offset"]
    columns = ["window_started_at", "dimension", "value", *FIELD_NAMES, *place]
    rows = _rows(settings, "window_metrics", columns)
    opened_at = map(moment, rows["window_started_at"].cast(EVENT_TIME).cast(pa.int64()).to_pylist())
    keys = zip(opened_at, rows["dimension"].to_pylist(), rows["value"].to_pylist(), strict=True)
    contents = zip(*(rows[name].to_pylist() for name in FIELD_NAMES), strict=True)
    found: Windows = {}
    copies: Counter[Key] = Counter()
    for key, content in zip(keys, contents, strict=True):
        copies[key] += 1
        found[key] = numbers(dict(zip(FIELD_NAMES, content, strict=True)), FIELD_NAMES)
    twice = {key: f"has it {count} times" for key, count in copies.items() if count > 1}
    return found | twice, next_offsets(rows.select(place).rename_columns(["partition", "offset"]))


def event_stream(settings: Settings) -> pa.Table:
    """raw.event_stream in the shape of the recount's events, and when each row was written."""
    names = [name for name in KEPT.names if name != "category"]
    rows = _rows(settings, "event_stream", names)
    columns: dict[str, Any] = {name: rows[name] for name in names}
    # A text that a message has not is empty to the recount.
    for name in ("brand", *Details._fields):
        columns[name] = pc.fill_null(rows[name].cast(pa.string()), "")
    top = pc.list_element(pc.split_pattern(columns["category_code"], ".", max_splits=1), 0)
    category = pc.if_else(pc.equal(top, ""), "uncategorized", top)
    return pa.table(columns | {"category": category}).select(KEPT.names).cast(KEPT)


def rejected(settings: Settings) -> pa.Table:
    """raw.rejected_event: reason and place of each message, and when its row was written."""
    return _rows(settings, "rejected_event", REFUSED.names).select(REFUSED.names).cast(REFUSED)


@dataclass(frozen=True)
class Found:
    """What every place held when it was read, the rows in the order in which they are written.

    `updates` tells where ecommerce-analytics has each window, `landed_updates` up to where
    raw.window_metrics has taken it in.
    """

    hbase: Windows
    analytics: Windows
    updates: dict[Key, Update]
    window_metrics: Windows
    landed_updates: Offsets
    event_stream: pa.Table
    rejected: pa.Table


def read(settings: Settings) -> Found:
    """Every place once; a copy is read behind what it is a copy of, so that it is never ahead of it."""
    in_hbase = hbase(settings)
    on_topic, updates = analytics(settings)
    landed, landed_updates = window_metrics(settings)
    kept = event_stream(settings)
    refused = rejected(settings)
    return Found(in_hbase, on_topic, updates, landed, landed_updates, kept, refused)
