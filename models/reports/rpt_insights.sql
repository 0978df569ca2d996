{% set topics = {
    'int_insights_on_conversion': "'conversion'",
    'int_insights_on_champions': "'conversion'",
    'int_insights_on_leaders': "'revenue'",
    'int_insights_on_days': "'revenue'",
    'int_insights_on_behaviour': "if(insight = 'abandoned_carts', 'carts', 'behaviour')",
    'int_insights_on_quality': "'quality'",
} %}

with findings as (
    {% for model, topic in topics.items() %}
    select
        {{ topic }} as topic,
        *
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
