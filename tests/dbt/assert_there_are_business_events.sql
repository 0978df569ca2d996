-- Not wrong, but worth a word: with this warning every report is empty.
{{ config(severity='warn') }}

with events as (
    select count(*) as event_count
    from {{ ref('int_business_events') }}
)

select 'no event of the shop: make load, or make stream MODE=original' as problem
from events
where event_count = 0
