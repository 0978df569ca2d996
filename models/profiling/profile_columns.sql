{% set columns = [
    'event_id', 'event_type', 'product_id', 'category_id', 'category_code', 'brand', 'price',
    'user_id', 'user_session', 'occurred_at',
] %}

with events as (
    select * from {{ ref('fct_events') }}
    where {{ is_business_event() }}
),

-- One scan for all columns.
measured as (
    select
        count(*) as row_count,
        cast(avg(price) as decimal(20, 4)) as mean_price,
        percentile_approx(price, array(0.25, 0.5, 0.75), 10000) as price_quartiles,
    {% for column in columns %}
    count({{ column }}) as {{ column }}_filled,
    approx_count_distinct({{ column }}, 0.02) as {{ column }}_distinct,
    cast(min({{ column }}) as string) as {{ column }}_min,
    cast(max({{ column }}) as string) as {{ column }}_max{{ ',' if not loop.last }}
    {% endfor %}
    from events
),

{% for column in columns %}
{% set is_number = column == 'price' %}
{{ column }}_profile as (
    select
        {{ loop.index }} as column_position,
        '{{ column }}' as column_name,
        row_count,
        row_count - {{ column }}_filled as null_count,
        {{ rate(column ~ '_filled', 'row_count') }} as completeness,
        {{ column }}_distinct as distinct_count,
        {{ column }}_min as min_value,
        {{ column }}_max as max_value,
        {{ 'mean_price' if is_number else 'cast(null as decimal(20, 4))' }} as mean_value,
    {% for quartile in ['first_quartile', 'median', 'third_quartile'] %}
    cast(
        {{ 'price_quartiles[' ~ loop.index0 ~ ']' if is_number else 'null' }}
        as decimal(12, 2)
    ) as {{ quartile }}{{ ',' if not loop.last }}
    {% endfor %}
    from measured
),
{% endfor %}

profiles as (
    {% for column in columns %}
    select * from {{ column }}_profile
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from profiles
