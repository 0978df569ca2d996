with findings as (
    select
        'conversion' as topic,
        *
    from {{ ref('int_insights_on_conversion') }}
    union all
    select
        'revenue' as topic,
        *
    from {{ ref('int_insights_on_sales') }}
    union all
    select
        case insight
            when 'abandoned_carts' then 'carts'
            when 'weakest_column' then 'quality'
            else 'behaviour'
        end as topic,
        *
    from {{ ref('int_insights_on_behaviour') }}
),

insights as (
    select
        insight_order,
        insight,
        topic,
        finding,
        subject,
        cast(main_value as decimal(20, 2)) as main_value,
        cast(compared_value as decimal(20, 2)) as compared_value
    from findings
)

select * from insights
