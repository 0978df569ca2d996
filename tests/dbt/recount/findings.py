"""The sentences of rpt_insights, written from the recounted reports."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.dbt.recount.compare import Expected
from tests.dbt.recount.reports import CHAMPION_SESSIONS, Rows

Reports = Mapping[str, Rows]


def _one(rows: Rows, **wanted: Any) -> dict[str, Any] | None:
    found = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return found[0] if found else None


def _sum(rows: Rows, column: str) -> Decimal:
    return sum((row[column] for row in rows), Decimal(0))


def _conversion(reports: Reports) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    outcomes = reports["rpt_session_outcomes"]
    sessions = int(_sum(outcomes, "session_count"))
    if sessions:
        share = outcomes[0]["session_share"]
        text = f"{share:,} % of {sessions:,} sessions end with a purchase."
        found.append((10, "session_conversion", "conversion", text, None, share, sessions))
    funnel = _one(reports["rpt_funnel"], period="all", unit="sessions", step_order="strict")
    if funnel and funnel["view_count"]:
        to_cart, to_purchase = funnel["view_to_cart_rate"], funnel["view_to_purchase_rate"]
        text = f"Of 100 sessions that view, {to_cart:,} put something into a cart afterwards "
        text += f"and {to_purchase:,} then buy."
        found.append((20, "strict_funnel", "conversion", text, None, to_cart, to_purchase))
    for order, level in ((30, "brand"), (40, "category")):
        row = _one(reports["rpt_conversion_champions"], level=level, champion_rank=1)
        if row:
            share, least = row["session_conversion_rate"], row["conversion_at_least"]
            text = f"The {level} that converts best is {row['name']}: {share:,} % of "
            text += f"{row['session_count']:,} sessions buy, and at least {least:,} % with 95 % confidence."
            name = f"champion_{level}"
            found.append((order, name, "conversion", text, row["name"], share, least))
    bands = [
        r for r in reports["rpt_price_band_conversion"] if r["session_count"] >= CHAMPION_SESSIONS
    ]
    if bands:
        row = min(bands, key=lambda row: (-row["session_conversion_rate"], row["band_order"]))
        share, count = row["session_conversion_rate"], row["session_count"]
        text = f"Prices of {row['price_band']} convert best: {share:,} % of {count:,} sessions."
        found.append((50, "best_price_band", "conversion", text, row["price_band"], share, count))
    return found


def _sales(reports: Reports) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    brand = _one(reports["rpt_brand_performance_v2"], revenue_rank=1)
    if brand and brand["revenue"]:
        name, earned, share = brand["brand"], brand["revenue"], brand["revenue_share"]
        text = f"{name} earns most: {earned:,}, {share:,} % of the revenue of all brands."
        found.append((60, "top_brand", "revenue", text, name, earned, share))
    categories = [
        row
        for row in reports["rpt_category_performance_v2"]
        if row["category_code"] != "uncategorized" and row["revenue"]
    ]
    if categories:
        row = min(categories, key=lambda row: row["revenue_rank"])
        name, earned, share = row["category_code"], row["revenue"], row["revenue_share"]
        text = f"{name} is the category that earns most: {earned:,}, {share:,} % of all revenue."
        found.append((70, "top_category", "revenue", text, name, earned, share))
    days = reports["fct_daily_metrics"]
    if days:
        best = min(days, key=lambda row: (-row["revenue"], row["metric_date"]))
        if best["revenue"]:
            name, earned, count = str(best["metric_date"]), best["revenue"], best["order_count"]
            text = f"The best day was {name} with {earned:,} from {count:,} orders."
            found.append((80, "best_day", "revenue", text, name, earned, count))
        newest = max(row["metric_date"] for row in days)
        ages = [(newest - row["metric_date"], row) for row in days]
        week, two = timedelta(days=7), timedelta(days=14)
        last = _sum([row for age, row in ages if age < week], "revenue")
        before = _sum([row for age, row in ages if week <= age < two], "revenue")
        # the first day counts as one of them
        days_of_history = max(age for age, _ in ages).days + 1
        if before and days_of_history >= two.days:
            text = f"The last seven days brought {last:,}, the seven days before {before:,}."
            found.append((90, "last_week", "revenue", text, None, last, before))
    orders = reports["fct_orders"]
    if orders:
        mean = _mean(orders, len(orders))
        text = f"An order is worth {mean:,} on average, over {len(orders):,} orders."
        found.append((100, "average_order", "revenue", text, None, mean, len(orders)))
    return found


def _mean(rows: Rows, count: int) -> Decimal:
    exact = _sum(rows, "revenue") / count
    return exact.quantize(Decimal("0.01"), "ROUND_HALF_UP")


def _behaviour(reports: Reports) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    carts = _one(reports["rpt_cart_abandonment"], period="all")
    if carts:
        share, value = carts["abandonment_rate"], carts["abandoned_value"]
        text = f"{share:,} % of {carts['cart_count']:,} carts are abandoned; "
        text += f"they held products for {value:,}."
        found.append((110, "abandoned_carts", "carts", text, None, share, value))
    times = _one(reports["rpt_time_to_purchase"], step="cart_to_purchase")
    if times and times["pair_count"]:
        half, most = times["p50_seconds"], times["p90_seconds"]
        # format_number rounds half to even
        text = f"Half of the products that are bought from a cart are bought within {half:,.0f} "
        text += f"seconds, 90 of 100 within {most:,.0f}."
        found.append((120, "time_to_purchase", "behaviour", text, "cart_to_purchase", half, most))
    users = reports["dim_users"]
    customers = sum(row["is_customer"] for row in users)
    if customers:
        mean = _mean(users, customers)
        text = f"{customers:,} of {len(users):,} users bought something, for {mean:,} each."
        found.append((130, "customers", "behaviour", text, None, customers, mean))
    incomplete = [row for row in reports["profile_columns"] if row["null_count"]]
    if incomplete:
        row = min(incomplete, key=lambda row: (row["completeness"], row["column_position"]))
        name, share, count = row["column_name"], row["completeness"], row["row_count"]
        text = f"The least complete column is {name}: {share:,} % of {count:,} events have it."
        found.append((140, "weakest_column", "quality", text, name, share, count))
    return found


def insights(reports: Reports) -> Expected:
    """All findings for which there is data."""
    names = (
        *("insight_order", "insight", "topic", "finding", "subject"),
        *("main_value", "compared_value"),
    )
    rows = [
        dict(zip(names, row, strict=True))
        for row in (*_conversion(reports), *_sales(reports), *_behaviour(reports))
    ]
    return Expected("reports.rpt_insights", ("insight",), rows)
