"""The profile of the events, by one plain query a column."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb

from tests.dbt.recount.compare import Check, Expected, Row
from tests.dbt.recount.journeys import Journeys
from tests.dbt.recount.marts import moment
from tests.dbt.recount.numbers import BANDS, TYPES, average, band, mean_money, money, rate

COLUMNS = {
    **{"event_id": "string", "event_type": "string", "product_id": "string"},
    **{"category_id": "string", "category_code": "string", "brand": "string"},
    **{"price": "decimal(12,2)", "user_id": "string", "user_session": "string"},
    "occurred_at": "timestamp",
}
SQL_NAMES = {"price": "(price / 100)::decimal(12, 2)", "occurred_at": "event_time"}
OUT_OF_RANGE = {
    "event_type": "event_type not in ('view', 'cart', 'purchase', 'remove_from_cart')",
    "price": "price <= 0",
    "occurred_at": "event_time > ingested_at or event_time < timestamp '2000-01-01'",
}
QUARTILES = {"first_quartile": 0.25, "median": 0.5, "third_quartile": 0.75}
Connection = duckdb.DuckDBPyConnection


def near_rank(ordered: list[Any], share: float) -> Check:
    """An approximate percentile: one of the values, at most a ten-thousandth of the ranks away."""
    slack = len(ordered) / 10_000 + 1

    def is_near(value: Any, _: Row) -> bool:
        if not ordered:
            return value is None
        first, last = bisect_left(ordered, value), bisect_right(ordered, value)
        rank = share * len(ordered)
        return first < last and first - slack <= rank <= last + slack

    return is_near


def within(tolerance: float, expected: Callable[[Row], float | None]) -> Check:
    """A number that may be so far from what is expected."""

    def is_near(value: Any, row: Row) -> bool:
        wanted = expected(row)
        return value is None if wanted is None else abs(float(value) - wanted) <= tolerance

    return is_near


def _column(database: Connection, name: str, place: int) -> dict[str, Any]:
    sql_name = SQL_NAMES.get(name, name)
    counts = database.execute(
        f"select count(*), count({sql_name}), count(distinct {sql_name}), "
        f"min({sql_name})::text, max({sql_name})::text, "
        f"count(*) filter ({OUT_OF_RANGE.get(name, 'false')}) from business"
    ).fetchall()[0]
    rows, filled, distinct, least, most, out = counts
    frequent = None
    if name not in ("event_id", "occurred_at"):
        found = database.execute(
            f"select {sql_name}::text from business where {sql_name} is not null "
            f"group by {sql_name} order by count(*) desc, {sql_name} limit 1"
        ).fetchall()
        frequent = found[0][0] if found else None
    return {
        **{"column_position": place, "column_name": name, "column_type": COLUMNS[name]},
        **{"row_count": rows, "null_count": rows - filled, "completeness": rate(filled, rows)},
        **{"distinct_count": distinct, "min_value": least, "max_value": most},
        **{"most_frequent_value": frequent, "mean_value": None, "standard_deviation": None},
        **dict.fromkeys(QUARTILES),
        "out_of_range_count": out if name in OUT_OF_RANGE else None,
    }


def columns(database: Connection) -> Expected:
    rows = [_column(database, name, place) for place, name in enumerate(COLUMNS, 1)]
    prices = [cents for (cents,) in database.execute("select price from business").fetchall()]
    prices.sort()
    ordered = [money(cents) for cents in prices]
    mean = sum(prices) / len(prices) / 100 if prices else None
    deviation = None
    if len(prices) > 1 and mean is not None:
        squares = sum((cents / 100 - mean) ** 2 for cents in prices)
        deviation = (squares / (len(prices) - 1)) ** 0.5
    exact = {row["column_name"]: row.pop("distinct_count") for row in rows}

    def distinct_is_near(value: Any, row: Row) -> bool:
        # five standard deviations of 2 %
        wanted = exact[row["column_name"]]
        return bool(abs(value - wanted) <= wanted * 0.1)

    def only_price(check: Check) -> Check:
        return lambda value, row: (
            check(value, row) if row["column_name"] == "price" else value is None
        )

    for row in rows:
        if row["column_name"] == "price":
            row["mean_value"] = mean_money(sum(prices), len(prices), 4)
        for name in ("standard_deviation", *QUARTILES):
            row.pop(name)
    return Expected(
        "profiling.profile_columns",
        ("column_name",),
        rows,
        {
            "distinct_count": distinct_is_near,
            "standard_deviation": only_price(within(0.0001, lambda _: deviation)),
            **{name: only_price(near_rank(ordered, share)) for name, share in QUARTILES.items()},
        },
    )


CELLS = (
    *("event_type", "product_id", "category_id", "category_code", "brand", "price", "user_id"),
    *("user_session", "event_time"),
)


def completeness(database: Connection) -> Expected:
    flags = ", ".join(f"{name} is not null" for name in CELLS)
    found = database.execute(f"select strftime(day, '%Y-%m'), [{flags}] from business").fetchall()
    scopes: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for month, filled in found:
        for scope in (month, "all"):
            counts = scopes[scope]
            counts[0] += 1
            counts[1] += sum(filled)
            counts[2] += all(filled)
    rows = [
        {
            **{"scope": scope, "row_count": events, "cell_count": 9 * events},
            **{"filled_count": filled, "complete_row_count": complete},
            "completeness_score": rate(filled, 9 * events),
            "complete_row_rate": rate(complete, events),
        }
        for scope, (events, filled, complete) in scopes.items()
    ]
    return Expected("profiling.profile_completeness", ("scope",), rows)


def event_types(database: Connection) -> Expected:
    sql = """
        select event_type, count(*), count(distinct session_id), count(distinct user_id),
            sum(price)::bigint, min(micros), max(micros)
        from business group by 1
    """
    found = {row[0]: row[1:] for row in database.execute(sql).fetchall()}
    events = sum(row[0] for row in found.values())
    rows = []
    for place, name in enumerate(TYPES, 1):
        count, sessions, users, cents, first, last = found.get(name, (0, 0, 0, 0, None, None))
        rows.append(
            {
                **{"type_order": place, "event_type": name, "event_count": count},
                **{"event_share": rate(count, events), "session_count": sessions},
                **{"user_count": users, "total_value": money(cents)},
                "mean_price": mean_money(cents, count, 4),
                **{"first_at": moment(first), "last_at": moment(last)},
            }
        )
    return Expected("profiling.profile_event_types", ("event_type",), rows)


NEWEST_PRICE = "select arg_max(price, (micros, event_id)) from business group by product_id"


def price_bands(database: Connection) -> Expected:
    events = database.execute("select price, event_type from business").fetchall()
    in_band: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for cents, kind in events:
        in_band[band(cents)].append((cents, kind))
    products = Counter(band(cents) for (cents,) in database.execute(NEWEST_PRICE).fetchall())
    rows = []
    for place, name in enumerate(BANDS, 1):
        found = in_band[name]
        kinds = Counter(kind for _, kind in found)
        prices = [cents for cents, _ in found]
        rows.append(
            {
                **{"band_order": place, "price_band": name, "product_count": products[name]},
                **{"event_count": len(found), "event_share": rate(len(found), len(events))},
                **{f"{kind}_count": kinds[kind] for kind in ("view", "cart", "purchase")},
                "revenue": money(sum(cents for cents, kind in found if kind == "purchase")),
                "lowest_price": money(min(prices)) if prices else None,
                "highest_price": money(max(prices)) if prices else None,
                "mean_price": mean_money(sum(prices), len(prices), 4),
            }
        )
    return Expected("profiling.profile_price_bands", ("price_band",), rows)


def cardinality(database: Connection) -> Expected:
    names = ", ".join(f"count(distinct {SQL_NAMES.get(name, name)})" for name in COLUMNS)
    events, *counts = database.execute(f"select count(*), {names} from business").fetchall()[0]
    limits = ((10, "very low"), (100, "low"), (1000, "medium"), (10_000, "high"))
    rows = [
        {
            **{"column_position": place, "column_name": name, "row_count": events},
            **{"distinct_count": count, "distinct_share": rate(count, events)},
            "cardinality_class": next(
                (named for limit, named in limits if count <= limit), "very high"
            ),
        }
        for place, (name, count) in enumerate(zip(COLUMNS, counts, strict=True), 1)
    ]
    return Expected("profiling.profile_cardinality", ("column_name",), rows)


PRODUCTS = """
select product_id, ifnull(arg_max(category, (micros, event_id)), 'uncategorized'),
    arg_max(maker, (micros, event_id)), arg_max(price, (micros, event_id)), min(price), max(price)
from (
    select *, ifnull(category_code, 'uncategorized') as category,
        ifnull(brand, '(no brand)') as maker
    from business
)
group by product_id
"""


def price_anomalies(database: Connection) -> Expected:
    products = database.execute(PRODUCTS).fetchall()
    prices: dict[str, list[int]] = defaultdict(list)
    for _, category, _, cents, _, _ in products:
        prices[category].append(cents)
    twice_median = {}  # in cents, twice, so that it is whole
    for category, found in prices.items():
        found.sort()
        twice_median[category] = found[(len(found) - 1) // 2] + found[len(found) // 2]
    rows = []
    for product, category, maker, cents, least, most in products:
        median = twice_median[category]
        rules = {
            "zero_price": least == 0,
            "far_above_category": 2 * cents > 20 * median,
            "far_below_category": cents > 0 and 2 * cents * 20 < median,
            "price_jump": least > 0 and most >= 10 * least,
        }
        rows += [
            {
                **{"product_id": product, "anomaly": anomaly, "category_code": category},
                **{"brand": maker, "price": money(cents), "lowest_price": money(least)},
                "highest_price": money(most),
                "category_median": Decimal(median) / 200,
            }
            for anomaly, is_so in rules.items()
            if is_so
        ]
    return Expected("profiling.profile_price_anomalies", ("product_id", "anomaly"), rows)


def user_behaviour(journeys: Journeys) -> Expected:
    sessions_of = Counter(walk.user_id for walk in journeys.sessions.values())
    users, sessions = list(journeys.users.values()), list(journeys.sessions.values())
    measured = {
        "sessions_per_user": list(sessions_of.values()),
        "visits_per_user": [journeys.visits(walk) for walk in users],
        "events_per_user": [len(walk.events) for walk in users],
        "events_per_session": [len(walk.events) for walk in sessions],
        "session_seconds": [walk.last // 1_000_000 - walk.first // 1_000_000 for walk in sessions],
    }
    rows: list[dict[str, Any]] = [
        {
            **{"measure": name, "unit_count": len(values)},
            "mean_value": average(sum(values), len(values), 4),
            "max_value": max(values, default=None),
        }
        for name, values in measured.items()
    ]
    for name, walks in (("buying_users_percent", users), ("buying_sessions_percent", sessions)):
        bought = sum(walk.count("purchase") > 0 for walk in walks)
        mean = average(100 * bought, len(walks), 4)
        rows.append({"measure": name, "unit_count": len(walks), "mean_value": mean})
    purchases = [count for walk in sessions if (count := walk.count("purchase"))]
    mean = average(sum(purchases), len(purchases), 4)
    name = "purchases_per_buying_session"
    rows.append({"measure": name, "unit_count": len(purchases), "mean_value": mean})
    for row in rows:
        row.setdefault("max_value", None)
    ordered = {name: sorted(values) for name, values in measured.items()}

    def percentile(share: float) -> Check:
        return lambda value, row: (
            near_rank(ordered[row["measure"]], share)(value, row)
            if row["measure"] in ordered
            else value is None
        )

    shares = {"p50": percentile(0.5), "p90": percentile(0.9), "p99": percentile(0.99)}
    return Expected("profiling.profile_user_behaviour", ("measure",), rows, shares)
