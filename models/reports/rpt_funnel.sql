with units_counted as (
    select * from {{ ref('int_funnel_counts') }}
),

orders_unpivoted as (
    select
        period,
        unit,
        funnel_date,
        inline(array(
            {% for order in ['any', 'strict'] %}
            struct(
                '{{ order }}' as step_order,
                {{ order }}_view_count as view_count,
                {{ order }}_cart_count as cart_count,
                {{ order }}_purchase_count as purchase_count
            ){{ ',' if not loop.last }}
            {% endfor %}
        )) as (step_order, view_count, cart_count, purchase_count)
    from units_counted
),

rated as (
    select
        period,
        unit,
        step_order,
        funnel_date,
        view_count,
        cart_count,
        purchase_count,
        {{ rate('cart_count', 'view_count') }} as view_to_cart_rate,
        {{ rate('purchase_count', 'cart_count') }} as cart_to_purchase_rate,
        {{ rate('purchase_count', 'view_count') }} as view_to_purchase_rate
    from orders_unpivoted
)

select * from rated
