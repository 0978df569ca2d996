"""What may reach Spark from a chart or from SQL Lab; judged where Superset is installed."""

import json
import os
import subprocess

import pytest

from settings import PROJECT_DIR

ALLOWED = [
    "select brand, sum(view_count) from reports.rpt_brand_performance group by 1",
    "with a as (select 1 as x) select * from a union all select 2",
    "select date_trunc('day', occurred_at), count(*) from marts.fct_events group by 1 limit 5",
    "select sum(a)*1.5 + sum(a)*0.5 from marts.t",
    "show tables in reports",
    "describe reports.rpt_brand_performance",
    "use reports",
    "use `marts`",
    "select * from spark_catalog.marts.dim_brands",
    "explain select 1",
    "select '--', '/* x */', `a/*b` from marts.t",
    "show tables in `reports`",
    "show create table `reports`.`rpt_brand_performance`",
    "",
]
REFUSED = [
    "select transform(brand) using 'cat' from reports.rpt_brand_performance",
    "select * from (select transform(a) using 'id' as b from reports.t) x",
    "select reflect('java.lang.System', 'getenv', 'HOME')",
    "select java_method('java.lang.System', 'exit', 1)",
    "select /* x */ `java_method`('java.lang.System', 'exit', 1)",
    "select try_reflect('java.lang.System', 'getenv')",
    "select sum(a) from t where java_method('java.lang.Runtime', 'x') = 'y'",
    "with x as (select reflect('a', 'b')) select * from x",
    "select * from text.`/etc/passwd`",
    "select * from `text`.`/etc/passwd`",
    "select * from TEXT . `/etc/passwd`",
    "select * from csv.`/etc/passwd` union all select 1",
    "select * from (select * from parquet.`/x`) y",
    "select * from delta.`/x`",
    "select * from binaryfile.`/etc/shadow`",
    "select * from read_files('/etc')",
    "select schema_of_xml('<a/>', map('rowValidationXSDPath', '/etc/shadow'))",
    "select from_avro(a, '{}', map('avroSchemaUrl', '/etc/shadow')) from reports.t",
    "select schema_of_avro('{}', map('avroSchemaUrl', '/etc/shadow'))",
    "select 1; drop table reports.t",
    "insert into reports.t values (1)",
    "create table reports.t as select 1",
    "drop table reports.rpt_brand_performance",
    "set spark.sql.warehouse.dir=/tmp",
    "add jar '/tmp/x.jar'",
    "load data inpath '/etc/passwd' into table reports.t",
    "create temporary function f as 'x.Y' using jar '/tmp/x.jar'",
    "explain select * from text.`/etc/passwd`",
    "cache table reports.t",
    "refresh table reports.t",
    "select from where",
    # Spark puts the value of a variable in before it parses: this one is the end of a line.
    "select 1 --${system:line.separator}, java_method('java.lang.Math', 'abs', -1)",
    "select max('${env:PATH}') from reports.t",
    "select '${spark.hadoop.fs.s3a.secret.key}'",
    # Spark's comment goes on behind a backslash: it begins no block here, so the call is read.
    "select 1 -- \\\n /* \n , java_method('java.lang.Math', 'abs', -1) -- */",
    "select 1 /* harmless */",
    "/* only a comment */",
    "select /*+ broadcast(t) */ a from reports.t",
    "select 1 {# , java_method('a', 'b') #}",
    # A class is as good as the name of its format.
    "select * from `org.apache.spark.sql.execution.datasources.text.TextFileFormat`.`/etc/passwd`",
    "select * from `com.databricks.spark.csv`.`/etc/passwd`",
    "select * from anything.`/etc/passwd`",
    "select * from identifier('text.`/etc/passwd`')",
    "select identifier('java_method')('java.lang.Math', 'abs', -1)",
    "select system.builtin.java_method('java.lang.Math', 'abs', -1)",
    "select * from (map brand using 'cat' from reports.t)",
    "from reports.t select transform(brand) using 'cat' as (b)",
    "from text.`/etc/passwd` select *",
    "select * from table_changes_by_path('/x', 0)",
    "select r'\\', java_method('java.lang.Math', 'abs', -1), ' '",
    "select 1 as `x\\`, java_method('a', 'b') as `y\\`",
    "show create table delta.`/x`",
    "describe history delta.`/x`",
    "execute immediate 'select 1'",
    "select * from raw.event_history",
    "select * from spark_catalog.raw.event_history",
    "select * from other.marts.dim_brands",
    "describe raw.event_history",
    "select * from intermediate.int_business_events",
    # The name of a table is also that of something harmless.
    "with event_history as (select 1) select r.* from event_history c "
    "cross join (select * from raw.event_history) r",
    "use raw; select * from event_history",
    "use `raw`",
    "use catalog other",
    "use spark_catalog.raw",
    "use text",
]
# Sent by a cursor: the guard is asked before anything goes to Spark.
CURSOR_SCRIPT = """
from pyhive.exc import ProgrammingError
from storepulse_superset.spark_dialect import GuardedConnection, GuardedCursor, SparkDialect
connection = GuardedConnection.__new__(GuardedConnection)
cursor = connection.cursor()
assert isinstance(cursor, GuardedCursor)
for statement, values in (("drop table t", None), ("select %(x)s from text.`/etc/passwd`", {"x": 1})):
    try:
        cursor.execute(statement, values)
    except ProgrammingError as error:
        print(error)
"""
SCRIPT = """
import json, sys
from storepulse_superset.guard import ForbiddenError, check
found = []
for sql in json.load(sys.stdin):
    try:
        check(sql)
        found.append("")
    except ForbiddenError as error:
        found.append(str(error))
print(json.dumps(found))
"""


def run(script: str, given: str = "") -> str:
    done = subprocess.run(
        [str(PROJECT_DIR / ".venv-superset" / "bin" / "python"), "-c", script],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT_DIR / "superset" / "plugins")},
    )
    return done.stdout


@pytest.fixture(scope="module")
def verdicts() -> dict[str, str]:
    """Statement to the reason against it; '' is allowed."""
    statements = [*ALLOWED, *REFUSED]
    found = json.loads(run(SCRIPT, json.dumps(statements)))
    return dict(zip(statements, found, strict=True))


@pytest.mark.parametrize("sql", ALLOWED)
def test_reading_is_allowed(verdicts: dict[str, str], sql: str) -> None:
    assert verdicts[sql] == ""


@pytest.mark.parametrize("sql", REFUSED)
def test_what_reaches_the_machine_or_changes_data_is_refused(
    verdicts: dict[str, str], sql: str
) -> None:
    assert verdicts[sql] != ""
    assert "\n" not in verdicts[sql]


def test_no_cursor_sends_what_the_guard_refuses() -> None:
    told = run(CURSOR_SCRIPT).splitlines()
    assert len(told) == 2
    assert told[0] == "DROP is not allowed: only queries are"
    assert told[1].startswith("reading files is not allowed")
