with events as (
    select
        * except (category_code),
        coalesce(category_code, 'uncategorized') as category_code
    from {{ ref('int_business_events') }}
),

order_items as (
    select
        * except (category_code),
        coalesce(category_code, 'uncategorized') as category_code
    from {{ ref('int_order_items') }}
),

{{ performance_by('category_code') }},

orders_counted as (
    select
        category_code,
        count(distinct order_id) as order_count
    from order_items
    group by 1
),

rated as (
    select
        performance.category_code,
        split(performance.category_code, '[.]')[0] as level_1,
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
            order by performance.revenue desc, performance.category_code asc
        ) as revenue_rank
    from performance
    left join orders_counted
        on performance.category_code = orders_counted.category_code
)

select * from rated
