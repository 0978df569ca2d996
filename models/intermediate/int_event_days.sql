with events as (
    select * from {{ ref('int_business_events') }}
),

-- By user first: a distinct count in one step would carry every user of every day along.
users_of_a_day as (
    select
        event_date,
        user_id,
        count(*) as event_count,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'cart') as cart_count,
        count_if(event_type = 'purchase') as purchase_count,
        count_if(event_type = 'remove_from_cart') as removal_count,
        sum(if(event_type = 'purchase', price, 0)) as revenue
    from events
    group by 1, 2
),

event_days as (
    select
        event_date,
        count(*) as user_count,
        count_if(purchase_count > 0) as buying_user_count,
        sum(event_count) as event_count,
        sum(view_count) as view_count,
        sum(cart_count) as cart_count,
        sum(purchase_count) as purchase_count,
        sum(removal_count) as removal_count,
        sum(revenue) as revenue
    from users_of_a_day
    group by 1
)

select * from event_days
