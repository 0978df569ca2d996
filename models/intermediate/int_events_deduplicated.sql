{# Append, not merge: of two copies of an event the first one stays, however late the second comes.
   An incremental run reads rows that were ingested after the newest one here minus lookback_hours;
   rows that were committed later than that are found by a full refresh. #}
{{ config(materialized='incremental', incremental_strategy='append') }}

with all_events as (
    select * from {{ ref('stg_event_stream') }}
    union all
    select * from {{ ref('stg_event_history') }}
),

new_events as (
    select all_events.*
    from all_events
    {% if is_incremental() %}
    left anti join {{ this }} as kept
        on all_events.event_id = kept.event_id
    where all_events.ingested_at > {{ since_ingested() }}
    {% endif %}
),

numbered as (
    select
        *,
        row_number() over (
            partition by event_id
            order by appended_at asc, topic asc, topic_partition asc, topic_offset asc
        ) as copy_number
    from new_events
),

-- The same row twice in one file: another event, and marked as such. A file is loaded at once.
copies_marked as (
    select
        * except (copy_number),
        cast(
            if(
                event_source = 'history',
                row_number() over (
                    partition by
                        event_source, replay_id, source_occurred_at, event_type, product_id,
                        category_id, category_code, brand, price, user_id, user_session
                    order by topic_offset asc, event_id asc
                ),
                1
            ) as int
        ) as row_copy_number
    from numbered
    where copy_number = 1
),

events_deduplicated as (
    select
        *,
        row_copy_number > 1 as is_repeated_row,
        timestamp '{{ run_started_at }}' as added_at
    from copies_marked
)

select * from events_deduplicated
