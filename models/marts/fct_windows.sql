{% set window = env_var('STREAM_WINDOW_SECONDS', '2') %}
{% set types = ['view', 'cart', 'purchase', 'remove_from_cart'] %}

with events as (
    select
        *,
        timestamp_seconds(
            floor(unix_seconds(occurred_at) / {{ window }}) * {{ window }}
        ) as window_started_at
    from {{ ref('fct_events') }}
    where event_source <> 'history'
),

streamed as (
    select
        *,
        view_count + cart_count + purchase_count + remove_count as event_count
    from {{ ref('stg_window_metrics') }}
),

events_by_dimension as (
    select
        *,
        'all' as dimension,
        '' as dimension_value
    from events
    union all
    select
        *,
        'brand' as dimension,
        coalesce(brand, '') as dimension_value
    from events
    union all
    select
        *,
        'category' as dimension,
        category as dimension_value
    from events
),

windows_counted as (
    select
        window_started_at,
        dimension,
        dimension_value,
        count(*) as event_count,
        {% for type in types %}
        count_if(event_type = '{{ type }}') as {{ type.split('_')[0] }}_count,
        {% endfor %}
        cast(sum(if(event_type = 'purchase', price, 0)) as decimal(20, 2)) as revenue
    from events_by_dimension
    group by 1, 2, 3
),

final as (
    select
        windows_counted.*,
        coalesce(streamed.event_count, 0) as streamed_count,
        windows_counted.event_count - coalesce(streamed.event_count, 0) as added_count
    from windows_counted
    left join streamed
        on
            windows_counted.window_started_at = streamed.window_started_at
            and windows_counted.dimension = streamed.dimension
            and windows_counted.dimension_value = streamed.dimension_value
)

select * from final
