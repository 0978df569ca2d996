with events as (
    select * from {{ ref('int_business_events') }}
),

hours_counted as (
    select
        event_date,
        hour(occurred_at) as hour_of_day,
        event_type,
        count(*) as event_count,
        cast(sum(if(event_type = 'purchase', price, 0)) as decimal(20, 2)) as revenue
    from events
    group by 1, 2, 3
),

activity as (
    select
        event_date,
        hour_of_day,
        event_type,
        cast(weekday(event_date) + 1 as int) as weekday_number,
        -- In the order of the week when it is sorted as text.
        concat(weekday(event_date) + 1, ' ', date_format(event_date, 'EEE')) as weekday_name,
        event_count,
        revenue
    from hours_counted
)

select * from activity
