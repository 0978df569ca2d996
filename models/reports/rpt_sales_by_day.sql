{# Sums only, so that a dashboard can filter by any of the four and add up what is left. #}
with events as (
    select
        event_date,
        price_band,
        event_type,
        price,
        coalesce(brand, '(no brand)') as brand,
        coalesce(category_code, 'uncategorized') as category_code
    from {{ ref('int_business_events') }}
),

counted as (
    select
        event_date,
        brand,
        category_code,
        price_band,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'cart') as cart_count,
        count_if(event_type = 'purchase') as purchase_count,
        count_if(event_type = 'remove_from_cart') as removal_count,
        cast(sum(if(event_type = 'purchase', price, 0)) as decimal(20, 2)) as revenue
    from events
    group by 1, 2, 3, 4
),

sales as (
    select
        event_date,
        brand,
        category_code,
        split(category_code, '[.]')[0] as level_1,
        coalesce(get(split(category_code, '[.]'), 1), '(none)') as level_2,
        coalesce(get(split(category_code, '[.]'), 2), '(none)') as level_3,
        price_band,
        view_count,
        cart_count,
        purchase_count,
        removal_count,
        revenue
    from counted
)

select * from sales
