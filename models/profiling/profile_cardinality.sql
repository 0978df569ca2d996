{# Exact, because a class must not depend on luck; keys of a table are counted in that table. #}
{% set counts = {
    'int_business_events': {
        'event_id': 'count(event_id)',
        'event_type': 'count(distinct event_type)',
        'category_id': 'count(distinct category_id)',
        'price': 'count(distinct price)',
        'occurred_at': 'count(distinct occurred_at)',
    },
    'dim_products': {'product_id': 'count(*)'},
    'dim_categories': {'category_code': 'count_if(not is_uncategorized)'},
    'dim_brands': {'brand': 'count_if(not is_unbranded)'},
    'dim_users': {'user_id': 'count(*)'},
    'fct_sessions': {'user_session': 'count(distinct user_session)'},
} %}
{% set columns = [
    'event_id', 'event_type', 'product_id', 'category_id', 'category_code', 'brand', 'price',
    'user_id', 'user_session', 'occurred_at',
] %}

-- One scan a table.
with
{% for model, expressions in counts.items() %}
{{ model }}_counted as (
    select
        {% for column, expression in expressions.items() %}
        {{ expression }} as {{ column }}_count,
        {% endfor %}
        count(*) as {{ model }}_rows
    from {{ ref(model) }}
),
{% endfor %}

tables_joined as (
    select
        {% for model in counts if model != 'int_business_events' %}
        {{ model }}_counted.*,
        {% endfor %}
        int_business_events_counted.*
    from int_business_events_counted
    {% for model in counts if model != 'int_business_events' %}
    cross join {{ model }}_counted
    {% endfor %}
),

distinct_counted as (
    select
        int_business_events_rows as row_count,
        inline(array(
            {% for column in columns %}
            struct(
                {{ loop.index }} as column_position,
                '{{ column }}' as column_name,
                {{ column }}_count as distinct_count
            ){{ ',' if not loop.last }}
            {% endfor %}
        )) as (column_position, column_name, distinct_count)
    from tables_joined
),

classified as (
    select
        column_position,
        column_name,
        row_count,
        distinct_count,
        {{ rate('distinct_count', 'row_count') }} as distinct_share,
        case
            when distinct_count <= 10 then 'very low'
            when distinct_count <= 100 then 'low'
            when distinct_count <= 1000 then 'medium'
            when distinct_count <= 10000 then 'high'
            else 'very high'
        end as cardinality_class
    from distinct_counted
)

select * from classified
