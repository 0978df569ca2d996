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

champions as (
    select * from {{ ref('rpt_conversion_champions') }}
    where champion_rank = 1 and level <> 'product'
),

bands as (
    select
        *,
        row_number() over (
            order by session_conversion_rate desc, band_order asc
        ) as conversion_rank
    from {{ ref('rpt_price_band_conversion') }}
    where session_count >= {{ var('champion_min_sessions') }}
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
    union all
    select
        if(level = 'brand', 30, 40) as insight_order,
        concat('champion_', level) as insight,
        concat(
            'The ', level, ' that converts best is ', name, ': ',
            {{ words('session_conversion_rate', 2) }}, ' % of ', {{ words('session_count') }},
            ' sessions buy, and at least ', {{ words('conversion_at_least', 2) }},
            ' % with 95 % confidence.'
        ) as finding,
        name as subject,
        session_conversion_rate as main_value,
        conversion_at_least as compared_value
    from champions
    union all
    select
        50 as insight_order,
        'best_price_band' as insight,
        concat(
            'Prices of ', price_band, ' convert best: ', {{ words('session_conversion_rate', 2) }},
            ' % of ', {{ words('session_count') }}, ' sessions.'
        ) as finding,
        price_band as subject,
        session_conversion_rate as main_value,
        session_count as compared_value
    from bands
    where conversion_rank = 1
)

select * from findings
