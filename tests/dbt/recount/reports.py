"""The reports as the walks and DuckDB's own distinct counts give them."""

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb

from tests.dbt.recount.compare import Expected
from tests.dbt.recount.journeys import Cart, Journeys, Walk, first_from
from tests.dbt.recount.marts import day
from tests.dbt.recount.numbers import (
    BANDS,
    average,
    mean_money,
    money,
    percentile,
    rate,
    rounded,
)

CHAMPION_SESSIONS = 50
Rows = list[dict[str, Any]]


def _funnel_row(period: date | None, unit: str, order: str, counts: list[int]) -> dict[str, Any]:
    views, carts, bought = counts
    return {
        **{"period": str(period or "all"), "unit": unit, "step_order": order},
        **{"funnel_date": period, "view_count": views, "cart_count": carts},
        **{"purchase_count": bought, "view_to_cart_rate": rate(carts, views)},
        "cart_to_purchase_rate": rate(bought, carts),
        "view_to_purchase_rate": rate(bought, views),
    }


def _reached(walk: Walk) -> dict[str, list[int]]:
    happened = [int(bool(walk.count(kind))) for kind in ("view", "cart", "purchase")]
    return {"any": happened, "strict": [int(at is not None) for at in walk.steps()]}


def _events_reached(walk: Walk) -> dict[str, list[int]]:
    view, cart, _ = walk.steps()
    after = [
        sum(begin is not None and at >= begin for at in walk.times(kind))
        for kind, begin in (("cart", view), ("purchase", cart))
    ]
    counts = [walk.count(kind) for kind in ("view", "cart", "purchase")]
    return {"any": counts, "strict": [counts[0], *after]}


def funnel(journeys: Journeys) -> Expected:
    totals: dict[tuple[date | None, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])

    def add(period: date | None, unit: str, reached: dict[str, list[int]]) -> None:
        for order, counts in reached.items():
            total = totals[period, unit, order]
            total[:] = [a + b for a, b in zip(total, counts, strict=True)]

    user_days: dict[tuple[str, date], Walk] = {}
    for walk in journeys.sessions.values():
        began = day(walk.first)
        for period in (None, began):
            add(period, "sessions", _reached(walk))
            add(period, "events", _events_reached(walk))
        of_day = user_days.setdefault((walk.user_id, began), Walk(walk.user_id))
        of_day.events.extend(walk.events)
    for (_, began), walk in user_days.items():
        add(began, "users", _reached(walk))
    for walk in journeys.users.values():
        add(None, "users", _reached(walk))
    rows = [_funnel_row(*key, counts) for key, counts in totals.items()]
    return Expected("reports.rpt_funnel", ("period", "unit", "step_order"), rows)


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


def times_to_purchase(journeys: Journeys) -> Expected:
    seconds: dict[str, list[int]] = {
        step: [] for step in ("view_to_cart", "cart_to_purchase", "view_to_purchase")
    }

    def add(step: str, begin: int | None, times: list[int]) -> None:
        end = first_from(times, begin)
        if begin is not None and end is not None:
            seconds[step].append(end // 1_000_000 - begin // 1_000_000)

    for walk in journeys.sessions.values():
        acted = {which for _, what, which, _ in walk.events if what != "view"}
        for product in acted:
            views, carts = walk.times("view", product), walk.times("cart", product)
            bought = walk.times("purchase", product)
            add("view_to_cart", views[0] if views else None, carts)
            add("cart_to_purchase", carts[0] if carts else None, bought)
            add("view_to_purchase", views[0] if views else None, bought)
    shares = {"p25": "0.25", "p50": "0.5", "p75": "0.75", "p90": "0.9", "p99": "0.99"}
    rows = []
    for place, (step, found) in enumerate(seconds.items(), 1):
        found.sort()
        rows.append(
            {
                **{"step_position": place, "step": step, "pair_count": len(found)},
                "mean_seconds": average(sum(found), len(found)),
                **{
                    f"{name}_seconds": percentile(found, share) if found else None
                    for name, share in shares.items()
                },
                "longest_seconds": found[-1] if found else None,
            }
        )
    return Expected("reports.rpt_time_to_purchase", ("step",), rows)


def _outcome(walk: Walk) -> str:
    if walk.count("purchase"):
        return "bought"
    if walk.count("cart"):
        return "cart_left"
    return "browsed" if len(walk.events) > 1 else "one_event"


def outcomes(journeys: Journeys) -> Expected:
    walks: dict[str, list[Walk]] = defaultdict(list)
    for walk in journeys.sessions.values():
        walks[_outcome(walk)].append(walk)
    rows = []
    for place, outcome in enumerate(("bought", "cart_left", "browsed", "one_event"), 1):
        found = walks[outcome]
        events = sum(len(walk.events) for walk in found)
        seconds = sum(walk.last // 1_000_000 - walk.first // 1_000_000 for walk in found)
        rows.append(
            {
                **{"outcome_position": place, "outcome": outcome, "session_count": len(found)},
                "session_share": rate(len(found), len(journeys.sessions)),
                **{"event_count": events, "events_per_session": average(events, len(found))},
                "seconds_per_session": average(seconds, len(found)),
                "revenue": money(sum(walk.spent() for walk in found)),
            }
        )
    return Expected("reports.rpt_session_outcomes", ("outcome",), rows)


def cart_abandonment(journeys: Journeys) -> Expected:
    by_period: dict[date | None, list[Cart]] = defaultdict(list)
    for cart in map(journeys.cart, journeys.sessions.values()):
        if cart:
            by_period[None].append(cart)
            by_period[day(cart.walk.times("cart")[0])].append(cart)
    rows = []
    for period, found in by_period.items():
        statuses = {
            status: [cart for cart in found if cart.status == status]
            for status in ("bought", "abandoned", "emptied", "open")
        }
        values = {
            status: money(sum(cart.added_cents for cart in statuses[status]))
            for status in ("bought", "abandoned")
        }
        rows.append(
            {
                **{"period": str(period or "all"), "cart_date": period, "cart_count": len(found)},
                **{f"{status}_count": len(those) for status, those in statuses.items()},
                "product_added_count": sum(cart.added_count for cart in found),
                **{f"{status}_value": value for status, value in values.items()},
                "abandonment_rate": rate(len(statuses["abandoned"]), len(found)),
                "bought_rate": rate(len(statuses["bought"]), len(found)),
            }
        )
    return Expected("reports.rpt_cart_abandonment", ("period",), rows)
