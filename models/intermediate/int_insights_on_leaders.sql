with brands as (
    select * from {{ ref('rpt_brand_performance', v=2) }}
    where revenue_rank = 1 and revenue > 0
),

categories as (
    select
        *,
        row_number() over (order by revenue_rank asc) as place
    from {{ ref('rpt_category_performance', v=2) }}
    where category_code <> 'uncategorized' and revenue > 0
),

findings as (
    select
        60 as insight_order,
        'top_brand' as insight,
        concat(
            brand, ' earns most: ', {{ words('revenue', 2) }}, ', ',
            {{ words('revenue_share', 2) }}, ' % of the revenue of all brands.'
        ) as finding,
        brand as subject,
        revenue as main_value,
        cast(revenue_share as decimal(20, 2)) as compared_value
    from brands
    union all
    select
        70 as insight_order,
        'top_category' as insight,
        concat(
            category_code, ' is the category that earns most: ', {{ words('revenue', 2) }}, ', ',
            {{ words('revenue_share', 2) }}, ' % of all revenue.'
        ) as finding,
        category_code as subject,
        revenue as main_value,
        revenue_share as compared_value
    from categories
    where place = 1
)

select * from findings
