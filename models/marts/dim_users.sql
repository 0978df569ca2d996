{# Merge by user: an incremental run makes every user again who has a new event. #}
{{ config(materialized='incremental', incremental_strategy='merge', unique_key='user_id') }}

with sessions as (
    select events.*
    from {{ ref('fct_sessions') }} as events
    {{ of_touched_users(ref('fct_sessions')) }}
),

visits as (
    select events.*
    from {{ ref('int_visits') }} as events
    {{ of_touched_users(ref('fct_sessions')) }}
),

visits_counted as (
    select
        user_id,
        count(*) as visit_count
    from visits
    group by 1
),

users_gathered as (
    select
        user_id,
        count(*) as session_count,
        count_if(has_purchase) as buying_session_count,
        sum(event_count) as event_count,
        sum(view_count) as view_count,
        sum(cart_count) as cart_count,
        sum(purchase_count) as purchase_count,
        sum(removal_count) as removal_count,
        cast(sum(revenue) as decimal(20, 2)) as revenue,
        min(started_at) as first_seen_at,
        max(ended_at) as last_seen_at,
        min(first_viewed_at) as first_viewed_at,
        flatten(array_agg(carted_at)) as carted_at,
        flatten(array_agg(purchased_at)) as purchased_at,
        max(added_at) as added_at
    from sessions
    group by 1
),

steps_ordered as (
    select
        *,
        array_min(filter(carted_at, step_at -> step_at >= first_viewed_at))
            as carted_after_view_at
    from users_gathered
),

users as (
    select
        steps_ordered.* except (carted_at, purchased_at),
        visits_counted.visit_count,
        steps_ordered.purchase_count > 0 as is_customer,
        array_min(
            filter(
                steps_ordered.purchased_at,
                step_at -> step_at >= steps_ordered.carted_after_view_at
            )
        ) as purchased_after_cart_at
    from steps_ordered
    inner join visits_counted
        on steps_ordered.user_id = visits_counted.user_id
)

select * from users
