"""What may reach Spark from a chart or from SQL Lab; judged where Superset is installed."""

import json
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
    "explain select 1",
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
]
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


@pytest.fixture(scope="module")
def verdicts() -> dict[str, str]:
    """Statement to the reason against it; '' is allowed."""
    statements = [*ALLOWED, *REFUSED]
    done = subprocess.run(
        [str(PROJECT_DIR / ".venv-superset" / "bin" / "python"), "-c", SCRIPT],
        input=json.dumps(statements),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return dict(zip(statements, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("sql", ALLOWED)
def test_reading_is_allowed(verdicts: dict[str, str], sql: str) -> None:
    assert verdicts[sql] == ""


@pytest.mark.parametrize("sql", REFUSED)
def test_what_reaches_the_machine_or_changes_data_is_refused(
    verdicts: dict[str, str], sql: str
) -> None:
    assert verdicts[sql] != ""
    assert "\n" not in verdicts[sql]
