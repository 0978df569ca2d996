-- The same sessions and carts in the facts, in the funnel and in the reports that count them.
with sessions as (
    select
        count(*) as session_count,
        count_if(has_cart) as cart_count,
        count_if(has_purchase) as buying_count
    from {{ ref('fct_sessions') }}
),

outcomes as (
    select
        sum(session_count) as session_count,
        sum(if(outcome = 'bought', session_count, 0)) as buying_count
    from {{ ref('rpt_session_outcomes') }}
),

carts as (
    select count(*) as cart_count
    from {{ ref('fct_carts') }}
),

abandonment as (
    select coalesce(sum(cart_count), 0) as cart_count
    from {{ ref('rpt_cart_abandonment') }}
    where period <> 'all'
),

daily as (
    select
        coalesce(sum(session_count), 0) as session_count,
        coalesce(sum(buying_session_count), 0) as buying_count
    from {{ ref('fct_daily_metrics') }}
),

users as (
    select
        coalesce(sum(session_count), 0) as session_count,
        coalesce(sum(buying_session_count), 0) as buying_count
    from {{ ref('dim_users') }}
)

select sessions.*
from sessions
cross join outcomes
cross join carts
cross join abandonment
cross join daily
cross join users
where
    outcomes.session_count <> sessions.session_count
    or daily.session_count <> sessions.session_count
    or users.session_count <> sessions.session_count
    or outcomes.buying_count <> sessions.buying_count
    or daily.buying_count <> sessions.buying_count
    or users.buying_count <> sessions.buying_count
    or carts.cart_count <> sessions.cart_count
    or abandonment.cart_count <> sessions.cart_count
