"""`python -m hbase publish`: the brand report of dbt, from Spark into brand_analytics."""

from typing import Any

from pyhive import hive
from pyhive.exc import Error
from thrift.transport.TTransport import TTransportException

from hbase import row_keys
from hbase.store import HBaseError, HBaseStore, Row
from settings import Settings

REPORT = "reports.rpt_brand_performance"
TABLE = "brand_analytics"
COLUMNS = {
    "views": "view_count",
    "carts": "cart_count",
    "purchases": "purchase_count",
    "revenue": "revenue",
    "view_to_cart_rate": "view_to_cart_rate",
    "view_to_purchase_rate": "view_to_purchase_rate",
}


def brand_row(record: dict[str, Any]) -> Row:
    """Row key and cells of one brand; a rate that the report leaves open has no cell."""
    cells = {
        f"stats:{column}".encode(): str(record[name]).encode()
        for column, name in COLUMNS.items()
        if record[name] is not None
    }
    return row_keys.encode_value(record["brand"]), cells


def read_report(settings: Settings) -> list[dict[str, Any]]:
    """The rows of the report, by column name."""
    spark = settings.spark
    names = ["brand", *COLUMNS.values()]
    try:
        connection = hive.connect(spark.thrift_host, spark.thrift_port)
    except (TTransportException, OSError):
        address = f"{spark.thrift_host}:{spark.thrift_port}"
        raise HBaseError(f'No Spark Thrift server answers at {address}: run "make up"') from None
    try:
        cursor = connection.cursor()
        cursor.execute(f"select {', '.join(names)} from {REPORT}")  # noqa: S608 (names of ours)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except Error:
        raise HBaseError(f'{REPORT} cannot be read: run "make models"') from None
    finally:
        connection.close()


def publish(settings: Settings, store: HBaseStore) -> tuple[int, int]:
    """Make the table equal to the report; how many brands were written and how many removed.

    A brand is replaced as a whole: a cell that the report has no more must not stay.
    """
    wanted = dict(brand_row(record) for record in read_report(settings))
    found = dict(store.scan(TABLE))
    gone = [key for key, cells in found.items() if cells.keys() - wanted.get(key, {}).keys()]
    store.delete(TABLE, gone)
    written = store.write(TABLE, wanted.items())
    return written, len(found.keys() - wanted.keys())
