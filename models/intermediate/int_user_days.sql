with sessions as (
    select * from {{ ref('fct_sessions') }}
),

days_gathered as (
    select
        user_id,
        session_date,
        max(has_view) as has_view,
        max(has_cart) as has_cart,
        max(has_purchase) as has_purchase,
        min(first_viewed_at) as first_viewed_at,
        flatten(array_agg(carted_at)) as carted_at,
        flatten(array_agg(purchased_at)) as purchased_at
    from sessions
    group by 1, 2
),

steps_ordered as (
    select
        *,
        array_min(filter(carted_at, step_at -> step_at >= first_viewed_at))
            as carted_after_view_at
    from days_gathered
),

user_days as (
    select
        * except (carted_at, purchased_at),
        array_min(filter(purchased_at, step_at -> step_at >= carted_after_view_at))
            as purchased_after_cart_at
    from steps_ordered
)

select * from user_days
