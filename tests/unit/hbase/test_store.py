"""The store: what is tried again, what is refused, and what a person is told."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import happybase  # before Hbase_thrift, which it makes
import pytest
from Hbase_thrift import IOError as ThriftIOError

from hbase.store import HBaseError, HBaseStore, HBaseUnavailableError, RowRefusedError, is_passing
from hbase.tables import TABLES


@pytest.fixture(autouse=True)
def _is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A command that ran before in this process may have silenced the store."""
    caplog.set_level("WARNING", logger="hbase")


class Client:
    """A gateway that refuses one row."""

    def __init__(self, refused: bytes) -> None:
        self.refused = refused
        self.rows: list[bytes] = []

    def mutateRows(self, table: bytes, batches: list[Any], attributes: dict[str, str]) -> None:
        keys = [batch.row for batch in batches]
        if self.refused in keys:
            raise ThriftIOError(message="NoSuchColumnFamilyException: metrics")
        self.rows += keys


class Connection:
    def __init__(self, client: Client) -> None:
        self.client = client

    def close(self) -> None:
        return


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_no_server_is_told_in_one_line_with_the_remedy() -> None:
    port = closed_port()
    store = HBaseStore("127.0.0.1", port, patience_seconds=0.3)
    with pytest.raises(HBaseUnavailableError) as error:
        store.ping()
    assert f"127.0.0.1:{port}" in str(error.value)
    assert 'run "make up"' in str(error.value)
    assert "\n" not in str(error.value)


def test_a_refused_row_is_found_among_many_and_the_others_are_written() -> None:
    client = Client(refused=b"row-5")
    store = HBaseStore("127.0.0.1", 1)
    store._connection = Connection(client)  # type: ignore[assignment]
    store._open = lambda: Connection(client)  # type: ignore[assignment, method-assign]
    rows = [(f"row-{number}".encode(), {b"metrics:views": b"1"}) for number in range(8)]
    with pytest.raises(RowRefusedError, match="event_counts: row b'row-5' is refused"):
        store.write("event_counts", rows)
    assert set(client.rows) == {f"row-{number}".encode() for number in range(5)}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("java.net.ConnectException: Connection refused", True),
        ("org.apache.hadoop.hbase.PleaseHoldException: Master is initializing", True),
        ("NoSuchColumnFamilyException: metrics", False),
        ("RetriesExhausted after DoNotRetryIOException: hfile", False),
    ],
)
def test_only_passing_failures_are_tried_again(message: str, expected: bool) -> None:
    assert is_passing(ThriftIOError(message=message)) is expected


class Gateway:
    """Stands in for happybase.Connection: the first calls fail, later ones answer."""

    def __init__(self, failures: list[Exception], rows: dict[bytes, dict[bytes, bytes]]) -> None:
        self.failures, self.rows = failures, rows
        self.opened = 0
        self.client = self
        self.lives: list[tuple[str, int]] = []

    def createTable(self, _: bytes, families: list[Any]) -> None:
        self._answer()
        self.lives += [(family.name.decode(), family.timeToLive) for family in families]

    def __call__(self, *_: object, **__: object) -> "Gateway":
        self.opened += 1
        return self

    def _answer(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def tables(self) -> list[bytes]:
        self._answer()
        return [b"event_counts"]

    def table(self, _: str) -> "Gateway":
        return self

    def row(self, key: bytes) -> dict[bytes, bytes]:
        self._answer()
        return self.rows.get(key, {})

    def scan(self, **_: object) -> list[tuple[bytes, dict[bytes, bytes]]]:
        self._answer()
        return list(self.rows.items())

    def close(self) -> None:
        return


def store_on(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> HBaseStore:
    monkeypatch.setattr(happybase, "Connection", gateway)
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda _: None))
    return HBaseStore("127.0.0.1", 1, patience_seconds=30)


def test_a_broken_connection_is_opened_again_and_said_once_each_way(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = Gateway([BrokenPipeError("gone"), ConnectionResetError("gone")], {})
    assert store_on(gateway, monkeypatch).ping() == ["event_counts"]
    assert gateway.opened == 3
    assert [record.message for record in caplog.records] == [
        "HBase does not answer (gone); trying again",
        "HBase answers again",
    ]


# Over the wire a message is bytes; one that is made here may be text.
@pytest.mark.parametrize("encode", [str.encode, str])
def test_a_missing_table_is_one_line_at_once(
    encode: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = encode("TableNotFoundException: brand_windows\n\tat java.base")
    gateway = Gateway([ThriftIOError(message=message)], {})
    with pytest.raises(HBaseError) as error:
        list(store_on(gateway, monkeypatch).scan("brand_windows"))
    assert str(error.value) == "brand_windows: TableNotFoundException: brand_windows"
    assert gateway.opened == 1


def test_state_is_text_and_empty_for_an_unknown_query(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {b"live": {b"state:batch_id": b"7", b"state:watermark": b"2020-09-24T12:00:00Z"}}
    store = store_on(Gateway([], rows), monkeypatch)
    assert store.get_state("live") == {"batch_id": "7", "watermark": "2020-09-24T12:00:00Z"}
    assert store.get_state("other") == {}


def test_windows_are_decoded_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {
        b"20200924_120002|a%7Cb": {b"metrics:views": b"2"},
        b"20200924_120000|": {b"metrics:views": b"1"},
    }
    noon = datetime(2020, 9, 24, 12, tzinfo=UTC)
    store = store_on(Gateway([], rows), monkeypatch)
    assert store.scan_windows("brand_windows", noon, noon + timedelta(minutes=1)) == [
        {"window_started_at": "2020-09-24 12:00:00", "value": "", "views": "1"},
        {"window_started_at": "2020-09-24 12:00:02", "value": "a|b", "views": "2"},
    ]


def test_a_foreign_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime(2020, 9, 24, 12, tzinfo=UTC)
    store = store_on(Gateway([], {b"sony": {}}), monkeypatch)
    with pytest.raises(HBaseError, match="b'sony' is not the key of a window"):
        store.scan_windows("brand_windows", noon, noon + timedelta(minutes=1))


def test_only_missing_tables_are_created_and_salted_ones_tell_their_splits(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = Gateway([], {})
    store_on(gateway, monkeypatch)
    store = HBaseStore("127.0.0.1", 1, salt_buckets=3)
    created = ["brand_windows", "category_windows", "brand_analytics", "stream_state"]
    assert store.ensure_tables(86400) == created
    assert [record.message for record in caplog.records] == [
        f"{name} has one region; in the HBase shell: split '{name}', '01'; split '{name}', '02'"
        for name in ("brand_windows", "category_windows")
    ]
    assert gateway.lives == [("metrics:", 86400)] * 2 + [
        ("stats:", 2147483647),
        ("state:", 2147483647),
    ]


def test_a_table_whose_creation_was_answered_too_late_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exists = ThriftIOError(message="org.apache.hadoop.hbase.TableExistsException: brand_windows")
    gateway = Gateway([TimeoutError("timed out"), exists], {})
    store = HBaseStore("127.0.0.1", 1)
    monkeypatch.setattr(happybase, "Connection", gateway)
    monkeypatch.setattr("hbase.store.wait_exponential_jitter", lambda **_: lambda _: 0)
    monkeypatch.setattr(store, "ping", lambda: ["event_counts"])
    store.ensure_tables(60)
    assert gateway.failures == []
    assert len(gateway.lives) == len(TABLES) - 2  # one was there, one was made by the lost call


def test_a_table_that_cannot_be_created_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Gateway([ThriftIOError(message="IllegalArgument: no such compression")], {})
    store = HBaseStore("127.0.0.1", 1)
    monkeypatch.setattr(happybase, "Connection", gateway)
    monkeypatch.setattr(store, "ping", lambda: [])
    with pytest.raises(HBaseError, match=r"^event_counts cannot be created: IllegalArgument"):
        store.ensure_tables(60)
