with days as (
    select
        *,
        row_number() over (order by revenue desc, metric_date asc) as revenue_rank,
        datediff(max(metric_date) over (), metric_date) as days_ago
    from {{ ref('fct_daily_metrics') }}
),

-- Two whole weeks: a history of eight days has nothing to compare a week with.
weeks as (
    select
        sum(if(days_ago < 7, revenue, 0)) as last_week,
        sum(if(days_ago between 7 and 13, revenue, 0)) as week_before
    from days
    having max(days_ago) >= 13
),

orders as (
    select
        count(*) as order_count,
        sum(revenue) as revenue
    from {{ ref('fct_orders') }}
),

findings as (
    select
        80 as insight_order,
        'best_day' as insight,
        concat(
            'The best day was ', metric_date, ' with ', {{ words('revenue', 2) }}, ' from ',
            {{ words('order_count') }}, ' orders.'
        ) as finding,
        cast(metric_date as string) as subject,
        revenue as main_value,
        order_count as compared_value
    from days
    where revenue_rank = 1 and revenue > 0
    union all
    select
        90 as insight_order,
        'last_week' as insight,
        concat(
            'The last seven days brought ', {{ words('last_week', 2) }},
            ', the seven days before ', {{ words('week_before', 2) }}, '.'
        ) as finding,
        null as subject,
        last_week as main_value,
        week_before as compared_value
    from weeks
    where week_before > 0
    union all
    select
        100 as insight_order,
        'average_order' as insight,
        concat(
            'An order is worth ', {{ words(average('revenue', 'order_count'), 2) }},
            ' on average, over ', {{ words('order_count') }}, ' orders.'
        ) as finding,
        null as subject,
        {{ average('revenue', 'order_count') }} as main_value,
        order_count as compared_value
    from orders
    where order_count > 0
)

select * from findings
