with source_events as (
    select * from {{ source('raw', 'event_stream') }}
),

renamed as (
    select
        -- ids
        event_id,
        product_id,
        category_id,
        user_id,
        user_session,
        replay_id,

        -- strings
        event_type,
        category_code,
        coalesce(nullif(substring_index(category_code, '.', 1), ''), 'uncategorized')
            as category,
        brand,
        event_source,
        replay_mode,
        topic,
        extra as unknown_fields,

        -- numerics
        price,
        partition as topic_partition,
        offset as topic_offset,

        -- booleans
        price = 0 as has_zero_price,

        -- dates
        to_date(event_time) as event_date,

        -- timestamps
        event_time as occurred_at,
        source_event_time as source_occurred_at,
        produced_at,
        appended_at,
        ingested_at
    from source_events
)

select * from renamed
