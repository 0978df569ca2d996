"""`python -m services.spark_session COMMAND ...`: a catalog for the dbt target `session`, then COMMAND with it."""

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from services.service import ServiceError
from services.spark import raw_table_statements, write_catalog_conf
from settings import Settings, SettingsError, load_settings


def prepare(settings: Settings) -> Path:
    """Write the configuration and register the raw tables; the folder for SPARK_CONF_DIR.

    The catalog is a second one beside the Thrift server's, over the same raw tables: dbt's models
    land in a folder of their own, so both targets can be built side by side.
    """
    folder = settings.paths.data / "spark-session"
    conf = write_catalog_conf(settings, folder, settings.spark.load_memory, {})
    with (conf / "spark-defaults.conf").open("a", encoding="utf-8") as defaults:
        defaults.write(f"spark.sql.warehouse.dir {folder}/warehouse\n")
    os.environ["SPARK_CONF_DIR"] = str(conf)
    spark = SparkSession.builder.enableHiveSupport().getOrCreate()
    try:
        for statement in raw_table_statements(settings):
            spark.sql(statement)
    finally:
        spark.stop()
    return conf


def main(command: list[str]) -> int:
    """Become `command`, which finds the catalog by SPARK_CONF_DIR; 1 or 2 when that cannot be."""
    try:
        if not command:
            raise SettingsError("name the command, such as: .venv/bin/dbt build --target session")
        os.environ["SPARK_CONF_DIR"] = str(prepare(load_settings()))
        os.execvp(command[0], command)  # noqa: S606 (no shell)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (ServiceError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
