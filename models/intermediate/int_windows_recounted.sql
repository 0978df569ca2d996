{% set watermark = env_var('STREAM_WATERMARK_SECONDS', '10') %}
{% set window = env_var('STREAM_WINDOW_SECONDS', '2') %}

with events as (
    select * from {{ ref('stg_event_stream') }}
),

-- The greatest event time that was appended before: the watermark cannot be ahead of it.
event_times as (
    select
        *,
        max(occurred_at) over (
            order by appended_at asc
            range between unbounded preceding and current row
        ) as newest_before
    from events
),

copies_numbered as (
    select
        *,
        occurred_at <= newest_before - make_dt_interval(0, 0, 0, {{ watermark }}) as may_be_late,
        row_number() over (
            partition by event_id
            order by appended_at asc, topic_partition asc, topic_offset asc
        ) as copy_number
    from event_times
),

windows_recounted as (
    select
        timestamp_seconds(
            floor(unix_seconds(occurred_at) / {{ window }}) * {{ window }}
        ) as window_started_at,
        count_if(copy_number = 1) as kept_count,
        cast(sum(if(copy_number = 1, price, 0)) as decimal(20, 2)) as kept_value,
        count_if(copy_number > 1) as repeat_count,
        count_if(may_be_late) as late_candidate_count,
        max(occurred_at) as newest_occurred_at
    from copies_numbered
    group by 1
)

select * from windows_recounted
