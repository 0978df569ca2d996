with events as (
    select * from {{ ref('int_business_events') }}
),

categories_gathered as (
    select
        coalesce(category_code, 'uncategorized') as category_code,
        count(distinct product_id) as product_count,
        count(*) as event_count,
        bool_or(category_code is null) as is_uncategorized,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from events
    group by 1
),

levels_split as (
    select
        *,
        split(category_code, '[.]') as levels
    from categories_gathered
),

categories as (
    select
        category_code,
        levels[0] as level_1,
        get(levels, 1) as level_2,
        get(levels, 2) as level_3,
        get(levels, 3) as level_4,
        size(levels) as level_count,
        product_count,
        event_count,
        is_uncategorized,
        first_seen_at,
        last_seen_at
    from levels_split
)

select * from categories
