with events as (
    select
        *,
        coalesce(nullif(category_code, ''), 'uncategorized') as category_name
    from {{ ref('fct_events') }}
    where {{ is_business_event() }}
),

counted as (
    select
        category_name as category_code,
        count(*) as event_count,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'cart') as cart_count,
        count_if(event_type = 'purchase') as purchase_count,
        cast(
            coalesce(sum(case when event_type = 'purchase' then price end), 0) as decimal(20, 2)
        ) as revenue
    from events
    group by 1
),

rated as (
    select
        *,
        {{ rate('cart_count', 'view_count') }} as view_to_cart_rate,
        {{ rate('purchase_count', 'view_count') }} as view_to_purchase_rate,
        row_number() over (order by event_count desc, category_code asc) as event_rank
    from counted
)

select * from rated
