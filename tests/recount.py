"""The brand and category reports, counted from the CSV by DuckDB and plain Python: nothing of the models is used."""

from decimal import ROUND_HALF_UP, Decimal

import duckdb

from tests.stack import PROJECT

SAMPLE = PROJECT / "data" / "sample" / "events.csv.gz"
# views, carts, purchases, revenue, carts and purchases in per cent of views
Figures = tuple[int, int, int, Decimal, Decimal | None, Decimal | None]
RECOUNT = """
with rows as (select * from read_csv(?, all_varchar = true) limit ?)
select
    {key} as name,
    count(*) filter (event_type = 'view'),
    count(*) filter (event_type = 'cart'),
    count(*) filter (event_type = 'purchase'),
    coalesce(sum(price::decimal(12, 2)) filter (event_type = 'purchase'), 0)
from rows where {where} group by 1
"""


def rate(part: int, whole: int) -> Decimal | None:
    """Per cent with two decimals, half up; None of nothing."""
    if whole == 0:
        return None
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def report_recount(
    key: str, where: str, row_count: int, source: str = str(SAMPLE)
) -> dict[str, Figures]:
    """Figures by `key` (a SQL expression) over the first rows of a file for which `where` holds."""
    sql = RECOUNT.format(key=key, where=where)
    rows = duckdb.execute(sql, [source, row_count]).fetchall()
    return {
        name: (views, carts, bought, revenue, rate(carts, views), rate(bought, views))
        for name, views, carts, bought, revenue in rows
    }
