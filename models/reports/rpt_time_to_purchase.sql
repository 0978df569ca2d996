{% set percentiles = ['p25', 'p50', 'p75', 'p90', 'p99'] %}

with steps as (
    select * from {{ ref('int_session_product_steps') }}
),

step_names as (
    select
        step_position,
        step
    from
        values (1, 'view_to_cart'), (2, 'cart_to_purchase'), (3, 'view_to_purchase')
            as step_names (step_position, step)
),

times_unpivoted as (
    select
        inline(array(
            struct(
                'view_to_cart' as step,
                unix_seconds(carted_after_view_at) - unix_seconds(first_viewed_at) as seconds
            ),
            struct(
                'cart_to_purchase' as step,
                unix_seconds(purchased_after_cart_at) - unix_seconds(first_carted_at) as seconds
            ),
            struct(
                'view_to_purchase' as step,
                unix_seconds(purchased_after_view_at) - unix_seconds(first_viewed_at) as seconds
            )
        ))
    from steps
),

-- Exact percentiles: few products of few sessions come so far.
steps_measured as (
    select
        step,
        count(*) as pair_count,
        sum(seconds) as total_seconds,
        percentile(seconds, array(0.25, 0.5, 0.75, 0.9, 0.99)) as percentile_seconds,
        max(seconds) as longest_seconds
    from times_unpivoted
    where seconds is not null
    group by 1
),

times as (
    select
        step_names.step_position,
        step_names.step,
        coalesce(steps_measured.pair_count, 0) as pair_count,
        {{ average('steps_measured.total_seconds', 'steps_measured.pair_count') }}
            as mean_seconds,
        {% for percentile in percentiles %}
        cast(steps_measured.percentile_seconds[{{ loop.index0 }}] as decimal(20, 2))
            as {{ percentile }}_seconds,
        {% endfor %}
        steps_measured.longest_seconds
    from step_names
    left join steps_measured
        on step_names.step = steps_measured.step
)

select * from times
