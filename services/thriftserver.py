"""The Spark Thrift server with the catalog inside: SQL over the Delta tables for dbt, Superset and people."""

import shutil
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pyhive import hive

from services.service import Service, write_hadoop_xml, write_properties
from services.spark import common_conf, spark_home
from settings import Settings
from streaming.schemas import RAW_TABLES, ddl

QUERY_SECONDS = 90


def _folder(settings: Settings) -> Path:
    return settings.paths.data / "spark-thrift"


def hive_site(settings: Settings) -> dict[str, object]:
    """The embedded metastore (Derby, in this process only) and the address of the SQL port."""
    derby = f"jdbc:derby:;databaseName={_folder(settings)}/metastore;create=true"
    return {
        "javax.jdo.option.ConnectionURL": derby,
        "datanucleus.schema.autoCreateAll": "true",
        "hive.metastore.schema.verification": "false",
        "hive.server2.thrift.bind.host": settings.spark.thrift_host,
        "hive.server2.thrift.port": settings.spark.thrift_port,
    }


LOGGING = {
    "status": "error",
    "appender.console.type": "Console",
    "appender.console.name": "console",
    "appender.console.layout.type": "PatternLayout",
    "appender.console.layout.pattern": "%d %p %c{1}: %m%n",
    "rootLogger.level": "warn",
    "rootLogger.appenderRef.console.ref": "console",
}


def prepare(settings: Settings) -> None:
    """Write the configuration and clear what a kill during the first start leaves behind."""
    folder = _folder(settings)
    conf = folder / "conf"
    write_hadoop_xml(conf / "hive-site.xml", hive_site(settings))
    write_properties(conf / "log4j2.properties", LOGGING)
    options = {
        **common_conf(settings, settings.spark.thrift_memory),
        "spark.sql.catalogImplementation": "hive",
        # Its clients read tables of the catalog: no paths as tables, and no settings or environment
        # variables of the server inside a statement.
        "spark.sql.runSQLOnFiles": "false",
        "spark.sql.variable.substitute": "false",
    }
    lines = (f"{name} {value}\n" for name, value in options.items())
    (conf / "spark-defaults.conf").write_text("".join(lines), encoding="utf-8")
    metastore = folder / "metastore"
    if metastore.exists() and not (metastore / "service.properties").exists():
        # Derby never opens a folder whose creation was cut short (XBM0A); it held no catalog yet.
        shutil.rmtree(metastore)


def query(settings: Settings, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements on one connection within QUERY_SECONDS; the rows of the last one."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(_query, settings, statements).result(timeout=QUERY_SECONDS)
    finally:
        pool.shutdown(wait=False)


def _query(settings: Settings, statements: tuple[str, ...]) -> list[tuple[Any, ...]]:
    connection = hive.connect(settings.spark.thrift_host, settings.spark.thrift_port)
    try:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def probe(settings: Settings) -> None:
    """A real statement over a real connection, once the port is open."""
    address = (settings.spark.thrift_host, settings.spark.thrift_port)
    socket.create_connection(address, timeout=2).close()
    if query(settings, "select 1") != [(1,)]:
        raise ConnectionError("the answer to select 1 was not 1")


def register_raw_tables(settings: Settings) -> None:
    """Put the tables that the streaming jobs write into the catalog; this also warms Delta up."""
    statements = ["create schema if not exists raw"]
    for name, schema in RAW_TABLES.items():
        location = f"{settings.warehouse_uri}/raw/{name}"
        statements.append(
            f"create table if not exists raw.{name} ({ddl(schema)}) "
            f"using delta location '{location}'"
        )
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
        url=f"jdbc:hive2://{settings.spark.thrift_host}:{port}/",
    )
