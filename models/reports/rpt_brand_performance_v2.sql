with events as (
    select * from {{ ref('int_business_events') }}
),

order_items as (
    select * from {{ ref('int_order_items') }}
),

{{ performance_by('brand') }},

orders_counted as (
    select
        brand,
        count(distinct order_id) as order_count
    from order_items
    group by 1
),

rated as (
    select
        performance.brand,
        performance.session_count,
        performance.viewing_session_count,
        performance.cart_session_count,
        performance.buying_session_count,
        performance.user_count,
        performance.buying_user_count,
        coalesce(orders_counted.order_count, 0) as order_count,
        performance.purchase_count,
        performance.revenue,
        {{ share_of_all('performance.revenue') }} as revenue_share,
        {{ average('performance.revenue', 'orders_counted.order_count') }}
            as average_order_value,
        {{ rate('performance.buying_session_count', 'performance.session_count') }}
            as session_conversion_rate,
        {{ rate('performance.buying_user_count', 'performance.user_count') }}
            as user_conversion_rate,
        row_number() over (
            order by performance.revenue desc, performance.brand asc
        ) as revenue_rank
    from performance
    left join orders_counted
        on performance.brand = orders_counted.brand
)

select * from rated
