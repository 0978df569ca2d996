with reports as (
    select
        brand as name,
        revenue
    from {{ ref('rpt_brand_performance') }}
    union all
    select
        category_code as name,
        revenue
    from {{ ref('rpt_category_performance') }}
)

select * from reports
where revenue < 0
