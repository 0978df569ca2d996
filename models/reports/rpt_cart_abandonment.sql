with carts as (
    select * from {{ ref('fct_carts') }}
),

carts_counted as (
    select
        coalesce(cast(cart_date as string), 'all') as period,
        cart_date,
        count(*) as cart_count,
        count_if(cart_status = 'bought') as bought_count,
        count_if(cart_status = 'abandoned') as abandoned_count,
        count_if(cart_status = 'emptied') as emptied_count,
        count_if(cart_status = 'open') as open_count,
        sum(added_count) as product_added_count,
        cast(sum(if(cart_status = 'abandoned', added_value, 0)) as decimal(20, 2))
            as abandoned_value,
        cast(sum(if(cart_status = 'bought', added_value, 0)) as decimal(20, 2)) as bought_value
    from carts
    group by grouping sets ((cart_date), ())
),

rated as (
    select
        *,
        {{ rate('abandoned_count', 'cart_count') }} as abandonment_rate,
        {{ rate('bought_count', 'cart_count') }} as bought_rate
    from carts_counted
)

select * from rated
