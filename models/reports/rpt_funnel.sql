{# Steps that happened at all, and in the order view, cart, purchase; equal times are in order. #}
{% set reached = {
    'any': ['count_if(has_view)', 'count_if(has_cart)', 'count_if(has_purchase)'],
    'strict': [
        'count_if(has_view)',
        'count_if(carted_after_view_at is not null)',
        'count_if(purchased_after_cart_at is not null)',
    ],
} %}
{% set reached_by_events = {
    'any': ['sum(view_count)', 'sum(cart_count)', 'sum(purchase_count)'],
    'strict': [
        'sum(view_count)',
        'sum(size(filter(carted_at, step_at -> step_at >= first_viewed_at)))',
        'sum(size(filter(purchased_at, step_at -> step_at >= carted_after_view_at)))',
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

{% for unit, relation, steps, grouping in [
    ('sessions', 'sessions', reached, 'grouping sets ((session_date), ())'),
    ('events', 'sessions', reached_by_events, 'grouping sets ((session_date), ())'),
    ('users', 'user_days', reached, 'session_date'),
    ('users', 'users', reached, 'session_date'),
] %}
{{ unit }}_{{ relation }}_counted as (
    select
        '{{ unit }}' as unit,
        session_date as funnel_date,
    {% for order in ['any', 'strict'] %}
    {{ steps[order][0] }} as {{ order }}_views,
    {{ steps[order][1] }} as {{ order }}_carts,
    {{ steps[order][2] }} as {{ order }}_purchases{{ ',' if not loop.last }}
    {% endfor %}
    from {{ relation }}
    group by {{ grouping }}
),
{% endfor %}

units_counted as (
    select * from sessions_sessions_counted
    union all
    select * from events_sessions_counted
    union all
    select * from users_user_days_counted
    union all
    select * from users_users_counted
),

orders_unpivoted as (
    select
        coalesce(cast(funnel_date as string), 'all') as period,
        unit,
        funnel_date,
        inline(array(
            struct(
                'any' as step_order, any_views as view_count, any_carts as cart_count,
                any_purchases as purchase_count
            ),
            struct(
                'strict' as step_order, strict_views as view_count, strict_carts as cart_count,
                strict_purchases as purchase_count
            )
        )) as (step_order, view_count, cart_count, purchase_count)
    from units_counted
),

rated as (
    select
        period,
        unit,
        step_order,
        funnel_date,
        view_count,
        cart_count,
        purchase_count,
        {{ rate('cart_count', 'view_count') }} as view_to_cart_rate,
        {{ rate('purchase_count', 'cart_count') }} as cart_to_purchase_rate,
        {{ rate('purchase_count', 'view_count') }} as view_to_purchase_rate
    from orders_unpivoted
)

select * from rated
