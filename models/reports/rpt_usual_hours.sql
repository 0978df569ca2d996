with hours_of_the_week as (
    select * from {{ ref('int_hours_of_the_week') }}
),

-- A history of less than a week: the same hour of its other days.
hours_of_the_day as (
    select
        hour_of_day,
        sum(hour_count) as hour_count,
        sum(view_count) as view_count,
        sum(purchase_count) as purchase_count,
        sum(revenue) as revenue
    from hours_of_the_week
    group by 1
),

-- The spans are those of the live page's filter.
wanted as (
    select
        weekdays.weekday_number,
        hours_of_a_day.hour_of_day,
        spans.time_span,
        spans.span_minutes
    from explode(sequence(1, 7)) as weekdays (weekday_number)
    cross join explode(sequence(0, 23)) as hours_of_a_day (hour_of_day)
    cross join
        values ('5 minutes', 5), ('15 minutes', 15), ('30 minutes', 30)
            as spans (time_span, span_minutes)
),

{% set measures = ['view_count', 'purchase_count', 'revenue'] %}
chosen as (
    select
        wanted.*,
        case
            when hours_of_the_week.hour_count is not null then 'same weekday'
            when hours_of_the_day.hour_count is not null then 'any day'
            else 'no history'
        end as basis,
        {% for measure in measures %}
        coalesce(hours_of_the_week.{{ measure }}, hours_of_the_day.{{ measure }}, 0)
            as {{ measure }},
        {% endfor %}
        coalesce(hours_of_the_week.hour_count, hours_of_the_day.hour_count, 0) as hour_count
    from wanted
    left join hours_of_the_week
        on
            wanted.weekday_number = hours_of_the_week.weekday_number
            and wanted.hour_of_day = hours_of_the_week.hour_of_day
    left join hours_of_the_day
        on wanted.hour_of_day = hours_of_the_day.hour_of_day
),

usual as (
    select
        weekday_number,
        hour_of_day,
        time_span,
        basis,
        hour_count,
        {{ average('view_count * span_minutes', 'hour_count * 60') }} as usual_view_count,
        {{ average('purchase_count * span_minutes', 'hour_count * 60') }} as usual_purchase_count,
        {{ average('revenue * span_minutes', 'hour_count * 60') }} as usual_revenue,
        {{ rate('purchase_count', 'view_count') }} as usual_conversion_rate
    from chosen
)

select * from usual
