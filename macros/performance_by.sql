{# CTEs that end with `performance`: sessions, users and money by a column of `events`, null left
   out. By session and then by user first, so that no distinct count carries them along. #}
{% macro performance_by(column) -%}
    sessions_gathered as (
        select
            {{ column }},
            session_id,
            any_value(user_id) as user_id,
            count_if(event_type = 'view') as view_count,
            count_if(event_type = 'cart') as cart_count,
            count_if(event_type = 'purchase') as purchase_count,
            sum(if(event_type = 'purchase', price, 0)) as revenue
        from events
        where {{ column }} is not null
        group by 1, 2
    ),

    users_gathered as (
        select
            {{ column }},
            user_id,
            count(*) as session_count,
            count_if(view_count > 0) as viewing_session_count,
            count_if(cart_count > 0) as cart_session_count,
            count_if(purchase_count > 0) as buying_session_count,
            sum(purchase_count) as purchase_count,
            sum(revenue) as revenue
        from sessions_gathered
        group by 1, 2
    ),

    performance as (
        select
            {{ column }},
            sum(session_count) as session_count,
            sum(viewing_session_count) as viewing_session_count,
            sum(cart_session_count) as cart_session_count,
            sum(buying_session_count) as buying_session_count,
            count(*) as user_count,
            count_if(purchase_count > 0) as buying_user_count,
            sum(purchase_count) as purchase_count,
            cast(sum(revenue) as decimal(20, 2)) as revenue
        from users_gathered
        group by 1
    )
{%- endmacro %}

{# Per cent of all money that `amount` is, two decimals, half up; null where there is none. #}
{% macro share_of_all(amount) -%}
cast(round({{ amount }} * 100 / nullif(sum({{ amount }}) over (), 0), 2) as decimal(12, 2))
{%- endmacro %}
