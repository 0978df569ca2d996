with source_rows as (
    select * from {{ source('raw', 'rejected_event') }}
),

renamed as (
    select
        -- strings
        reason,
        topic,
        value_sha256,

        -- numerics
        partition as topic_partition,
        offset as topic_offset,
        value_length,

        -- bytes
        value,
        key,

        -- timestamps
        appended_at,
        ingested_at
    from source_rows
)

select * from renamed
