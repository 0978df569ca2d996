with steps as (
    select * from {{ ref('int_session_product_steps') }}
),

carted as (
    select
        *,
        carted_at[0] as cart_started_at,
        get(filter(purchased_at, step_at -> step_at >= carted_at[0]), 0) as bought_at
    from {{ ref('fct_sessions') }}
    where has_cart
),

-- The clock of the data: a history that ended a year ago has no open cart because of today.
newest as (
    select max(ended_at) as newest_at
    from {{ ref('fct_sessions') }}
),

products_gathered as (
    select
        session_id,
        count(*) as product_count,
        sum(cart_count) as added_count,
        sum(removed_count) as removed_count,
        sum(left_count) as left_count,
        cast(sum(added_value) as decimal(20, 2)) as added_value
    from steps
    where cart_count > 0
    group by 1
),

carts as (
    select
        carted.session_id as cart_id,
        carted.user_id,
        case
            when carted.bought_at is not null then 'bought'
            when products_gathered.left_count = 0 then 'emptied'
            when
                carted.ended_at + make_dt_interval(0, {{ var('cart_abandoned_hours') }})
                <= newest.newest_at
                then 'abandoned'
            else 'open'
        end as cart_status,
        products_gathered.product_count,
        products_gathered.added_count,
        products_gathered.removed_count,
        products_gathered.left_count,
        products_gathered.added_value,
        carted.purchase_count,
        carted.revenue,
        carted.cart_started_at,
        carted.bought_at,
        carted.ended_at as last_event_at,
        to_date(carted.cart_started_at) as cart_date
    from carted
    inner join products_gathered
        on carted.session_id = products_gathered.session_id
    cross join newest
)

select * from carts
