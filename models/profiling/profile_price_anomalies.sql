{# A price this many times the median of its category, or this part of it, is worth a look. #}
{% set far = 20 %}
{# The highest price of a product is so many times its lowest. #}
{% set jump = 10 %}

with products as (
    select * from {{ ref('dim_products') }}
),

medians as (
    select
        category_code,
        count(*) as product_count,
        cast(percentile(price, 0.5) as decimal(20, 4)) as category_median
    from products
    group by 1
),

compared as (
    select
        products.product_id,
        products.category_code,
        products.brand,
        products.price,
        products.lowest_price,
        products.highest_price,
        medians.category_median,
        array_compact(array(
            if(products.lowest_price = 0, 'zero_price', null),
            if(products.price > medians.category_median * {{ far }}, 'far_above_category', null),
            if(
                products.price > 0 and products.price * {{ far }} < medians.category_median,
                'far_below_category', null
            ),
            if(
                products.lowest_price > 0
                and products.highest_price >= products.lowest_price * {{ jump }},
                'price_jump', null
            )
        )) as anomalies
    from products
    inner join medians
        on products.category_code = medians.category_code
),

price_anomalies as (
    select
        product_id,
        explode(anomalies) as anomaly,
        category_code,
        brand,
        price,
        lowest_price,
        highest_price,
        category_median
    from compared
)

select * from price_anomalies
