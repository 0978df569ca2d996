"""The Spark Thrift server with the catalog inside: SQL over the Delta tables for dbt, Superset and people."""

import socket
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from pyhive import hive
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TTransportException
from thrift_sasl import TSaslClientTransport

from services.service import Service, ServiceError
from services.spark import raw_table_statements, spark_home, write_catalog_conf
from settings import Settings

QUERY_SECONDS = 180


def _folder(settings: Settings) -> Path:
    return settings.paths.data / "spark-thrift"


def prepare(settings: Settings) -> None:
    """Write the configuration and clear what a kill during the first start leaves behind."""
    address = {
        "hive.server2.thrift.bind.host": settings.spark.thrift_host,
        "hive.server2.thrift.port": settings.spark.thrift_port,
    }
    write_catalog_conf(settings, _folder(settings), settings.spark.thrift_memory, address)


def query(settings: Settings, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements on one connection; the rows of the last one.

    Raises ServiceError when the server lets one of them wait for more than QUERY_SECONDS.
    """
    try:
        with closing(_transport(settings)) as transport:
            return _query(transport, statements)
    except TTransportException as error:
        if error.type != TTransportException.TIMED_OUT:
            raise
        told = f"the Spark Thrift server did not answer within {QUERY_SECONDS} s"
        raise ServiceError(f'{told}: make logs S=spark-thrift, then "make up" again') from None


def _transport(settings: Settings) -> TSaslClientTransport:
    host = settings.spark.thrift_host
    server = TSocket(host, settings.spark.thrift_port)
    server.setTimeout(QUERY_SECONDS * 1000)
    # The server is on loopback and knows no passwords; the protocol wants one.
    words = {"username": "storepulse", "password": "none"}
    plain = partial(hive.get_installed_sasl, host=host, sasl_auth="PLAIN", **words)
    return TSaslClientTransport(plain, "PLAIN", server)


def _query(transport: TSaslClientTransport, statements: tuple[str, ...]) -> list[tuple[Any, ...]]:
    connection = hive.connect(thrift_transport=transport)
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    rows: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
    # Not after an error: the goodbye would wait as long as the question.
    connection.close()
    return rows


def probe(settings: Settings) -> None:
    """A real statement over a real connection, once the port is open."""
    address = (settings.spark.thrift_host, settings.spark.thrift_port)
    socket.create_connection(address, timeout=2).close()
    if query(settings, "select 1") != [(1,)]:
        raise ConnectionError("the answer to select 1 was not 1")


def register_raw_tables(settings: Settings) -> None:
    """Put the tables that the streaming jobs write into the catalog; this also warms Delta up."""
    statements = raw_table_statements(settings)
    query(settings, *statements, "select count(*) from raw.event_stream")


def service(settings: Settings) -> Service:
    """The Thrift server."""
    main = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
    port = settings.spark.thrift_port
    return Service(
        name="spark-thrift",
        command=[str(spark_home() / "bin" / "spark-submit"), "--class", main, "spark-internal"],
        ports={"SPARK_THRIFT_PORT": port},
        environment={
            "SPARK_CONF_DIR": str(_folder(settings) / "conf"),
            "SPARK_HOME": str(spark_home()),
            "PYSPARK_PYTHON": sys.executable,
        },
        prepare=prepare,
        probe=probe,
        finish=register_raw_tables,
        ready_seconds=120,
        is_watched=True,
        url=f"jdbc:hive2://{settings.spark.thrift_host}:{port}/",
    )
