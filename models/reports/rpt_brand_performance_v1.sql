with events as (
    select * from {{ ref('fct_events') }}
    where {{ is_business_event() }} and nullif(brand, '') is not null
),

counted as (
    select
        brand,
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
        row_number() over (order by revenue desc, brand asc) as revenue_rank
    from counted
)

select * from rated
