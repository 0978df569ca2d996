"""The store: what is tried again, what is refused, and what a person is told."""

import socket
from typing import Any

import happybase  # noqa: F401 (it makes the module Hbase_thrift)
import pytest
from Hbase_thrift import IOError as ThriftIOError

from hbase.store import HBaseStore, HBaseUnavailableError, RowRefusedError, is_passing


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
