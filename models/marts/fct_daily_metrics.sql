with dates as (
    select * from {{ ref('dim_dates') }}
),

events_counted as (
    select * from {{ ref('int_event_days') }}
),

sessions_counted as (
    select
        session_date,
        count(*) as session_count,
        count_if(has_purchase) as buying_session_count
    from {{ ref('fct_sessions') }}
    group by 1
),

orders_counted as (
    select
        order_date,
        count(*) as order_count,
        sum(revenue) as order_revenue
    from {{ ref('fct_orders') }}
    group by 1
),

daily_metrics as (
    select
        dates.calendar_date as metric_date,
        coalesce(events_counted.event_count, 0) as event_count,
        coalesce(events_counted.view_count, 0) as view_count,
        coalesce(events_counted.cart_count, 0) as cart_count,
        coalesce(events_counted.purchase_count, 0) as purchase_count,
        coalesce(events_counted.removal_count, 0) as removal_count,
        coalesce(events_counted.user_count, 0) as user_count,
        coalesce(events_counted.buying_user_count, 0) as buying_user_count,
        coalesce(sessions_counted.session_count, 0) as session_count,
        coalesce(sessions_counted.buying_session_count, 0) as buying_session_count,
        coalesce(orders_counted.order_count, 0) as order_count,
        cast(coalesce(events_counted.revenue, 0) as decimal(20, 2)) as revenue,
        {{ average('orders_counted.order_revenue', 'orders_counted.order_count') }}
            as average_order_value,
        {{ rate('sessions_counted.buying_session_count', 'sessions_counted.session_count') }}
            as session_conversion_rate
    from dates
    left join events_counted on dates.calendar_date = events_counted.event_date
    left join sessions_counted on dates.calendar_date = sessions_counted.session_date
    left join orders_counted on dates.calendar_date = orders_counted.order_date
)

select * from daily_metrics
