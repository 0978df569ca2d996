"""What Superset has to know of the two databases: drivers and time grains."""

from typing import Any

from superset.db_engine_specs.base import BaseEngineSpec
from superset.db_engine_specs.shillelagh import ShillelaghEngineSpec
from superset.db_engine_specs.spark import SparkEngineSpec

from storepulse_superset import spark_errors


class HBaseEngineSpec(ShillelaghEngineSpec):
    """The windows of the last 65 minutes."""

    engine = "shillelagh"
    engine_name = "HBase (live)"
    drivers = {"hbasemem": "HBase Thrift"}
    default_driver = "hbasemem"
    supports_file_upload = False
    supports_dynamic_catalog = False
    supports_catalog = False
    _time_grain_expressions = {
        **ShillelaghEngineSpec._time_grain_expressions,
        "PT2S": "DATETIME((STRFTIME('%s', {col}) / 2) * 2, 'unixepoch')",
        "PT10S": "DATETIME((STRFTIME('%s', {col}) / 10) * 10, 'unixepoch')",
    }


class SparkThriftEngineSpec(SparkEngineSpec):
    """The tables that dbt builds."""

    allows_sql_comments = False  # SQL Lab takes them out: the guard refuses them
    engine = "spark"
    engine_name = "Spark Thrift Server"
    drivers = {"thrift": "PyHive"}
    default_driver = "thrift"
    supports_file_upload = False
    supports_dynamic_catalog = False
    supports_catalog = False
    _time_grain_expressions = {
        **SparkEngineSpec._time_grain_expressions,
        "PT2S": "timestamp_seconds(floor(unix_timestamp({col}) / 2) * 2)",
        "PT10S": "timestamp_seconds(floor(unix_timestamp({col}) / 10) * 10)",
    }

    @classmethod
    def _extract_error_message(cls, ex: Exception | str) -> str:
        """What a chart and SQL Lab show; Hive's own shows the whole answer, with the stack trace of Java."""
        told = getattr(ex, "args", ())  # SQL Lab has a text already
        return spark_errors.in_words(str(told[-1] if told else ex))

    @classmethod
    def get_default_catalog(cls, database: Any) -> None:
        """None: Hive's own takes the schema in the address for a catalog, and then no grant of a schema fits."""

    @classmethod
    def get_view_names(cls, database: Any, inspector: Any, schema: str | None) -> set[str]:
        """By the dialect, not by Hive's own statement."""
        return BaseEngineSpec.get_view_names.__func__(cls, database, inspector, schema)  # type: ignore[attr-defined]
