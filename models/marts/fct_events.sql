{# Append, not merge: of two copies of an event the first one stays, however late the second comes.
   An incremental run reads rows that were ingested after the newest one here minus lookback_hours;
   rows that were committed later than that are found by `dbt build --full-refresh`. #}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    partition_by=['event_date'],
) }}

with events as (
    select * from {{ ref('int_events_deduplicated') }}
    {% if is_incremental() %}
    where
        ingested_at > (
            select
                coalesce(
                    max(known.ingested_at) - make_dt_interval(0, {{ var('lookback_hours') }}),
                    timestamp '1970-01-01'
                ) as since
            from {{ this }} as known
        )
    {% endif %}
),

new_events as (
    select events.* from events
    {% if is_incremental() %}
    left anti join {{ this }} as known
        on events.event_id = known.event_id
    {% endif %}
)

select
    event_id,
    product_id,
    category_id,
    user_id,
    user_session,
    replay_id,
    event_type,
    category_code,
    category,
    brand,
    event_source,
    replay_mode,
    price,
    has_zero_price,
    is_repeated_row,
    occurred_at,
    ingested_at,
    event_date
from new_events
