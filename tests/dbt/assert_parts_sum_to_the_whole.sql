-- Every way to cut the business events has all of them: events, sessions, users and money.
{% set events_by_type = 'view_count + cart_count + purchase_count + removal_count' %}
{% set purchased = "if(event_type = 'purchase', total_value, 0)" %}
{# Model, version, the events of a row (none: it does not count them) and their money. #}
{% set parts = [
    ('fct_sessions', none, 'event_count', 'revenue'),
    ('dim_users', none, 'event_count', 'revenue'),
    ('dim_products', none, 'event_count', 'revenue'),
    ('fct_daily_metrics', none, 'event_count', 'revenue'),
    ('fct_orders', none, none, 'revenue'),
    ('profile_event_types', none, 'event_count', purchased),
    ('profile_price_bands', none, 'event_count', 'revenue'),
    ('rpt_session_outcomes', none, 'event_count', 'revenue'),
    ('rpt_category_performance', 2, none, 'revenue'),
    ('rpt_price_band_conversion', none, none, 'revenue'),
    ('rpt_sales_by_day', none, events_by_type, 'revenue'),
    ('rpt_activity_by_hour', none, 'event_count', 'revenue'),
] %}

with whole as (
    select
        count(*) as event_count,
        coalesce(sum(if(event_type = 'purchase', price, 0)), 0) as revenue
    from {{ ref('int_business_events') }}
),

parts as (
    {% for model, version, events, money in parts %}
    select
        '{{ model }}' as part,
        {{ 'coalesce(sum(' ~ events ~ '), 0)' if events else 'null' }} as event_count,
        coalesce(sum({{ money }}), 0) as revenue
    from {{ ref(model, v=version) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select parts.*
from parts
cross join whole
where
    parts.revenue <> whole.revenue
    or parts.event_count <> whole.event_count
