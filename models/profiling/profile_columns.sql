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
{# A count of each value is kept in memory, so ids of users come from their own tables. #}
{% set counted = ['event_type', 'product_id', 'category_id', 'category_code', 'brand', 'price'] %}
{% set looked_up = {'user_id': 'busiest_user', 'user_session': 'busiest_session'} %}

with events as (
    select * from {{ ref('int_business_events') }}
),

users_ranked as (
    select min_by(user_id, struct(-event_count, user_id)) as busiest_user
    from {{ ref('dim_users') }}
),

sessions_gathered as (
    select
        user_session,
        sum(event_count) as event_count
    from {{ ref('fct_sessions') }}
    where user_session is not null
    group by 1
),

sessions_ranked as (
    select min_by(user_session, struct(-event_count, user_session)) as busiest_session
    from sessions_gathered
),

-- One scan for all columns.
measured as (
    select
        {% for column in columns %}
        {% if column in counted %}
        cast(mode({{ column }}, true) as string) as {{ column }}_mode,
        {% endif %}
        {% if column in out_of_range %}
        count_if({{ out_of_range[column] }}) as {{ column }}_out,
        {% endif %}
        count({{ column }}) as {{ column }}_filled,
        approx_count_distinct({{ column }}, 0.02) as {{ column }}_distinct,
        cast(min({{ column }}) as string) as {{ column }}_min,
        cast(max({{ column }}) as string) as {{ column }}_max,
        {% endfor %}
        cast(avg(price) as decimal(20, 4)) as price_mean,
        cast(stddev_samp(price) as decimal(20, 4)) as price_deviation,
        percentile_approx(price, array(0.25, 0.5, 0.75), 10000) as price_quartiles,
        count(*) as row_count
    from events
),

looked_up as (
    select
        measured.*,
        users_ranked.busiest_user,
        sessions_ranked.busiest_session
    from measured
    cross join users_ranked
    cross join sessions_ranked
),

profiles as (
    select
        inline(array(
            {% for column, type in columns.items() %}
            {% set is_number = column == 'price' %}
            struct(
                {{ loop.index }} as column_position,
                '{{ column }}' as column_name,
                '{{ type }}' as column_type,
                row_count,
                row_count - {{ column }}_filled as null_count,
                {{ rate(column ~ '_filled', 'row_count') }} as completeness,
                {{ column }}_distinct as distinct_count,
                {{ column }}_min as min_value,
                {{ column }}_max as max_value,
                cast({{ 'price_mean' if is_number else 'null' }} as decimal(20, 4)) as mean_value,
                cast({{ 'price_deviation' if is_number else 'null' }} as decimal(20, 4))
                    as standard_deviation,
                {% for quartile in ['first_quartile', 'median', 'third_quartile'] %}
                cast(
                    {{ 'price_quartiles[' ~ loop.index0 ~ ']' if is_number else 'null' }}
                    as decimal(12, 2)
                ) as {{ quartile }},
                {% endfor %}
                cast(
                    {{ column ~ '_mode' if column in counted else looked_up.get(column, 'null') }}
                    as string
                ) as most_frequent_value,
                cast({{ column ~ '_out' if column in out_of_range else 'null' }} as bigint)
                    as out_of_range_count
            ){{ ',' if not loop.last }}
            {% endfor %}
        ))
    from looked_up
)

select * from profiles
