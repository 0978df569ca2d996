"""The reports by brand, category and price band, as DuckDB's own distinct counts give them."""

import math
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import duckdb

from tests.dbt.recount.compare import Expected
from tests.dbt.recount.journeys import Journeys
from tests.dbt.recount.numbers import (
    BANDS,
    mean_money,
    money,
    rate,
    rounded,
)

CHAMPION_SESSIONS = 50
Rows = list[dict[str, Any]]


PERFORMANCE = """
select {name} as name, count(distinct session_id),
    count(distinct session_id) filter (event_type = 'view'),
    count(distinct session_id) filter (event_type = 'cart'),
    count(distinct session_id) filter (event_type = 'purchase'),
    count(distinct user_id), count(distinct user_id) filter (event_type = 'purchase'),
    count(*) filter (event_type = 'purchase'),
    coalesce(sum(price) filter (event_type = 'purchase'), 0)::bigint
from business where {name} is not null group by 1
"""
SESSIONS = (
    *("session_count", "viewing_session_count", "cart_session_count", "buying_session_count"),
    *("user_count", "buying_user_count", "purchase_count"),
)
CATEGORY = "ifnull(category_code, 'uncategorized')"
BAND = """case when price < 5000 then '0-50' when price < 10000 then '50-100'
    when price < 20000 then '100-200' when price < 50000 then '200-500'
    when price < 100000 then '500-1000' else '1000+' end"""


def _performance(database: duckdb.DuckDBPyConnection, name: str, key: str) -> Rows:
    """By `name` (a SQL expression), the one that earns most first; cents in `cents`."""
    found = database.execute(PERFORMANCE.format(name=name)).fetchall()
    rows = [
        {key: row[0], **dict(zip(SESSIONS, row[1:-1], strict=True)), "cents": row[-1]}
        for row in found
    ]
    earned = sum(row["cents"] for row in rows)
    for row in rows:
        row["revenue"] = money(row["cents"])
        row["revenue_share"] = rate(row["cents"], earned)
        row["session_conversion_rate"] = rate(row["buying_session_count"], row["session_count"])
    return sorted(rows, key=lambda row: (-row["cents"], row[key]))


def _version_two(rows: Rows, key: str, journeys: Journeys, place: int) -> Rows:
    orders_with: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for order in journeys.orders:
        for item in order.items:
            orders_with[str(item[place])].add((order.session_id, order.number))
    for rank, row in enumerate(rows, 1):
        count = len(orders_with[row[key]])
        row["order_count"], row["revenue_rank"] = count, rank
        row["average_order_value"] = mean_money(row.pop("cents"), count)
        row["user_conversion_rate"] = rate(row["buying_user_count"], row["user_count"])
        if key == "category_code":
            row["level_1"] = row[key].split(".")[0]
    return rows


def brands(database: duckdb.DuckDBPyConnection, journeys: Journeys) -> Expected:
    rows = _version_two(_performance(database, "brand", "brand"), "brand", journeys, 3)
    return Expected("reports.rpt_brand_performance_v2", ("brand",), rows)


def categories(database: duckdb.DuckDBPyConnection, journeys: Journeys) -> Expected:
    key = "category_code"
    rows = _version_two(_performance(database, CATEGORY, key), key, journeys, 4)
    return Expected("reports.rpt_category_performance_v2", (key,), rows)


def first_versions(database: duckdb.DuckDBPyConnection) -> Iterable[Expected]:
    """The original queries: events, not sessions."""
    for model, name, key in (
        ("rpt_brand_performance", "brand", "brand"),
        ("rpt_category_performance", CATEGORY, "category_code"),
    ):
        sql = f"""
            select {name}, count(*), count(*) filter (event_type = 'view'),
                count(*) filter (event_type = 'cart'), count(*) filter (event_type = 'purchase'),
                coalesce(sum(price) filter (event_type = 'purchase'), 0)::bigint
            from business where {name} is not null group by 1
        """
        found = database.execute(sql).fetchall()
        is_brand = key == "brand"
        found.sort(key=lambda row, at=5 if is_brand else 1: (-row[at], row[0]))
        rows = [
            {
                **{key: name, "view_count": views, "cart_count": carts},
                **{"purchase_count": bought, "revenue": money(cents)},
                "view_to_cart_rate": rate(carts, views),
                "view_to_purchase_rate": rate(bought, views),
                **({"revenue_rank": rank} if is_brand else {"event_rank": rank}),
                **({} if is_brand else {"event_count": events}),
            }
            for rank, (name, events, views, carts, bought, cents) in enumerate(found, 1)
        ]
        yield Expected(f"reports.{model}", (key,), rows)


def price_bands(database: duckdb.DuckDBPyConnection) -> Expected:
    found = {row["price_band"]: row for row in _performance(database, BAND, "price_band")}
    earned = any(row["cents"] for row in found.values())
    nothing = dict.fromkeys(SESSIONS, 0) | {
        "revenue": money(0),
        "revenue_share": rate(0, 1) if earned else None,
        "session_conversion_rate": None,
    }
    rows = [
        {**(found.get(name) or nothing), "price_band": name, "band_order": order}
        for order, name in enumerate(BANDS, 1)
    ]
    for row in rows:
        row.pop("cents", None)
    return Expected("reports.rpt_price_band_conversion", ("price_band",), rows)


def _wilson(bought: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    share, z2n = bought / count, 1.96 * 1.96 / count
    centre = (share + z2n / 2) / (1 + z2n)
    half = math.sqrt(z2n * (share * (1 - share) + z2n / 4)) / (1 + z2n)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def champions(database: duckdb.DuckDBPyConnection) -> Expected:
    rows: Rows = []
    for level, name in (
        ("product", "product_id"),
        ("brand", "brand"),
        ("category", "category_code"),
    ):
        ranked = []
        for row in _performance(database, name, "name"):
            if row["session_count"] < CHAMPION_SESSIONS:
                continue
            least, most = _wilson(row["buying_session_count"], row["session_count"])
            kept = ("session_count", "buying_session_count", "purchase_count", "revenue")
            ranked.append(
                {
                    **{"level": level, "name": row["name"], **{k: row[k] for k in kept}},
                    "session_conversion_rate": row["session_conversion_rate"],
                    "conversion_at_least": rounded(Fraction(100 * least), 2),
                    "conversion_at_most": rounded(Fraction(100 * most), 2),
                }
            )
        ranked.sort(
            key=lambda row: (-row["conversion_at_least"], -row["session_count"], row["name"])
        )
        rows += [{**row, "champion_rank": rank} for rank, row in enumerate(ranked, 1)]
    return Expected("reports.rpt_conversion_champions", ("level", "name"), rows)
