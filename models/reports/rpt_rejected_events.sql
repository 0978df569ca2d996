with rejected as (
    select
        'topic' as arrived_by,
        reason,
        date_trunc('hour', appended_at) as arrived_hour
    from {{ ref('stg_rejected_events') }}
    union all
    select
        'file' as arrived_by,
        reason,
        date_trunc('hour', appended_at) as arrived_hour
    from {{ ref('stg_rejected_history') }}
),

accepted as (
    select distinct
        'topic' as arrived_by,
        date_trunc('hour', appended_at) as arrived_hour
    from {{ ref('stg_event_stream') }}
    union all
    select distinct
        'file' as arrived_by,
        date_trunc('hour', appended_at) as arrived_hour
    from {{ ref('stg_event_history') }}
),

-- An hour in which all was well is a row of zeros, not a gap.
hours as (
    select * from accepted
    union
    select
        arrived_by,
        arrived_hour
    from rejected
),

reasons as (
    select reason
    from
        values ('too_large'), ('bad_text'), ('not_json'), ('missing_field'), ('unknown_event_type'),
        ('bad_event_time'), ('bad_price'), ('future_event_time')
            as known_reasons (reason)
    union
    select reason
    from rejected
),

rejected_counted as (
    select
        arrived_by,
        arrived_hour,
        reason,
        count(*) as rejected_count
    from rejected
    group by 1, 2, 3
),

counted as (
    select
        hours.arrived_by,
        hours.arrived_hour,
        reasons.reason,
        coalesce(rejected_counted.rejected_count, 0) as rejected_count
    from hours
    cross join reasons
    left join rejected_counted
        on
            hours.arrived_by = rejected_counted.arrived_by
            and hours.arrived_hour = rejected_counted.arrived_hour
            and reasons.reason = rejected_counted.reason
)

select * from counted
