with events as (
    select * from {{ ref('int_business_events') }}
),

{{ performance_by('product_id') }},

{% set counts = 'session_count, buying_session_count, purchase_count, revenue' %}
candidates as (
    select
        'product' as level,
        product_id as name,
        {{ counts }}
    from performance
    union all
    select
        'brand' as level,
        brand as name,
        {{ counts }}
    from {{ ref('rpt_brand_performance', v=2) }}
    union all
    select
        'category' as level,
        category_code as name,
        {{ counts }}
    from {{ ref('rpt_category_performance', v=2) }}
    where category_code <> 'uncategorized'
),

-- Wilson's interval: it stays inside 0 to 100 per cent, also for few sessions.
estimated as (
    select
        *,
        buying_session_count / session_count as share,
        1.96D * 1.96D / session_count as z_squared_by_n
    from candidates
    where session_count >= {{ var('champion_min_sessions') }}
),

bounded as (
    select
        *,
        (share + z_squared_by_n / 2) / (1 + z_squared_by_n) as centre,
        sqrt(z_squared_by_n * (share * (1 - share) + z_squared_by_n / 4)) / (1 + z_squared_by_n)
            as half_width
    from estimated
),

rated as (
    select
        level,
        name,
        session_count,
        buying_session_count,
        purchase_count,
        revenue,
        {{ rate('buying_session_count', 'session_count') }} as session_conversion_rate,
        cast(round(100 * greatest(centre - half_width, 0), 2) as decimal(12, 2))
            as conversion_at_least,
        cast(round(100 * least(centre + half_width, 1), 2) as decimal(12, 2))
            as conversion_at_most
    from bounded
),

champions as (
    select
        *,
        row_number() over (
            partition by level
            order by conversion_at_least desc, session_count desc, name asc
        ) as champion_rank
    from rated
)

select * from champions
