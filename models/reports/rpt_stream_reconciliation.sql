{% set watermark = env_var('STREAM_WATERMARK_SECONDS', '10') %}
{% set window = env_var('STREAM_WINDOW_SECONDS', '2') %}

with windows as (
    select * from {{ ref('stg_window_metrics') }}
    where dimension = 'all'
),

events as (
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
        count_if(may_be_late) as late_candidate_count
    from copies_numbered
    group by 1
),

compared as (
    select
        coalesce(windows.window_started_at, windows_recounted.window_started_at)
            as window_started_at,
        coalesce(
            windows.view_count + windows.cart_count + windows.purchase_count
            + windows.remove_count,
            0
        ) as streamed_count,
        coalesce(windows_recounted.kept_count, 0) as kept_count,
        cast(coalesce(windows.total_value, 0) as decimal(20, 2)) as streamed_value,
        cast(coalesce(windows_recounted.kept_value, 0) as decimal(20, 2)) as kept_value,
        coalesce(windows_recounted.repeat_count, 0) as repeat_count,
        coalesce(windows_recounted.late_candidate_count, 0) as late_candidate_count
    from windows
    full outer join windows_recounted
        on windows.window_started_at = windows_recounted.window_started_at
),

newest as (
    select
        greatest(
            (select max(windows.window_started_at) as newest_window from windows),
            (select max(newest_before) as newest_event from event_times)
        ) as newest_at
),

explained as (
    select
        compared.*,
        compared.kept_count - compared.streamed_count as missing_count,
        case
            when
                compared.kept_count = compared.streamed_count
                and compared.kept_value = compared.streamed_value
                then 'equal'
            when
                compared.kept_count > compared.streamed_count
                and compared.kept_count - compared.streamed_count
                <= compared.late_candidate_count
                then 'late'
            when
                compared.streamed_count > compared.kept_count
                and compared.streamed_count - compared.kept_count <= compared.repeat_count
                then 'repeated'
            when
                compared.window_started_at
                > newest.newest_at - make_dt_interval(0, 0, 5)
                then 'pending'
            else 'unexplained'
        end as window_status
    from compared
    cross join newest
)

select * from explained
