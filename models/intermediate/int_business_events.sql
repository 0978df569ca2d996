with events as (
    select * from {{ ref('fct_events') }}
    where {{ is_business_event() }}
),

business_events as (
    select
        * except (brand, category_code, user_session),
        nullif(brand, '') as brand,
        nullif(category_code, '') as category_code,
        nullif(user_session, '') as user_session,
        -- A session id that two users share is two sessions; what has none is one session a day.
        concat(
            user_id, '/', coalesce(nullif(user_session, ''), cast(event_date as string))
        ) as session_id,
        {{ price_band('price') }} as price_band
    from events
)

select * from business_events
