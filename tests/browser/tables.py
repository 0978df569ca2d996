"""Every model's table on disk, in DuckDB, once each of its cells was found equal to a recount."""

from pathlib import Path

import duckdb
from deltalake import DeltaTable

from settings import Settings
from tests.dbt.recount import events
from tests.dbt.recount.__main__ import expectations, read_model
from tests.dbt.recount.compare import compare

SCHEMAS = ("reports", "profiling")


def recounted(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """The tables of reports and profiling; nothing may have been written since the models were built."""
    found = [
        compare(expected, read_model(warehouse, expected.model))
        for expected in expectations(events.load(warehouse / "raw"), Settings())
    ]
    assert [difference for one in found for difference in one.differences] == []
    assert sum(one.cell_count for one in found) > 10_000
    database = duckdb.connect()
    database.execute("set timezone = 'UTC'")
    for schema in SCHEMAS:
        for folder in (warehouse / f"{schema}.db").iterdir():
            database.register(folder.name, DeltaTable(str(folder)).to_pyarrow_table())
    return database
