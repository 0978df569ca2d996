"""What is told by day and hour: sales, activity, steps of the funnel, the usual hour."""

from collections import defaultdict
from typing import Any

import duckdb

from tests.dbt.recount.compare import Expected
from tests.dbt.recount.marts import day
from tests.dbt.recount.numbers import TYPES, band, mean_money, money, rate
from tests.dbt.recount.numbers import average as mean

Connection = duckdb.DuckDBPyConnection
HOUR = 3_600_000_000
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SPANS = {"5 minutes": 5, "15 minutes": 15, "30 minutes": 30}
COUNTS = ("view_count", "cart_count", "purchase_count", "removal_count")


def sales_by_day(database: Connection) -> Expected:
    sql = "select day, brand, category_code, price, event_type from business"
    found: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for date, brand, category, price, kind in database.execute(sql).fetchall():
        key = (date, brand or "(no brand)", category or "uncategorized", band(price))
        found[key][TYPES.index(kind)] += 1
        found[key][4] += price if kind == "purchase" else 0
    rows = []
    for (date, brand, category, price_band), (*counts, cents) in found.items():
        levels = [*category.split("."), "(none)", "(none)"]
        row = {"event_date": date, "brand": brand, "category_code": category}
        row |= {f"level_{place + 1}": levels[place] for place in range(3)}
        row |= {"price_band": price_band, "revenue": money(cents)}
        rows.append(row | dict(zip(COUNTS, counts, strict=True)))
    key = ("event_date", "brand", "category_code", "price_band")
    return Expected("reports.rpt_sales_by_day", key, rows)


def activity_by_hour(database: Connection) -> Expected:
    sql = "select micros, event_type, price from business"
    found: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for micros, kind, price in database.execute(sql).fetchall():
        total = found[day(micros), micros // HOUR % 24, kind]
        total[0] += 1
        total[1] += price if kind == "purchase" else 0
    rows = [
        {
            **{"event_date": date, "hour_of_day": hour, "event_type": kind},
            **{"weekday_number": date.isoweekday(), "event_count": count},
            "weekday_name": f"{date.isoweekday()} {WEEKDAYS[date.weekday()]}",
            "revenue": money(cents),
        }
        for (date, hour, kind), (count, cents) in found.items()
    ]
    return Expected(
        "reports.rpt_activity_by_hour", ("event_date", "hour_of_day", "event_type"), rows
    )


def funnel_steps(funnel: Expected) -> Expected:
    names = ("period", "unit", "step_order", "funnel_date")
    steps = (("Viewed", "view"), ("Put into a cart", "cart"), ("Bought", "purchase"))
    rows = [
        {name: row[name] for name in names}
        | {"step_position": place, "step": step, "reached_count": row[f"{kind}_count"]}
        for row in funnel.rows
        for place, (step, kind) in enumerate(steps, 1)
    ]
    return Expected("reports.rpt_funnel_steps", ("period", "unit", "step_order", "step"), rows)


def _hours(database: Connection) -> dict[int, list[int]]:
    """Views, purchases and cents of each of the last 672 whole hours, by the hour since 1970."""
    events = database.execute("select micros, event_type, price from business").fetchall()
    if not events:
        return {}
    newest = max(micros for micros, *_ in events) // HOUR
    first = min(micros for micros, *_ in events) // HOUR
    hours = {hour: [0, 0, 0] for hour in range(max(first, newest - 672), newest)}
    for micros, kind, price in events:
        if micros // HOUR in hours:
            total = hours[micros // HOUR]
            total[0] += kind == "view"
            total[1] += kind == "purchase"
            total[2] += price if kind == "purchase" else 0
    return hours


def _usual(basis: str, hours: list[list[int]], minutes: int) -> dict[str, Any]:
    views, bought, cents = (sum(hour[place] for hour in hours) for place in range(3))
    parts = 60 * len(hours)
    return {
        **{"basis": basis, "hour_count": len(hours)},
        "usual_view_count": mean(views * minutes, parts),
        "usual_purchase_count": mean(bought * minutes, parts),
        "usual_revenue": mean_money(cents * minutes, parts),
        "usual_conversion_rate": rate(bought, views),
    }


def usual_hours(database: Connection) -> Expected:
    hours, rows = _hours(database), []
    for weekday in range(1, 8):
        for hour in range(24):
            # 1970-01-01 was a Thursday
            of_week = [
                c for h, c in hours.items() if (h // 24 + 3) % 7 + 1 == weekday and h % 24 == hour
            ]
            of_day = [c for h, c in hours.items() if h % 24 == hour]
            basis = "same weekday" if of_week else "any day" if of_day else "no history"
            rows += [
                {"weekday_number": weekday, "hour_of_day": hour, "time_span": span}
                | _usual(basis, of_week or of_day, minutes)
                for span, minutes in SPANS.items()
            ]
    return Expected("reports.rpt_usual_hours", ("weekday_number", "hour_of_day", "time_span"), rows)
