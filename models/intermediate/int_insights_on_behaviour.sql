with carts as (
    select * from {{ ref('rpt_cart_abandonment') }}
    where period = 'all' and cart_count > 0
),

times as (
    select * from {{ ref('rpt_time_to_purchase') }}
    where step = 'cart_to_purchase' and pair_count > 0
),

users as (
    select
        count(*) as user_count,
        count_if(is_customer) as customer_count,
        sum(revenue) as revenue
    from {{ ref('dim_users') }}
),

findings as (
    select
        110 as insight_order,
        'abandoned_carts' as insight,
        concat(
            {{ words('abandonment_rate', 2) }}, ' % of ', {{ words('cart_count') }},
            ' carts are abandoned; they held products for ', {{ words('abandoned_value', 2) }}, '.'
        ) as finding,
        cast(null as string) as subject,
        cast(abandonment_rate as decimal(20, 2)) as main_value,
        abandoned_value as compared_value
    from carts
    union all
    select
        120 as insight_order,
        'time_to_purchase' as insight,
        concat(
            'Half of the products that are bought from a cart are bought within ',
            {{ words('p50_seconds') }}, ' seconds, 90 of 100 within ',
            {{ words('p90_seconds') }}, '.'
        ) as finding,
        'cart_to_purchase' as subject,
        p50_seconds as main_value,
        p90_seconds as compared_value
    from times
    union all
    select
        130 as insight_order,
        'customers' as insight,
        concat(
            {{ words('customer_count') }}, ' of ', {{ words('user_count') }},
            ' users bought something, for ', {{ words(average('revenue', 'customer_count'), 2) }},
            ' each.'
        ) as finding,
        null as subject,
        customer_count as main_value,
        {{ average('revenue', 'customer_count') }} as compared_value
    from users
    where customer_count > 0
)

select * from findings
