"""The reports on walks through the shop: funnel, times, outcomes, carts; step by step in plain Python."""

from collections import defaultdict
from datetime import date
from typing import Any

from tests.dbt.recount.compare import Expected
from tests.dbt.recount.journeys import Cart, Journeys, Walk, first_from
from tests.dbt.recount.marts import day
from tests.dbt.recount.numbers import average, money, percentile, rate


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
    carts = min(counts[0], after[0])
    return {"any": counts, "strict": [counts[0], carts, min(carts, after[1])]}


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
