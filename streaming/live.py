"""The live query: events -> windows -> HBase, then the topics of windows and batches, then stream_state."""

import json
import logging
import threading
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaProducer
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StreamingQuery

from hbase import row_keys
from hbase.store import HBaseStore
from hbase.tables import DIMENSION_TABLES
from ingest.client import PatientClient
from settings import Settings
from streaming import anew, beginning, sources, transforms
from streaming.beginning import Beginning
from streaming.folder import Folder
from streaming.ledger import Ledger, instant
from streaming.session import checkpoint
from streaming.validation import judge

QUERY_NAME = "live"
SEND_SECONDS = 120
HBASE_COLUMNS = {
    "views": "view_count",
    "carts": "cart_count",
    "purchases": "purchase_count",
    "removals": "remove_count",
    "total_value": "total_value",
    "view_value": "view_value",
    "cart_value": "cart_value",
    "purchase_value": "purchase_value",
}
Put = tuple[bytes, dict[bytes, bytes]]
logger = logging.getLogger(__name__)


def hbase_put(window: dict[str, Any], updated_at: str, salt_buckets: int) -> Put:
    """Row key and cells of one window; absolute values, so that writing it twice changes nothing."""
    value = None if window["dimension"] == "all" else window["value"]
    started_at = window["window_started_at"].replace(tzinfo=UTC)
    key = row_keys.encode(started_at, value, bucket_count=salt_buckets)
    cells = {
        f"metrics:{column}".encode(): str(window[name]).encode()
        for column, name in HBASE_COLUMNS.items()
    }
    return key, {**cells, b"metrics:updated_at": updated_at.encode()}


def analytics_message(window: dict[str, Any], stamp: dict[str, Any]) -> tuple[bytes, bytes]:
    """Key and value for ecommerce-analytics; decimals as text, because JSON readers make floats."""
    started_at = instant(window["window_started_at"].replace(tzinfo=UTC))
    ended_at = instant(window["window_ended_at"].replace(tzinfo=UTC))
    body = {**window, "window_started_at": started_at, "window_ended_at": ended_at, **stamp}
    key = json.dumps([window["dimension"], window["value"], started_at], ensure_ascii=False)
    return key.encode(), json.dumps(body, default=str, ensure_ascii=False).encode()


class LiveSink:
    """What happens to a batch of changed windows; repeating a batch changes nothing.

    After a repair the query meets windows whose first events it has not seen; they stay as the query
    before left them.
    HBase comes first because the topics tell what HBase already shows; the state comes last, so
    that a reader who sees it also sees the windows before it.
    """

    def __init__(
        self,
        settings: Settings,
        store: HBaseStore,
        producer: KafkaProducer,
        ledger: Ledger,
        begun: Beginning,
    ) -> None:
        self._settings = settings
        self._begun = begun
        self._store = store
        self._producer = producer
        self._ledger = ledger

    def __call__(self, batch: DataFrame, batch_id: int) -> None:
        """Write one batch; raises when a place refuses it, which stops the query before its commit."""
        started_at = instant(datetime.now(UTC))
        changed: list[dict[str, Any]] = batch.toArrow().to_pylist()
        windows = [window for window in changed if self._begun.owns(window["window_started_at"])]
        self._write_windows(windows)
        query_id = str(batch.sparkSession.sparkContext.getLocalProperty("sql.streaming.queryId"))
        stamp = {
            "query_id": query_id,
            "batch_id": batch_id,
            "batch_started_at": started_at,
            "emitted_at": instant(datetime.now(UTC)),
        }
        entry = self._ledger.entry(query_id, batch_id)
        self._emit(windows, stamp, entry)
        self._write_state(batch_id, entry["watermark"])

    def _write_windows(self, windows: list[dict[str, Any]]) -> None:
        now = instant(datetime.now(UTC))
        puts: dict[str, list[Put]] = defaultdict(list)
        for window in windows:
            table = DIMENSION_TABLES[window["dimension"]]
            puts[table].append(hbase_put(window, now, self._settings.hbase.salt_buckets))
        for table, rows in puts.items():
            self._store.write(table, rows)

    def _emit(
        self, windows: list[dict[str, Any]], stamp: dict[str, Any], entry: dict[str, Any]
    ) -> None:
        kafka = self._settings.kafka
        sent = [
            self._producer.send(kafka.analytics_topic, key=key, value=value)
            for key, value in (analytics_message(window, stamp) for window in windows)
        ]
        batch = f"{entry['query_id']}-{entry['batch_id']}".encode()
        sent.append(
            self._producer.send(kafka.batches_topic, key=batch, value=json.dumps(entry).encode())
        )
        self._producer.flush(timeout=SEND_SECONDS)
        for future in sent:
            future.get(timeout=SEND_SECONDS)

    def _write_state(self, batch_id: int, watermark: str) -> None:
        cells = {
            b"state:watermark": watermark.encode(),
            b"state:batch_id": str(batch_id).encode(),
            b"state:updated_at": instant(datetime.now(UTC)).encode(),
        }
        self._store.write("stream_state", [(QUERY_NAME.encode(), cells)])


def sink(folder: Folder, settings: Settings, begun: Beginning) -> LiveSink:
    """The sink, connected by the settings; `folder` is the query's checkpoint."""
    hbase = settings.hbase
    store = HBaseStore(
        hbase.thrift_host,
        hbase.thrift_port,
        salt_buckets=hbase.salt_buckets,
        patience_seconds=settings.stream.outage_patience_seconds,
    )
    producer = KafkaProducer(
        bootstrap_servers=settings.kafka.bootstrap_servers,
        kafka_client=PatientClient,
        acks="all",
        linger_ms=0,
        delivery_timeout_ms=SEND_SECONDS * 1000,
    )
    after = begun.windows_after
    ledger = Ledger(folder.read, settings.kafka.events_topic, instant(after) if after else None)
    return LiveSink(settings, store, producer, ledger, begun)


def start(spark: SparkSession, settings: Settings) -> list[StreamingQuery]:
    """Start the one stateful query; JobError where it would see windows only in part (streaming.anew)."""
    stream = settings.stream
    folder = Folder(spark, checkpoint(settings, QUERY_NAME))
    anew.check_live(settings, folder)
    begun = beginning.read(folder)
    judged = judge(
        sources.read_topic(spark, settings, settings.kafka.events_topic, begun),
        max_event_bytes=stream.max_event_bytes,
        max_future_seconds=stream.max_future_seconds,
    )
    windows = transforms.windowed_counts(
        transforms.accepted(judged),
        window_seconds=stream.window_seconds,
        watermark_seconds=stream.watermark_seconds,
        deduplicate=True,
    )
    return [
        windows.writeStream.queryName(QUERY_NAME)
        .outputMode("update")
        .option("checkpointLocation", checkpoint(settings, QUERY_NAME))
        .foreachBatch(sink(folder, settings, begun))
        .start()
    ]


def _run_dry(query: StreamingQuery) -> None:
    try:
        query.processAllAvailable()
    except PySparkException:
        logger.debug("%s failed; query.exception() says why", query.name)


def drain(
    spark: SparkSession, settings: Settings, queries: list[StreamingQuery], seconds: float
) -> None:
    """Count what was sent so far, at most `seconds` long, then stop; a busy topic never runs dry."""
    for query in queries:
        waiting = threading.Thread(target=_run_dry, args=(query,), daemon=True)
        waiting.start()
        waiting.join(seconds)
        error = query.exception()
        query.stop()
        if error:
            raise error
