{# Merge by session: an incremental run makes the sessions of a user with a new event again. #}
{{ config(materialized='incremental', incremental_strategy='merge', unique_key='session_id') }}

with events as (
    select events.*
    from {{ ref('int_business_events') }} as events
    {{ of_touched_users(ref('int_business_events')) }}
),

sessions_gathered as (
    select
        session_id,
        any_value(user_id) as user_id,
        any_value(user_session) as user_session,
        count(*) as event_count,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'cart') as cart_count,
        count_if(event_type = 'purchase') as purchase_count,
        count_if(event_type = 'remove_from_cart') as removal_count,
        cast(sum(if(event_type = 'purchase', price, 0)) as decimal(20, 2)) as revenue,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        min(if(event_type = 'view', occurred_at, null)) as first_viewed_at,
        -- Few events are carts or purchases, so the lists are short.
        array_sort(array_agg(if(event_type = 'cart', occurred_at, null))) as carted_at,
        array_sort(array_agg(if(event_type = 'purchase', occurred_at, null))) as purchased_at,
        max(added_at) as added_at
    from events
    group by 1
),

steps_ordered as (
    select
        *,
        get(filter(carted_at, step_at -> step_at >= first_viewed_at), 0) as carted_after_view_at
    from sessions_gathered
),

sessions as (
    select
        session_id,
        user_id,
        user_session,
        event_count,
        view_count,
        cart_count,
        purchase_count,
        removal_count,
        revenue,
        unix_seconds(ended_at) - unix_seconds(started_at) as duration_seconds,
        view_count > 0 as has_view,
        cart_count > 0 as has_cart,
        purchase_count > 0 as has_purchase,
        started_at,
        ended_at,
        first_viewed_at,
        carted_after_view_at,
        get(filter(purchased_at, step_at -> step_at >= carted_after_view_at), 0)
            as purchased_after_cart_at,
        carted_at,
        purchased_at,
        added_at,
        to_date(started_at) as session_date
    from steps_ordered
)

select * from sessions
