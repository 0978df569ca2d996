with event_types as (
    select
        event_type,
        type_order
    from
        values
        (1, 'view'), (2, 'cart'), (3, 'purchase'), (4, 'remove_from_cart')
            as types (type_order, event_type)
),

events as (
    select * from {{ ref('int_business_events') }}
),

-- By session first: the distinct counts then need no set of all sessions.
sessions_gathered as (
    select
        event_type,
        session_id,
        any_value(user_id) as user_id,
        count(*) as event_count,
        sum(price) as total_value,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at
    from events
    group by 1, 2
),

users_gathered as (
    select
        event_type,
        user_id,
        count(*) as session_count,
        sum(event_count) as event_count,
        sum(total_value) as total_value,
        min(first_at) as first_at,
        max(last_at) as last_at
    from sessions_gathered
    group by 1, 2
),

types_counted as (
    select
        event_type,
        sum(event_count) as event_count,
        sum(session_count) as session_count,
        count(*) as user_count,
        sum(total_value) as total_value,
        min(first_at) as first_at,
        max(last_at) as last_at
    from users_gathered
    group by 1
),

profiles as (
    select
        event_types.type_order,
        event_types.event_type,
        coalesce(types_counted.event_count, 0) as event_count,
        {{ rate(
            'coalesce(types_counted.event_count, 0)',
            '(sum(coalesce(types_counted.event_count, 0)) over ())'
        ) }} as event_share,
        coalesce(types_counted.session_count, 0) as session_count,
        coalesce(types_counted.user_count, 0) as user_count,
        cast(coalesce(types_counted.total_value, 0) as decimal(20, 2)) as total_value,
        {{ average('types_counted.total_value', 'types_counted.event_count', 4) }} as mean_price,
        types_counted.first_at,
        types_counted.last_at
    from event_types
    left join types_counted
        on event_types.event_type = types_counted.event_type
)

select * from profiles
