with source_windows as (
    select * from {{ source('raw', 'window_metrics') }}
),

renamed as (
    select
        -- ids
        query_id,

        -- strings
        dimension,
        value as dimension_value,

        -- numerics
        batch_id,
        view_count,
        cart_count,
        purchase_count,
        remove_count,
        view_value,
        cart_value,
        purchase_value,
        total_value,
        avg_price as average_price,
        analytics_partition,
        analytics_offset,

        -- timestamps
        window_started_at,
        window_ended_at,
        batch_started_at,
        emitted_at
    from source_windows
)

select * from renamed
