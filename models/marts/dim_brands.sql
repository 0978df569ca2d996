with events as (
    select * from {{ ref('int_business_events') }}
),

brands as (
    select
        coalesce(brand, '(no brand)') as brand,
        count(distinct product_id) as product_count,
        count(*) as event_count,
        bool_or(brand is null) as is_unbranded,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from events
    group by 1
)

select * from brands
