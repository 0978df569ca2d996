with bounds as (
    select
        min(event_date) as first_date,
        max(event_date) as last_date
    from {{ ref('int_business_events') }}
),

-- Without events there is no day; explode of null gives no row.
days as (
    select explode(sequence(first_date, last_date, interval 1 day)) as calendar_date
    from bounds
),

dates as (
    select
        calendar_date,
        cast(year(calendar_date) as int) as year_number,
        cast(month(calendar_date) as int) as month_number,
        date_format(calendar_date, 'yyyy-MM') as year_month,
        cast(weekday(calendar_date) + 1 as int) as weekday_number,
        date_format(calendar_date, 'EEEE') as weekday_name,
        weekday(calendar_date) >= 5 as is_weekend,
        cast(date_trunc('week', calendar_date) as date) as week_started_on
    from days
)

select * from dates
