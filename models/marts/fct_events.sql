{# Append: takes what int_events_deduplicated added since the last run; a row never changes. #}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    clustered_by=['event_date'],
) }}

with events as (
    select * from {{ ref('int_events_deduplicated') }}
    {% if is_incremental() %}
    where added_at > {{ since_added() }}
    {% endif %}
),

-- Normally all of them; but when only int_events_deduplicated was rebuilt, its rows look new.
new_events as (
    select events.*
    from events
    {% if is_incremental() %}
    left anti join {{ this }} as kept
        on events.event_id = kept.event_id
    {% endif %}
),

final as (
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
        row_copy_number,
        has_zero_price,
        is_repeated_row,
        occurred_at,
        ingested_at,
        added_at,
        event_date
    from new_events
)

select * from final
