"""Spark settings that the Thrift server and both streaming jobs share."""

import importlib.util
from pathlib import Path

from services.service import ServiceError
from settings import Settings


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
        "spark.driver.extraJavaOptions": f"-Duser.timezone=UTC -Dderby.system.home={temporary}",
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
