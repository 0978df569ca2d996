with windows as (
    select * from {{ ref('stg_window_metrics') }}
    where dimension = 'all'
),

windows_recounted as (
    select * from {{ ref('int_windows_recounted') }}
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
        coalesce(windows_recounted.late_candidate_count, 0) as late_candidate_count,
        max(greatest(windows.window_started_at, windows_recounted.newest_occurred_at)) over ()
            as newest_at
    from windows
    full outer join windows_recounted
        on windows.window_started_at = windows_recounted.window_started_at
),

explained as (
    select
        * except (newest_at),
        kept_count - streamed_count as missing_count,
        case
            when kept_count = streamed_count and kept_value = streamed_value then 'equal'
            when
                kept_count > streamed_count
                and kept_count - streamed_count <= late_candidate_count
                then 'late'
            when
                streamed_count > kept_count
                and streamed_count - kept_count <= repeat_count
                then 'repeated'
            -- As many came too late as were counted again: only the values tell.
            when
                kept_count = streamed_count
                and least(late_candidate_count, repeat_count) > 0
                then 'late'
            when window_started_at > newest_at - make_dt_interval(0, 0, 5) then 'pending'
            else 'unexplained'
        end as window_status
    from compared
)

select * from explained
