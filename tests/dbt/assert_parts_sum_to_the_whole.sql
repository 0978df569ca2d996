-- Every way to cut the business events has all of them: events, sessions, users and money.
with whole as (
    select
        count(*) as event_count,
        coalesce(sum(if(event_type = 'purchase', price, 0)), 0) as revenue
    from {{ ref('int_business_events') }}
),

parts as (
    select
        'fct_sessions' as part,
        sum(event_count) as event_count,
        sum(revenue) as revenue
    from {{ ref('fct_sessions') }}
    union all
    select
        'dim_users' as part,
        sum(event_count) as event_count,
        sum(revenue) as revenue
    from {{ ref('dim_users') }}
    union all
    select
        'dim_products' as part,
        sum(event_count) as event_count,
        sum(revenue) as revenue
    from {{ ref('dim_products') }}
    union all
    select
        'fct_daily_metrics' as part,
        sum(event_count) as event_count,
        sum(revenue) as revenue
    from {{ ref('fct_daily_metrics') }}
    union all
    select
        'profile_price_bands' as part,
        sum(event_count) as event_count,
        sum(revenue) as revenue
    from {{ ref('profile_price_bands') }}
    union all
    select
        'rpt_session_outcomes' as part,
        sum(event_count) as event_count,
        sum(revenue) as revenue
    from {{ ref('rpt_session_outcomes') }}
    union all
    select
        'fct_orders' as part,
        null as event_count,
        sum(revenue) as revenue
    from {{ ref('fct_orders') }}
    union all
    select
        'rpt_category_performance_v2' as part,
        null as event_count,
        sum(revenue) as revenue
    from {{ ref('rpt_category_performance', v=2) }}
)

select parts.*
from parts
cross join whole
where
    coalesce(parts.revenue, 0) <> whole.revenue
    or (
        parts.part not in ('fct_orders', 'rpt_category_performance_v2')
        and coalesce(parts.event_count, 0) <> whole.event_count
    )
