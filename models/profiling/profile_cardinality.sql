{# Column: the table and its count. Exact, because a class must not depend on luck; keys of a table
   are counted in that table. #}
{% set counts = {
    'event_id': ('int_business_events', 'count(event_id)'),
    'event_type': ('int_business_events', 'count(distinct event_type)'),
    'product_id': ('dim_products', 'count(*)'),
    'category_id': ('int_business_events', 'count(distinct category_id)'),
    'category_code': ('dim_categories', 'count_if(not is_uncategorized)'),
    'brand': ('dim_brands', 'count_if(not is_unbranded)'),
    'price': ('int_business_events', 'count(distinct price)'),
    'user_id': ('dim_users', 'count(*)'),
    'user_session': ('fct_sessions', 'count(distinct user_session)'),
    'occurred_at': ('int_business_events', 'count(distinct occurred_at)'),
} %}
{% set tables = counts.values() | map('first') | unique | list %}

-- One scan a table.
with
{% for table in tables %}
{{ table }}_counted as (
    select
        {% for column, (counted_in, count) in counts.items() if counted_in == table %}
        {{ count }} as {{ column }}_count,
        {% endfor %}
        count(*) as {{ table }}_rows
    from {{ ref(table) }}
),
{% endfor %}

tables_joined as (
    select
    {% for table in tables %}
        {{ table }}_counted.*{{ ',' if not loop.last }}
    {% endfor %}
    from {{ tables[0] }}_counted
    {% for table in tables[1:] %}
    cross join {{ table }}_counted
    {% endfor %}
),

distinct_counted as (
    select
        int_business_events_rows as row_count,
        inline(array(
            {% for column in counts %}
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
