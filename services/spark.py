"""Spark settings that the Thrift server and both streaming jobs share."""

import importlib.util
import shutil
from collections.abc import Mapping
from pathlib import Path

from services.service import ServiceError, write_hadoop_xml, write_properties
from settings import Settings
from streaming.schemas import RAW_TABLES, TABLE_PROPERTIES, ddl

LOGGING = {
    "status": "error",
    "appender.console.type": "Console",
    "appender.console.name": "console",
    "appender.console.layout.type": "PatternLayout",
    "appender.console.layout.pattern": "%d %p %c{1}: %m%n",
    "rootLogger.level": "warn",
    "rootLogger.appenderRef.console.ref": "console",
}


def spark_home() -> Path:
    """The folder of Spark inside the pyspark package."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise ServiceError('pyspark is not installed: run "make setup"')
    return Path(spec.origin).parent


def common_conf(settings: Settings, memory: str) -> dict[str, str]:
    """Loopback only, UTC, Delta as the table format; `memory` is the driver's heap."""
    temporary = settings.paths.data / "spark-tmp"
    return {
        "spark.master": settings.spark.master,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.driver.extraClassPath": f"{settings.paths.jars}/spark/*",
        # One thread collects: on two cores the parallel collectors take time from the queries.
        "spark.driver.extraJavaOptions": (
            f"-Duser.timezone=UTC -Dderby.system.home={temporary} -XX:+UseSerialGC"
        ),
        "spark.local.dir": str(temporary),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.warehouse.dir": settings.warehouse_uri,
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(settings.stream.shuffle_partitions),
        "spark.databricks.delta.snapshotPartitions": "1",
    }


def write_catalog_conf(
    settings: Settings, folder: Path, memory: str, hive_site: Mapping[str, object]
) -> Path:
    """SPARK_CONF_DIR of a Spark that holds a catalog: an embedded metastore (Derby) under `folder`.

    Clears what a kill during the very first start leaves behind. One process at a time may open it.
    """
    conf, metastore = folder / "conf", folder / "metastore"
    site = {
        "javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={metastore};create=true",
        "datanucleus.schema.autoCreateAll": "true",
        "hive.metastore.schema.verification": "false",
        **hive_site,
    }
    write_hadoop_xml(conf / "hive-site.xml", site)
    write_properties(conf / "log4j2.properties", LOGGING)
    options = {
        **common_conf(settings, memory),
        "spark.sql.catalogImplementation": "hive",
        # Its clients read tables of the catalog: no paths as tables, and no settings or environment
        # variables of the server inside a statement.
        "spark.sql.runSQLOnFiles": "false",
        "spark.sql.variable.substitute": "false",
        # A task of an ended statement that has not ended too by then is told of: services/watch.py.
        "spark.task.reaper.enabled": "true",
        "spark.task.reaper.killTimeout": f"{settings.spark.task_kill_seconds}s",
        "spark.task.reaper.pollingInterval": "1s",
        "spark.task.reaper.threadDump": "false",
    }
    lines = (f"{name} {value}\n" for name, value in options.items())
    (conf / "spark-defaults.conf").write_text("".join(lines), encoding="utf-8")
    if metastore.exists() and not (metastore / "service.properties").exists():
        # Derby never opens a folder whose creation was cut short (XBM0A); it held no catalog yet.
        shutil.rmtree(metastore)
    return conf


def _raw_table_statement(settings: Settings, name: str) -> str:
    properties = ", ".join(f"'{key}' = '{value}'" for key, value in TABLE_PROPERTIES[name].items())
    return (
        f"create table if not exists raw.{name} ({ddl(RAW_TABLES[name])}) using delta "
        f"tblproperties ({properties}) location '{settings.raw_table(name)}'"
    )


def raw_table_statements(settings: Settings) -> list[str]:
    """SQL that puts the tables of the streaming jobs and of make load into a catalog."""
    tables = [_raw_table_statement(settings, name) for name in RAW_TABLES]
    return ["create schema if not exists raw", *tables]
