with events as (
    select * from {{ ref('int_business_events') }}
),

products_gathered as (
    select
        product_id,
        -- What the newest event says; of two in one second the greater event_id.
        max_by(
            struct(category_id, category_code, brand, price, price_band),
            struct(occurred_at, event_id)
        ) as newest,
        count(*) as event_count,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'cart') as cart_count,
        count_if(event_type = 'purchase') as purchase_count,
        cast(sum(if(event_type = 'purchase', price, 0)) as decimal(20, 2)) as revenue,
        min(price) as lowest_price,
        max(price) as highest_price,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from events
    group by 1
),

products as (
    select
        product_id,
        newest['category_id'] as category_id,
        coalesce(newest['category_code'], 'uncategorized') as category_code,
        coalesce(newest['brand'], '(no brand)') as brand,
        newest['price_band'] as price_band,
        newest['price'] as price,
        lowest_price,
        highest_price,
        event_count,
        view_count,
        cart_count,
        purchase_count,
        revenue,
        newest['brand'] is null as is_unbranded,
        newest['category_code'] is null as is_uncategorized,
        first_seen_at,
        last_seen_at
    from products_gathered
)

select * from products
