{% set columns = [
    'event_type', 'product_id', 'category_id', 'category_code', 'brand', 'price', 'user_id',
    'user_session', 'occurred_at',
] %}

with events as (
    select
        date_format(event_date, 'yyyy-MM') as year_month,
        {% for column in columns %}
        if({{ column }} is null, 0, 1){{ ' +' if not loop.last }}
        {% endfor %}
            as filled_count
    from {{ ref('int_business_events') }}
),

scopes_counted as (
    select
        coalesce(year_month, 'all') as scope,
        count(*) as row_count,
        count(*) * {{ columns | length }} as cell_count,
        sum(filled_count) as filled_count,
        count_if(filled_count = {{ columns | length }}) as complete_row_count
    from events
    group by grouping sets ((year_month), ())
),

completeness as (
    select
        *,
        {{ rate('filled_count', 'cell_count') }} as completeness_score,
        {{ rate('complete_row_count', 'row_count') }} as complete_row_rate
    from scopes_counted
)

select * from completeness
