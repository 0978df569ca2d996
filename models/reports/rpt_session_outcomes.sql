with outcome_names as (
    select
        outcome_position,
        outcome
    from
        values (1, 'bought'), (2, 'cart_left'), (3, 'browsed'), (4, 'one_event')
            as outcome_names (outcome_position, outcome)
),

sessions as (
    select
        *,
        case
            when has_purchase then 'bought'
            when has_cart then 'cart_left'
            when event_count > 1 then 'browsed'
            else 'one_event'
        end as outcome
    from {{ ref('fct_sessions') }}
),

outcomes_counted as (
    select
        outcome,
        count(*) as session_count,
        sum(event_count) as event_count,
        sum(duration_seconds) as total_seconds,
        sum(revenue) as revenue
    from sessions
    group by 1
),

outcomes as (
    select
        outcome_names.outcome_position,
        outcome_names.outcome,
        coalesce(outcomes_counted.session_count, 0) as session_count,
        {{ rate(
            'coalesce(outcomes_counted.session_count, 0)',
            '(sum(coalesce(outcomes_counted.session_count, 0)) over ())'
        ) }} as session_share,
        coalesce(outcomes_counted.event_count, 0) as event_count,
        {{ average('outcomes_counted.event_count', 'outcomes_counted.session_count') }}
            as events_per_session,
        {{ average('outcomes_counted.total_seconds', 'outcomes_counted.session_count') }}
            as seconds_per_session,
        cast(coalesce(outcomes_counted.revenue, 0) as decimal(20, 2)) as revenue
    from outcome_names
    left join outcomes_counted
        on outcome_names.outcome = outcomes_counted.outcome
)

select * from outcomes
