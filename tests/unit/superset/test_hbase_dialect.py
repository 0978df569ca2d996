"""What a connection to HBase costs that only asks for names; judged where Superset is installed."""

import json

from tests.unit.superset.test_guard import run

SCRIPT = """
import json
from sqlalchemy import create_engine, inspect
from storepulse_superset import hbase_dialect
readings = []
class Snapshot:
    def newest(self):
        readings.append("an hour of windows")
        raise ConnectionError("nothing listens there")
hbase_dialect.snapshot_of = lambda host, port: Snapshot()
engine = create_engine("shillelagh+hbasemem://127.0.0.1:1/")
schemas = inspect(engine).get_schema_names()
before = len(readings)
try:
    engine.execute("select 1")
except ConnectionError:
    pass
print(json.dumps([schemas, before, len(readings) > before]))
"""


def test_names_of_schemas_are_told_without_a_reading_of_the_windows() -> None:
    schemas, readings, is_read_by_a_statement = json.loads(run(SCRIPT))
    assert (schemas, readings) == ([], 0)
    assert is_read_by_a_statement
