with all_events as (
    select * from {{ ref('stg_event_stream') }}
    union all
    select * from {{ ref('stg_event_history') }}
),

-- A loaded file was late by design: only what came through the topic has delays.
delays as (
    select
        event_source,
        coalesce(replay_mode, 'none') as replay_mode,
        occurred_at,
        appended_at,
        ingested_at,
        if(event_source = 'history', null, unix_millis(appended_at) - unix_millis(produced_at))
            as send_delay_ms,
        if(event_source = 'history', null, unix_millis(appended_at) - unix_millis(occurred_at))
            as arrival_delay_ms,
        if(event_source = 'history', null, unix_millis(ingested_at) - unix_millis(appended_at))
            as landing_delay_ms
    from all_events
),

sources_measured as (
    select
        event_source,
        replay_mode,
        count(*) as event_count,
        count_if(arrival_delay_ms > {{ env_var('STREAM_WATERMARK_SECONDS', '10') }} * 1000)
            as behind_watermark_count,
        {% for delay in ['send', 'arrival', 'landing'] %}
        percentile_approx({{ delay }}_delay_ms, array(0.5, 0.95, 0.99), 10000)
            as {{ delay }}_delays_ms,
        max({{ delay }}_delay_ms) as {{ delay }}_delay_ms_max,
        {% endfor %}
        min(occurred_at) as oldest_occurred_at,
        max(occurred_at) as newest_occurred_at,
        max(ingested_at) as newest_ingested_at
    from delays
    group by 1, 2
),

timeliness as (
    select
        event_source,
        replay_mode,
        event_count,
        behind_watermark_count,
        {% for delay in ['send', 'arrival', 'landing'] %}
        {% for percentile in ['p50', 'p95', 'p99'] %}
        {{ delay }}_delays_ms[{{ loop.index0 }}] as {{ delay }}_delay_ms_{{ percentile }},
        {% endfor %}
        {{ delay }}_delay_ms_max,
        {% endfor %}
        oldest_occurred_at,
        newest_occurred_at,
        newest_ingested_at
    from sources_measured
)

select * from timeliness
