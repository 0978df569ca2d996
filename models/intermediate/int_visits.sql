with events as (
    select * from {{ ref('int_business_events') }}
),

previous_seen as (
    select
        user_id,
        event_type,
        occurred_at,
        lag(occurred_at) over (
            partition by user_id
            order by occurred_at asc
        ) as previous_occurred_at
    from events
),

visits_numbered as (
    select
        *,
        -- Silence of more than visit_gap_minutes begins another visit.
        count_if(
            previous_occurred_at is null
            or occurred_at
            > previous_occurred_at + make_dt_interval(0, 0, {{ var('visit_gap_minutes') }})
        ) over (
            partition by user_id
            order by occurred_at asc
        ) as visit_number
    from previous_seen
),

visits as (
    select
        user_id,
        visit_number,
        count(*) as event_count,
        count_if(event_type = 'purchase') as purchase_count,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from visits_numbered
    group by 1, 2
)

select * from visits
