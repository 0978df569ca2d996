with events as (
    select * from {{ ref('int_business_events') }}
),

bounds as (
    select
        date_trunc('hour', min(occurred_at)) as first_hour,
        date_trunc('hour', max(occurred_at)) as newest_hour
    from events
),

-- The last 672 whole hours before the newest event's: each hour of the week four times at most.
hours as (
    select
        explode(
            filter(
                sequence(
                    newest_hour - make_dt_interval(28),
                    newest_hour - make_dt_interval(0, 1),
                    make_dt_interval(0, 1)
                ),
                one_hour -> one_hour >= first_hour
            )
        ) as hour_started_at
    from bounds
),

hours_counted as (
    select
        date_trunc('hour', occurred_at) as hour_started_at,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'purchase') as purchase_count,
        cast(sum(if(event_type = 'purchase', price, 0)) as decimal(20, 2)) as revenue
    from events
    group by 1
),

hours_of_the_week as (
    select
        cast(weekday(hours.hour_started_at) + 1 as int) as weekday_number,
        hour(hours.hour_started_at) as hour_of_day,
        count(*) as hour_count,
        coalesce(sum(hours_counted.view_count), 0) as view_count,
        coalesce(sum(hours_counted.purchase_count), 0) as purchase_count,
        coalesce(sum(hours_counted.revenue), 0) as revenue
    from hours
    left join hours_counted on hours.hour_started_at = hours_counted.hour_started_at
    group by 1, 2
)

select * from hours_of_the_week
