with event_ids as (
    select
        event_id,
        count(*) as copy_count
    from {{ ref('stg_event_stream') }}
    group by 1
),

repeated_messages as (
    select
        'repeated_event_id' as duplicate_kind,
        coalesce(sum(copy_count), 0) as row_count,
        coalesce(sum(copy_count - 1), 0) as duplicate_count,
        count_if(copy_count > 1) as group_count,
        coalesce(max(copy_count), 0) as largest_group
    from event_ids
),

-- Copies of a row are numbered from 1, so the seconds count the groups.
repeated_rows as (
    select
        'repeated_row' as duplicate_kind,
        count(*) as row_count,
        count_if(row_copy_number > 1) as duplicate_count,
        count_if(row_copy_number = 2) as group_count,
        cast(coalesce(max(row_copy_number), 0) as bigint) as largest_group
    from {{ ref('fct_events') }}
    where event_source = 'history'
),

kinds as (
    select * from repeated_messages
    union all
    select * from repeated_rows
),

rated as (
    select
        *,
        {{ rate('duplicate_count', 'row_count') }} as duplicate_rate
    from kinds
)

select * from rated
