{# (table, model, when a row was written, when it happened), in the order of the flow. #}
{% set tables = [
    ('raw.event_stream', 'stg_event_stream', 'ingested_at', 'occurred_at'),
    ('raw.event_history', 'stg_event_history', 'ingested_at', 'occurred_at'),
    ('raw.rejected_event', 'stg_rejected_events', 'ingested_at', 'appended_at'),
    ('raw.rejected_history', 'stg_rejected_history', 'ingested_at', 'appended_at'),
    ('raw.window_metrics', 'stg_window_metrics', 'emitted_at', 'window_started_at'),
    ('marts.fct_events', 'fct_events', 'added_at', 'occurred_at'),
    ('marts.fct_sessions', 'fct_sessions', 'added_at', 'ended_at'),
    ('marts.dim_users', 'dim_users', 'added_at', 'last_seen_at'),
] %}

with measured as (
    {% for table, model, written, happened in tables %}
    select
        {{ loop.index }} as table_position,
        '{{ table }}' as table_name,
        count(*) as row_count,
        max({{ written }}) as newest_row_at,
        max({{ happened }}) as newest_event_at
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from measured
