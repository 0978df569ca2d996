with stream_events as (
    select * from {{ ref('stg_event_stream') }}
),

history_events as (
    select * from {{ ref('stg_event_history') }}
),

all_events as (
    select * from stream_events
    union all
    select * from history_events
),

numbered as (
    select
        *,
        row_number() over (
            partition by event_id
            order by appended_at asc, topic asc, topic_partition asc, topic_offset asc
        ) as copy_number,
        -- The same row twice in one file: another event, and marked as such.
        row_number() over (
            partition by
                replay_id, source_occurred_at, event_type, product_id, user_id, user_session, price
            order by topic_offset asc, event_id asc
        ) as row_number_in_file
    from all_events
),

events_deduplicated as (
    select
        * except (copy_number, row_number_in_file),
        event_source = 'history' and row_number_in_file > 1 as is_repeated_row
    from numbered
    where copy_number = 1
)

select * from events_deduplicated
