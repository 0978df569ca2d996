{# One scan a table, of measures as (measure, column); each measure is then a row. #}
{% set measured = {
    'dim_users': [
        ('sessions_per_user', 'session_count'),
        ('visits_per_user', 'visit_count'),
        ('events_per_user', 'event_count'),
    ],
    'fct_sessions': [
        ('events_per_session', 'event_count'),
        ('session_seconds', 'duration_seconds'),
    ],
} %}
{# (measure, table, what is counted, of how many) #}
{% set shares = [
    ('buying_users_percent', 'dim_users', 'buying_count * 100', 'unit_count'),
    ('buying_sessions_percent', 'fct_sessions', 'buying_count * 100', 'unit_count'),
    ('purchases_per_buying_session', 'fct_sessions', 'purchase_count', 'buying_count'),
] %}

with
{% for table, measures in measured.items() %}
{{ table }}_measured as (
    select
        {% for _, column in measures %}
        sum({{ column }}) as {{ column }}_total,
        percentile_approx({{ column }}, array(0.5, 0.9, 0.99), 10000) as {{ column }}_ranks,
        max({{ column }}) as {{ column }}_max,
        {% endfor %}
        count_if(purchase_count > 0) as buying_count,
        sum(purchase_count) as purchase_count,
        count(*) as unit_count
    from {{ ref(table) }}
),
{% endfor %}

behaviour as (
    {% for table, measures in measured.items() %}
    {% for measure, column in measures %}
    select
        '{{ measure }}' as measure,
        unit_count,
        {{ average(column ~ '_total', 'unit_count', 4) }} as mean_value,
        {{ column }}_ranks[0] as p50,
        {{ column }}_ranks[1] as p90,
        {{ column }}_ranks[2] as p99,
        {{ column }}_max as max_value
    from {{ table }}_measured
    union all
    {% endfor %}
    {% endfor %}
    {% for measure, table, counted, of in shares %}
    select
        '{{ measure }}' as measure,
        {{ of }} as unit_count,
        {{ average(counted, of, 4) }} as mean_value,
        null as p50,
        null as p90,
        null as p99,
        null as max_value
    from {{ table }}_measured
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from behaviour
