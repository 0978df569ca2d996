"""Measures an event file with SQL, a path that shares nothing with the code that made it."""

import math
from collections.abc import Iterator
from pathlib import Path

import duckdb

Measures = dict[str, float | str]

PREPARE = """
create table events as
select
    row_number() over () as place, event_time, event_type, product_id, category_id, category_code, brand,
    cast(price as double) as price, user_id, user_session,
    cast(replace(event_time, ' UTC', '') as timestamp) as seen_at
from read_csv(?, header = true, all_varchar = true, parallel = false);
create table once as
select min(place) as place, any_value(seen_at) as seen_at, event_type, product_id,
    any_value(category_code) as category_code, any_value(brand) as brand, any_value(price) as price,
    any_value(user_id) as user_id, user_session, count(*) as copies
from events group by event_time, event_type, product_id, user_id, user_session;
create table visits as
select user_session, min(seen_at) as started_at, count(*) as event_count,
    count(*) filter (event_type = 'view') as views, count(*) filter (event_type = 'cart') as carts,
    count(*) filter (event_type = 'purchase') as purchases,
    sum(price) filter (event_type = 'purchase') as revenue, count(distinct brand) as brands
from events where user_session is not null group by user_session;
create table steps as
select *, epoch(seen_at) - epoch(lag(seen_at) over by_visit) as gap, lag(event_type) over by_visit as type_before
from once where user_session is not null window by_visit as (partition by user_session order by seen_at, place);
create table items as
select user_session, product_id, any_value(category_code) as category_code, any_value(price) as price,
    min(seen_at) filter (event_type = 'view') as viewed_at, min(seen_at) filter (event_type = 'cart') as carted_at,
    min(seen_at) filter (event_type = 'purchase') as bought_at,
    count(*) filter (event_type = 'purchase') as purchases
from once where user_session is not null group by all;
"""

ONE_ROW = {
    "shape": """
        select count(*) as rows, count(distinct event_time) as distinct_times, min(event_time) as first_time,
            max(event_time) as last_time, count(*) filter (seen_at < before) as unsorted
        from (select *, lag(seen_at) over (order by place) as before from events)""",
    "types": """
        select avg(cast(event_type = 'view' as int)) as view_share,
            avg(cast(event_type = 'cart' as int)) as cart_share,
            avg(cast(event_type = 'purchase' as int)) as purchase_share,
            avg(cast(event_type = 'remove_from_cart' as int)) as removal_share from events""",
    "nulls": """
        select avg(cast(category_code is null as int)) as null_code_share,
            avg(cast(brand is null as int)) as null_brand_share,
            1000 * avg(cast(user_session is null as int)) as null_session_per_thousand,
            avg(cast(brand is null as int)) filter (category_code is null)
            / avg(cast(brand is null as int)) filter (category_code is not null) as null_brand_dependence
        from events""",
    "copies": """
        select 1000 * sum(copies - 1) / sum(copies) as copies_per_thousand,
            avg(cast(copies = 2 as int)) filter (copies > 1) as copies_in_pairs,
            avg(cast(event_type = 'view' as int)) filter (copies > 1) as copies_of_views from once""",
    "cardinality": """
        select count(distinct product_id) as products, count(distinct category_id) as category_ids,
            count(distinct category_code) as category_codes,
            count(distinct split_part(category_code, '.', 1)) as top_categories,
            count(distinct brand) as brands, count(distinct user_id) as users,
            count(distinct user_session) as sessions, count(distinct price) as prices from events""",
    "prices": """
        select min(price) as price_min, quantile_cont(price, 0.05) as price_p5,
            quantile_cont(price, 0.25) as price_q1, median(price) as price_median,
            avg(price) as price_mean, quantile_cont(price, 0.75) as price_q3,
            quantile_cont(price, 0.95) as price_p95, max(price) as price_max,
            stddev(price) as price_deviation, avg(cast(price = 0 as int)) as zero_price_share,
            count(*) filter (price < 0) as negative_prices from events""",
    "ids": """
        select min(cast(product_id as bigint)) as product_id_min, max(cast(product_id as bigint)) as product_id_max,
            min(cast(user_id as bigint)) as user_id_min, min(cast(category_id as bigint)) as category_id_min,
            (select avg(cast(length(user_session) = 36 as int)) from visits) as uuid_share
        from events""",
    "visits": """
        select avg(event_count) as events_a_session, avg(cast(event_count = 1 as int)) as one_event_share,
            avg(ln(event_count)) as log_session, avg(cast(carts > 0 as int)) filter (views > 0) as view_to_cart,
            count(*) filter (purchases > 0) / count(*) filter (carts > 0) as cart_to_purchase,
            avg(cast(purchases > 0 as int)) as session_conversion,
            sum(purchases) / count(*) filter (purchases > 0) as purchases_a_buying_session,
            avg(cast(brands > 1 as int)) as sessions_with_several_brands,
            count(*) filter (views > 0) as sessions_with_a_view,
            count(*) filter (carts > 0) as sessions_with_a_cart,
            count(*) filter (purchases > 0) as sessions_with_a_purchase, sum(revenue) as revenue from visits""",
    "visitors": """
        select avg(sessions) as sessions_a_user, avg(event_count) as events_a_user, avg(ln(event_count)) as log_user
        from (select count(distinct user_session) as sessions, count(*) as event_count from events group by user_id)""",
    "popularity": """
        select sum(views) filter (rank <= 0.1) / sum(views) as top_tenth_share from (
            select count(*) as views, percent_rank() over (order by count(*) desc, product_id) as rank
            from events group by product_id)""",
    "start": """
        select count(distinct product_id) as products_at_first, avg(price) as price_mean_at_first,
            avg(cast(category_code = 'computers.components.videocards' as int)) filter (event_type = 'view')
            / avg(1) as videocards_at_first from (
            select product_id, price, event_type, coalesce(category_code, '') as category_code
            from events where place <= 100000)""",
    "items": """
        select quantile_cont(epoch(carted_at) - epoch(viewed_at), 0.5)
                filter (carted_at >= viewed_at) as first_view_to_cart,
            quantile_cont(epoch(bought_at) - epoch(carted_at), 0.5)
                filter (bought_at >= carted_at) as cart_to_purchase_p50,
            quantile_cont(epoch(bought_at) - epoch(carted_at), 0.9)
                filter (bought_at >= carted_at) as cart_to_purchase_p90,
            sum(purchases) filter (carted_at is null) / sum(purchases) as purchases_without_cart,
            sum(purchases) filter (viewed_at is null) / sum(purchases) as purchases_without_view,
            avg(cast(bought_at >= viewed_at + interval 1 hour as int))
                filter (bought_at is not null and viewed_at is not null) as bought_after_an_hour from items""",
    "cart delay": """
        select quantile_cont(gap, 0.5) as view_to_cart_p50 from (
            select epoch(seen_at) - epoch(max(seen_at) filter (event_type = 'view') over (
                partition by user_session, product_id order by seen_at, place)) as gap, event_type from steps)
        where event_type = 'cart'""",
    "orders": """
        select avg(cast(first_at = last_at as int)) as same_second_orders from (
            select min(seen_at) as first_at, max(seen_at) as last_at from steps where event_type = 'purchase'
            group by user_session having count(*) > 1)""",
    "products": """
        select avg(cast(carts > 0 as int)) as products_carted, avg(cast(purchases > 0 as int)) as products_bought,
            corr(ln(price), purchases / views) filter (views >= 20) as price_and_conversion from (
            select product_id, any_value(price) as price, count(*) filter (event_type = 'cart') as carts,
                count(*) filter (event_type = 'purchase') as purchases,
                count(*) filter (event_type = 'view') as views
            from events where price > 0 group by product_id)""",
    "attributes": """
        select count(*) as products_that_change from (
            select product_id from events group by product_id
            having count(distinct (category_id, category_code, brand, price)) > 1)""",
    "half hours": """
        select (select count(*) from visits) + count(*) filter (gap > 1800) as sessions_of_half_an_hour,
            (select count(*) from visits) + count(*) filter (gap > 3600) as sessions_of_an_hour from steps""",
}

NAMED = {
    "gap": """
        select unnest(['p10', 'p25', 'p50', 'p75', 'p90', 'p99']),
            unnest(quantile_cont(gap, [0.1, 0.25, 0.5, 0.75, 0.9, 0.99])) from steps where gap is not null""",
    "browse_gap": """
        select unnest(['p10', 'p25', 'p50', 'p75', 'p90', 'p99']),
            unnest(quantile_cont(gap, [0.1, 0.25, 0.5, 0.75, 0.9, 0.99])) from steps
        where event_type = 'view' and type_before = 'view'""",
    "hour": """
        select hour(seen_at), 100 * count(*) / sum(count(*)) over () from events
        where event_type = 'view' group by 1""",
    "weekday": """
        select isodow(day), avg(views) from (
            select date_trunc('day', seen_at) as day, count(*) as views from events
            where event_type = 'view' group by 1)
        where day > (select min(seen_at) from events) group by 1""",
    "month": """
        select strftime(seen_at, '%Y-%m') || ' ' || event_type, count(*) from once group by 1""",
    "conversion": """
        select strftime(started_at, '%Y-%m'), avg(cast(purchases > 0 as int)) from visits group by 1""",
    "order_value": """
        select strftime(started_at, '%Y-%m'), sum(revenue) / count(*) filter (purchases > 0) from visits group by 1""",
    "brand_views": """
        select brand, count(*) from events where event_type = 'view' and brand is not null group by 1""",
    "brand_purchases": """
        select brand, count(*) from events where event_type = 'purchase' and brand is not null group by 1""",
    "code_views": """
        select category_code, count(*) from events
        where event_type = 'view' and category_code is not null group by 1""",
    "code_conversion": """
        select category_code, count(distinct user_session) filter (bought_at is not null)
            / count(distinct user_session) from items where category_code is not null group by 1""",
    "code_carts": """
        select category_code, count(distinct user_session) filter (carted_at is not null)
            / count(distinct user_session) from items where category_code is not null group by 1""",
    "code_sessions": """
        select coalesce(category_code, 'none'), count(distinct user_session) from items group by 1""",
    "head": """
        select row_number() over (order by count(*) desc, product_id), count(*) from events
        where place <= 100000 group by product_id order by 2 desc limit 5""",
}


def measure(path: Path) -> Measures:
    """Every measure of the file, by name; a measure of a group is `group name`."""
    with duckdb.connect() as connection:
        for statement in PREPARE.split(";\n"):
            connection.execute(statement, [str(path)] if "?" in statement else None)
        found = dict(_measures(connection))
    found["zeta_of_events_a_session"] = zeta_exponent(float(found["log_session"]))
    found["zeta_of_events_a_user"] = zeta_exponent(float(found["log_user"]))
    return found


def _measures(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, float | str]]:
    for query in ONE_ROW.values():
        result = connection.execute(query)
        names = [column[0] for column in result.description or []]
        yield from zip(names, result.fetchone() or (), strict=True)
    for group, query in NAMED.items():
        for name, value in connection.execute(query).fetchall():
            yield f"{group} {name}", value


def zeta_exponent(mean_log: float) -> float:
    """The exponent of the zeta distribution that fits best counts with this mean logarithm."""
    low, high = 1.05, 12.0
    for _ in range(40):
        middle = (low + high) / 2
        if _zeta_mean_log(middle) > mean_log:
            low = middle
        else:
            high = middle
    return low


def _zeta_mean_log(exponent: float, terms: int = 20_000) -> float:
    weights = [number**-exponent for number in range(1, terms)]
    rest = terms ** (1 - exponent) / (exponent - 1)
    logs = sum(weight * math.log(number) for number, weight in enumerate(weights, start=1))
    rest_logs = rest * (math.log(terms) + 1 / (exponent - 1))
    return (logs + rest_logs) / (sum(weights) + rest)
