{# Steps that happened at all, and in the order view, cart, purchase; equal times are in order. #}
{% set reached = {
    'any': ['count_if(has_view)', 'count_if(has_cart)', 'count_if(has_purchase)'],
    'strict': [
        'count_if(has_view)',
        'count_if(carted_after_view_at is not null)',
        'count_if(purchased_after_cart_at is not null)',
    ],
} %}
{# Of events in order at most as many as of the step before: a second cart needs a second view. #}
{% set carts = 'size(filter(carted_at, step_at -> step_at >= first_viewed_at))' %}
{% set purchases = 'size(filter(purchased_at, step_at -> step_at >= carted_after_view_at))' %}
{% set reached_by_events = {
    'any': ['sum(view_count)', 'sum(cart_count)', 'sum(purchase_count)'],
    'strict': [
        'sum(view_count)',
        'sum(least(view_count, ' ~ carts ~ '))',
        'sum(least(view_count, ' ~ carts ~ ', ' ~ purchases ~ '))',
    ],
} %}

with sessions as (
    select * from {{ ref('fct_sessions') }}
),

user_days as (
    select * from {{ ref('int_user_days') }}
),

users as (
    select
        *,
        view_count > 0 as has_view,
        cart_count > 0 as has_cart,
        purchase_count > 0 as has_purchase,
        cast(null as date) as session_date
    from {{ ref('dim_users') }}
),

units_counted as (
    {% for unit, relation, steps, grouping in [
        ('sessions', 'sessions', reached, 'grouping sets ((session_date), ())'),
        ('events', 'sessions', reached_by_events, 'grouping sets ((session_date), ())'),
        ('users', 'user_days', reached, 'session_date'),
        ('users', 'users', reached, 'session_date'),
    ] %}
    select
        coalesce(cast(session_date as string), 'all') as period,
        '{{ unit }}' as unit,
        session_date as funnel_date,
    {% for order in ['any', 'strict'] %}
    {{ steps[order][0] }} as {{ order }}_view_count,
    {{ steps[order][1] }} as {{ order }}_cart_count,
    {{ steps[order][2] }} as {{ order }}_purchase_count{{ ',' if not loop.last }}
    {% endfor %}
    from {{ relation }}
    group by {{ grouping }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from units_counted
