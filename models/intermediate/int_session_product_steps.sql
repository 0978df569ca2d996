{# A table: carts and times to purchase both read it. #}
{{ config(materialized='table') }}

with events as (
    select * from {{ ref('int_business_events') }}
),

-- Nine sessions of ten only look: they have no step to time.
acting_sessions as (
    select session_id
    from {{ ref('fct_sessions') }}
    where cart_count + purchase_count + removal_count > 0
),

steps_gathered as (
    select
        events.session_id,
        events.product_id,
        any_value(events.user_id) as user_id,
        count_if(events.event_type = 'view') as view_count,
        count_if(events.event_type = 'cart') as cart_count,
        count_if(events.event_type = 'purchase') as purchase_count,
        cast(sum(if(events.event_type = 'cart', events.price, 0)) as decimal(20, 2))
            as added_value,
        min(if(events.event_type = 'view', events.occurred_at, null)) as first_viewed_at,
        min(if(events.event_type = 'cart', events.occurred_at, null)) as first_carted_at,
        array_agg(if(events.event_type = 'cart', events.occurred_at, null)) as carted_at,
        array_agg(if(events.event_type = 'purchase', events.occurred_at, null)) as purchased_at,
        -- At equal times it was put in first.
        array_sort(array_agg(case events.event_type
            when 'cart' then struct(events.occurred_at as step_at, 0 as is_removal)
            when 'remove_from_cart' then struct(events.occurred_at as step_at, 1 as is_removal)
        end)) as changes
    from events
    left semi join acting_sessions
        on events.session_id = acting_sessions.session_id
    group by 1, 2
),

steps_ordered as (
    select
        session_id,
        product_id,
        user_id,
        view_count,
        cart_count,
        purchase_count,
        -- Taken out: only what was put in before.
        cast(size(filter(
            changes, change -> change.is_removal = 1 and change.step_at >= first_carted_at
        )) as bigint) as removed_count,
        aggregate(changes, 0L, (held, change) -> greatest(held + 1 - 2 * change.is_removal, 0L))
            as left_count,
        added_value,
        first_viewed_at,
        first_carted_at,
        array_min(filter(carted_at, step_at -> step_at >= first_viewed_at))
            as carted_after_view_at,
        array_min(filter(purchased_at, step_at -> step_at >= first_viewed_at))
            as purchased_after_view_at,
        array_min(filter(purchased_at, step_at -> step_at >= first_carted_at))
            as purchased_after_cart_at
    from steps_gathered
)

select * from steps_ordered
