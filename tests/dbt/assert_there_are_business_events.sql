-- Not wrong, but worth a word: each of these leaves reports, charts or a whole page empty.
{{ config(severity='warn', store_failures=true) }}

-- One scan for all of them; how many messages there are, Delta knows without one.
with events as (
    select
        count(*) as event_count,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'purchase') as purchase_count,
        count(brand) as branded_count
    from {{ ref('int_business_events') }}
),

messages as (
    select count(*) as message_count
    from {{ ref('stg_event_stream') }}
),

-- Without any event the others go without saying.
problems as (
    select
        explode(array_compact(array(
            if(
                events.event_count = 0,
                'no event of the shop: make load, or make stream MODE=original', null
            ),
            if(messages.message_count = 0, 'no event of the stream: make stream', null),
            if(
                events.event_count > 0 and events.view_count = 0,
                'no view: funnel and conversion of views are empty', null
            ),
            if(
                events.event_count > 0 and events.purchase_count = 0,
                'no purchase: orders, revenue and champions are empty', null
            ),
            if(
                events.event_count > 0 and events.branded_count = 0,
                'no event with a brand: the reports by brand are empty', null
            )
        ))) as problem
    from events
    cross join messages
)

select * from problems
