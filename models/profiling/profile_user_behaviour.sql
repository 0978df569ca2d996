{% set percentiles = ['p50', 'p90', 'p99'] %}

with users as (
    select * from {{ ref('dim_users') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

-- One scan for the users and one for the sessions; each measure is then a row.
users_measured as (
    select
        count(*) as unit_count,
        {% for measure in ['session_count', 'visit_count', 'event_count'] %}
        sum({{ measure }}) as {{ measure }}_total,
        percentile_approx({{ measure }}, array(0.5, 0.9, 0.99), 10000) as {{ measure }}_ranks,
        max({{ measure }}) as {{ measure }}_max,
        {% endfor %}
        count_if(is_customer) as buying_count
    from users
),

sessions_measured as (
    select
        count(*) as unit_count,
        {% for measure in ['event_count', 'duration_seconds'] %}
        sum({{ measure }}) as {{ measure }}_total,
        percentile_approx({{ measure }}, array(0.5, 0.9, 0.99), 10000) as {{ measure }}_ranks,
        max({{ measure }}) as {{ measure }}_max,
        {% endfor %}
        count_if(has_purchase) as buying_count,
        sum(purchase_count) as purchase_count
    from sessions
),

{% set measures = [
    ('sessions_per_user', 'users', 'session_count'),
    ('visits_per_user', 'users', 'visit_count'),
    ('events_per_user', 'users', 'event_count'),
    ('events_per_session', 'sessions', 'event_count'),
    ('session_seconds', 'sessions', 'duration_seconds'),
] %}
behaviour as (
    {% for name, unit, measure in measures %}
    select
        '{{ name }}' as measure,
        unit_count,
        {{ average(measure ~ '_total', 'unit_count', 4) }} as mean_value,
        {% for percentile in percentiles %}
        {{ measure }}_ranks[{{ loop.index0 }}] as {{ percentile }},
        {% endfor %}
        {{ measure }}_max as max_value
    from {{ unit }}_measured
    union all
    {% endfor %}
    {% for unit in ['users', 'sessions'] %}
    select
        'buying_{{ unit }}_percent' as measure,
        unit_count,
        {{ average('buying_count * 100', 'unit_count', 4) }} as mean_value,
        null as p50,
        null as p90,
        null as p99,
        null as max_value
    from {{ unit }}_measured
    union all
    {% endfor %}
    select
        'purchases_per_buying_session' as measure,
        buying_count as unit_count,
        {{ average('purchase_count', 'buying_count', 4) }} as mean_value,
        null as p50,
        null as p90,
        null as p99,
        null as max_value
    from sessions_measured
)

select * from behaviour
