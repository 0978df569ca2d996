with funnel as (
    select * from {{ ref('rpt_funnel') }}
),

steps_unpivoted as (
    select
        period,
        unit,
        step_order,
        funnel_date,
        inline(array(
            struct(1 as step_position, 'Viewed' as step, view_count as reached_count),
            struct(2 as step_position, 'Put into a cart' as step, cart_count as reached_count),
            struct(3 as step_position, 'Bought' as step, purchase_count as reached_count)
        )) as (step_position, step, reached_count)
    from funnel
)

select * from steps_unpivoted
