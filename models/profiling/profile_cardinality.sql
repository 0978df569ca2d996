{# Exact, because a class must not depend on luck; keys of a table are counted in that table. #}
{% set counts = {
    'event_id': ('count(event_id)', 'int_business_events'),
    'event_type': ('count(distinct event_type)', 'int_business_events'),
    'product_id': ('count(*)', 'dim_products'),
    'category_id': ('count(distinct category_id)', 'int_business_events'),
    'category_code': ('count_if(not is_uncategorized)', 'dim_categories'),
    'brand': ('count_if(not is_unbranded)', 'dim_brands'),
    'price': ('count(distinct price)', 'int_business_events'),
    'user_id': ('count(*)', 'dim_users'),
    'user_session': ('count(distinct user_session)', 'fct_sessions'),
    'occurred_at': ('count(distinct occurred_at)', 'int_business_events'),
} %}

with events_counted as (
    select count(*) as row_count
    from {{ ref('int_business_events') }}
),

distinct_counted as (
    {% for column, (expression, model) in counts.items() %}
    select
        {{ loop.index }} as column_position,
        '{{ column }}' as column_name,
        {{ expression }} as distinct_count
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

classified as (
    select
        distinct_counted.column_position,
        distinct_counted.column_name,
        events_counted.row_count,
        distinct_counted.distinct_count,
        {{ rate('distinct_counted.distinct_count', 'events_counted.row_count') }}
            as distinct_share,
        case
            when distinct_counted.distinct_count <= 10 then 'very low'
            when distinct_counted.distinct_count <= 100 then 'low'
            when distinct_counted.distinct_count <= 1000 then 'medium'
            when distinct_counted.distinct_count <= 10000 then 'high'
            else 'very high'
        end as cardinality_class
    from distinct_counted
    cross join events_counted
)

select * from classified
