-- fct_events appends what int_events_deduplicated added: a run that broke off between the two, or a
-- rebuild of one of them, must not leave an event in one only.
{{ config(group='event_model') }}

with deduplicated as (
    select count(*) as event_count
    from {{ ref('int_events_deduplicated') }}
),

facts as (
    select count(*) as event_count
    from {{ ref('fct_events') }}
)

select
    deduplicated.event_count as deduplicated_count,
    facts.event_count as fact_count
from deduplicated
cross join facts
where deduplicated.event_count <> facts.event_count
