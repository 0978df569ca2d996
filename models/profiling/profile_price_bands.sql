with bands as (
    select
        band_order,
        price_band
    from values {{ price_bands() }} as bands (band_order, price_band)
),

events as (
    select * from {{ ref('int_business_events') }}
),

bands_counted as (
    select
        price_band,
        count(*) as event_count,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'cart') as cart_count,
        count_if(event_type = 'purchase') as purchase_count,
        sum(if(event_type = 'purchase', price, 0)) as revenue,
        min(price) as lowest_price,
        max(price) as highest_price,
        sum(price) as total_value
    from events
    group by 1
),

-- Products by their newest price, so that each is in one band.
products_counted as (
    select
        price_band,
        count(*) as product_count
    from {{ ref('dim_products') }}
    group by 1
),

profiles as (
    select
        bands.band_order,
        bands.price_band,
        coalesce(products_counted.product_count, 0) as product_count,
        coalesce(bands_counted.event_count, 0) as event_count,
        {{ rate(
            'coalesce(bands_counted.event_count, 0)',
            '(sum(coalesce(bands_counted.event_count, 0)) over ())'
        ) }} as event_share,
        coalesce(bands_counted.view_count, 0) as view_count,
        coalesce(bands_counted.cart_count, 0) as cart_count,
        coalesce(bands_counted.purchase_count, 0) as purchase_count,
        cast(coalesce(bands_counted.revenue, 0) as decimal(20, 2)) as revenue,
        bands_counted.lowest_price,
        bands_counted.highest_price,
        {{ average('bands_counted.total_value', 'bands_counted.event_count', 4) }} as mean_price
    from bands
    left join bands_counted on bands.price_band = bands_counted.price_band
    left join products_counted on bands.price_band = products_counted.price_band
)

select * from profiles
