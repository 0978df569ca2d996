with funnel as (
    select * from {{ ref('rpt_funnel') }}
    where period = 'all' and unit = 'sessions' and step_order = 'strict' and view_count > 0
),

outcomes as (
    select
        max(if(outcome = 'bought', session_count, null)) as bought_count,
        max(if(outcome = 'bought', session_share, null)) as bought_share,
        sum(session_count) as session_count
    from {{ ref('rpt_session_outcomes') }}
),

findings as (
    select
        10 as insight_order,
        'session_conversion' as insight,
        concat(
            {{ words('bought_share', 2) }}, ' % of ', {{ words('session_count') }},
            ' sessions end with a purchase.'
        ) as finding,
        cast(null as string) as subject,
        cast(bought_share as decimal(20, 2)) as main_value,
        cast(session_count as decimal(20, 2)) as compared_value
    from outcomes
    where session_count > 0
    union all
    select
        20 as insight_order,
        'strict_funnel' as insight,
        concat(
            'Of 100 sessions that view, ', {{ words('view_to_cart_rate', 2) }},
            ' put something into a cart afterwards and ',
            {{ words('view_to_purchase_rate', 2) }}, ' then buy.'
        ) as finding,
        null as subject,
        view_to_cart_rate as main_value,
        view_to_purchase_rate as compared_value
    from funnel
)

select * from findings
