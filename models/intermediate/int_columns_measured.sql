{% set columns = {
    'event_id': 'string', 'event_type': 'string', 'product_id': 'string', 'category_id': 'string',
    'category_code': 'string', 'brand': 'string', 'price': 'decimal(12,2)', 'user_id': 'string',
    'user_session': 'string', 'occurred_at': 'timestamp',
} %}
{# What counts as out of range; any other text is allowed. #}
{% set out_of_range = {
    'event_type': "event_type not in ('view', 'cart', 'purchase', 'remove_from_cart')",
    'price': 'price <= 0',
    'occurred_at': "occurred_at > ingested_at or occurred_at < timestamp '2000-01-01'",
} %}
{# A count of each value is kept in memory: not for ids of events and users. #}
{% set counted = ['event_type', 'product_id', 'category_id', 'category_code', 'brand', 'price'] %}

with events as (
    select * from {{ ref('int_business_events') }}
),

-- One scan for all columns.
measured as (
    select
        array(
            {% for column, type in columns.items() %}
            {% set is_number = column == 'price' %}
            {% set mode = 'mode(' ~ column ~ ', true)' %}
            {% set out_count = 'count_if(' ~ out_of_range.get(column) ~ ')' %}
            {% set mean = average('sum(price)', 'count(price)', 4) %}
            {% set quartiles = 'percentile_approx(price, array(0.25, 0.5, 0.75), 10000)' %}
            struct(
                {{ loop.index }} as column_position,
                '{{ column }}' as column_name,
                '{{ type }}' as column_type,
                count(*) as row_count,
                count({{ column }}) as filled_count,
                approx_count_distinct({{ column }}, 0.02) as distinct_count,
                cast(min({{ column }}) as string) as min_value,
                cast(max({{ column }}) as string) as max_value,
                cast({{ mean if is_number else 'null' }} as decimal(20, 4)) as mean_value,
                cast({{ 'stddev_samp(price)' if is_number else 'null' }} as decimal(20, 4))
                    as standard_deviation,
                cast({{ quartiles if is_number else 'null' }} as array<decimal(12, 2)>)
                    as quartiles,
                cast({{ mode if column in counted else 'null' }} as string) as most_frequent_value,
                cast({{ out_count if column in out_of_range else 'null' }} as bigint)
                    as out_of_range_count
            ){{ ',' if not loop.last }}
            {% endfor %}
        ) as measures
    from events
),

columns_unpivoted as (
    select inline(measures)
    from measured
),

columns_measured as (
    select
        * except (quartiles),
        quartiles[0] as first_quartile,
        quartiles[1] as median,
        quartiles[2] as third_quartile
    from columns_unpivoted
)

select * from columns_measured
