"""Facts and dimensions as the walks give them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from tests.dbt.recount.compare import Expected
from tests.dbt.recount.journeys import Journeys, Walk
from tests.dbt.recount.numbers import mean_money, money, rate

DAY = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(micros: int | None) -> datetime | None:
    """As Delta gives it."""
    return None if micros is None else EPOCH + timedelta(microseconds=micros)


def day(micros: int) -> date:
    return date(1970, 1, 1) + timedelta(days=micros // DAY)


def _counts(walk: Walk) -> dict[str, Any]:
    kinds = Counter(what for _, what, _, _ in walk.events)
    return {
        "event_count": len(walk.events),
        "view_count": kinds["view"],
        "cart_count": kinds["cart"],
        "purchase_count": kinds["purchase"],
        "removal_count": kinds["remove_from_cart"],
        "revenue": money(walk.spent()),
    }


def _steps(walk: Walk) -> dict[str, Any]:
    names = ("first_viewed_at", "carted_after_view_at", "purchased_after_cart_at")
    return {name: moment(at) for name, at in zip(names, walk.steps(), strict=True)}


def sessions(journeys: Journeys) -> Expected:
    rows = [
        {
            **{"session_id": name, "user_id": walk.user_id, "user_session": walk.user_session},
            **_counts(walk),
            **_steps(walk),
            "duration_seconds": walk.last // 1_000_000 - walk.first // 1_000_000,
            **{f"has_{kind}": walk.count(kind) > 0 for kind in ("view", "cart", "purchase")},
            **{"started_at": moment(walk.first), "ended_at": moment(walk.last)},
            "carted_at": [moment(at) for at in walk.times("cart")],
            "purchased_at": [moment(at) for at in walk.times("purchase")],
            "session_date": day(walk.first),
        }
        for name, walk in journeys.sessions.items()
    ]
    return Expected("marts.fct_sessions", ("session_id",), rows, ignored=("added_at",))


def users(journeys: Journeys) -> Expected:
    session_count, buying = Counter[str](), Counter[str]()
    for walk in journeys.sessions.values():
        session_count[walk.user_id] += 1
        buying[walk.user_id] += walk.count("purchase") > 0
    rows = [
        {
            **{"user_id": name, "session_count": session_count[name]},
            **{"buying_session_count": buying[name], "visit_count": journeys.visits(walk)},
            **_counts(walk),
            **_steps(walk),
            "is_customer": walk.count("purchase") > 0,
            **{"first_seen_at": moment(walk.first), "last_seen_at": moment(walk.last)},
        }
        for name, walk in journeys.users.items()
    ]
    return Expected("marts.dim_users", ("user_id",), rows, ignored=("added_at",))


def carts(journeys: Journeys) -> Expected:
    found = [(name, journeys.cart(walk)) for name, walk in journeys.sessions.items()]
    rows = [
        {
            **{"cart_id": name, "user_id": cart.walk.user_id, "cart_status": cart.status},
            **{"product_count": cart.product_count, "added_count": cart.added_count},
            **{"removed_count": cart.removed_count, "left_count": cart.left_count},
            "added_value": money(cart.added_cents),
            "purchase_count": cart.walk.count("purchase"),
            "revenue": money(cart.walk.spent()),
            "cart_started_at": moment(cart.walk.times("cart")[0]),
            **{"bought_at": moment(cart.bought_at), "last_event_at": moment(cart.walk.last)},
            "cart_date": day(cart.walk.times("cart")[0]),
        }
        for name, cart in found
        if cart
    ]
    return Expected("marts.fct_carts", ("cart_id",), rows)


def orders(journeys: Journeys) -> Expected:
    rows = [
        {
            "order_id": f"{order.session_id}/{order.number}",
            **{"session_id": order.session_id, "order_number": order.number},
            "user_id": journeys.sessions[order.session_id].user_id,
            "item_count": len(order.items),
            "product_count": len({product for _, product, *_ in order.items}),
            "revenue": money(sum(cents for _, _, cents, *_ in order.items)),
            "ordered_at": moment(order.items[0][0]),
            "last_item_at": moment(order.items[-1][0]),
            "order_date": day(order.items[0][0]),
        }
        for order in journeys.orders
    ]
    return Expected("marts.fct_orders", ("order_id",), rows)


DAILY = """
select day, count(*), count(*) filter (event_type = 'view'),
    count(*) filter (event_type = 'cart'), count(*) filter (event_type = 'purchase'),
    count(*) filter (event_type = 'remove_from_cart'), count(distinct user_id),
    count(distinct user_id) filter (event_type = 'purchase'),
    coalesce(sum(price) filter (event_type = 'purchase'), 0)::bigint
from business group by day
"""
DAILY_COUNTS = (
    *("event_count", "view_count", "cart_count", "purchase_count", "removal_count"),
    *("user_count", "buying_user_count"),
)


def daily_metrics(database: duckdb.DuckDBPyConnection, journeys: Journeys) -> Expected:
    counted = {row[0]: row[1:] for row in database.execute(DAILY).fetchall()}
    began = Counter(day(walk.first) for walk in journeys.sessions.values())
    buying = Counter(
        day(walk.first) for walk in journeys.sessions.values() if walk.count("purchase")
    )
    orders_of, order_cents = Counter[date](), Counter[date]()
    for order in journeys.orders:
        orders_of[day(order.items[0][0])] += 1
        order_cents[day(order.items[0][0])] += sum(cents for _, _, cents, *_ in order.items)
    rows = []
    for offset in range((max(counted) - min(counted)).days + 1 if counted else 0):
        each = min(counted) + timedelta(days=offset)
        *counts, cents = counted.get(each, [0] * 8)
        rows.append(
            {
                "metric_date": each,
                **dict(zip(DAILY_COUNTS, counts, strict=True)),
                **{"session_count": began[each], "buying_session_count": buying[each]},
                **{"order_count": orders_of[each], "revenue": money(cents)},
                "average_order_value": mean_money(order_cents[each], orders_of[each]),
                "session_conversion_rate": rate(buying[each], began[each]),
            }
        )
    return Expected("marts.fct_daily_metrics", ("metric_date",), rows)
