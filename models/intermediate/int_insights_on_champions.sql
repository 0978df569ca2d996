with champions as (
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
