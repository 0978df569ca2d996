with purchases as (
    select * from {{ ref('int_business_events') }}
    where event_type = 'purchase'
),

previous_seen as (
    select
        *,
        lag(occurred_at) over (
            partition by session_id
            order by occurred_at asc
        ) as previous_occurred_at
    from purchases
),

orders_numbered as (
    select
        * except (previous_occurred_at),
        -- Purchases of one burst are one order; a longer pause begins another.
        count_if(
            previous_occurred_at is null
            or occurred_at
            > previous_occurred_at + make_dt_interval(0, 0, 0, {{ var('order_gap_seconds') }})
        ) over (
            partition by session_id
            order by occurred_at asc
        ) as order_number
    from previous_seen
),

order_items as (
    select
        concat(session_id, '/', order_number) as order_id,
        *
    from orders_numbered
)

select * from order_items
