with bands as (
    select
        band_order,
        price_band
    from values {{ price_bands() }} as bands (band_order, price_band)
),

events as (
    select * from {{ ref('int_business_events') }}
),

{{ performance_by('price_band') }},

rated as (
    select
        bands.band_order,
        bands.price_band,
        coalesce(performance.session_count, 0) as session_count,
        coalesce(performance.viewing_session_count, 0) as viewing_session_count,
        coalesce(performance.cart_session_count, 0) as cart_session_count,
        coalesce(performance.buying_session_count, 0) as buying_session_count,
        coalesce(performance.user_count, 0) as user_count,
        coalesce(performance.buying_user_count, 0) as buying_user_count,
        coalesce(performance.purchase_count, 0) as purchase_count,
        cast(coalesce(performance.revenue, 0) as decimal(20, 2)) as revenue,
        {{ share_of_all('coalesce(performance.revenue, 0)') }} as revenue_share,
        {{ rate('performance.buying_session_count', 'performance.session_count') }}
            as session_conversion_rate
    from bands
    left join performance
        on bands.price_band = performance.price_band
)

select * from rated
