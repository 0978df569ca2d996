-- Every business event is in exactly one category, and every branded one in exactly one brand.
with events as (
    select * from {{ ref('fct_events') }}
    where {{ is_business_event() }}
),

expected as (
    select
        count(*) as event_count,
        count_if(event_type = 'purchase') as purchase_count,
        coalesce(sum(if(event_type = 'purchase', price, 0)), 0) as revenue,
        count_if(event_type = 'view' and nullif(brand, '') is not null) as branded_view_count
    from events
),

categories as (
    select
        coalesce(sum(event_count), 0) as event_count,
        coalesce(sum(purchase_count), 0) as purchase_count,
        coalesce(sum(revenue), 0) as revenue
    from {{ ref('rpt_category_performance', v=1) }}
),

brands as (
    select coalesce(sum(view_count), 0) as branded_view_count
    from {{ ref('rpt_brand_performance', v=1) }}
)

select expected.*
from expected
cross join categories
cross join brands
where
    expected.event_count <> categories.event_count
    or expected.purchase_count <> categories.purchase_count
    or expected.revenue <> categories.revenue
    or expected.branded_view_count <> brands.branded_view_count
