"""The rows of the sample that a shop under test has loaded, in DuckDB: what its pages are held against."""

import duckdb

from tests.recount import SAMPLE

# What changes with the stream; the business reports read the history.
STREAM_FED = (
    *("int_events_deduplicated", "fct_events", "fct_windows", "profile_duplicates"),
    *("profile_timeliness", "profile_schema", "profile_freshness"),
    *("rpt_stream_reconciliation", "rpt_rejected_events", "rpt_insights"),
)
HISTORY_ROWS = 10_000
EVENTS = """
create table events as
select event_type, user_id, user_session, price::decimal(12, 2) as price,
    ifnull(nullif(brand, ''), '(no brand)') as brand,
    ifnull(nullif(category_code, ''), 'uncategorized') as category,
    replace(event_time, ' UTC', '')::timestamp as happened_at
from (select * from read_csv(?, all_varchar = true) limit ?)
"""
BAND = """
case when price < 50 then '0-50' when price < 100 then '50-100' when price < 200 then '100-200'
    when price < 500 then '200-500' when price < 1000 then '500-1000' else '1000+' end
"""


def loaded(rows: int) -> duckdb.DuckDBPyConnection:
    """A database with the table `events`: the first rows of the sample."""
    database = duckdb.connect()
    database.execute(EVENTS, [str(SAMPLE), rows])
    return database
