with order_items as (
    select * from {{ ref('int_order_items') }}
),

orders as (
    select
        order_id,
        any_value(session_id) as session_id,
        any_value(user_id) as user_id,
        any_value(order_number) as order_number,
        count(*) as item_count,
        count(distinct product_id) as product_count,
        cast(sum(price) as decimal(20, 2)) as revenue,
        min(occurred_at) as ordered_at,
        max(occurred_at) as last_item_at,
        to_date(min(occurred_at)) as order_date
    from order_items
    group by 1
)

select * from orders
