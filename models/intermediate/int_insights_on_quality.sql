with weakest_column as (
    select * from {{ ref('profile_columns') }}
    where null_count > 0
    order by completeness asc, column_position asc
    limit 1
),

findings as (
    select
        140 as insight_order,
        'weakest_column' as insight,
        concat(
            'The least complete column is ', column_name, ': ', {{ words('completeness', 2) }},
            ' % of ', {{ words('row_count') }}, ' events have it.'
        ) as finding,
        column_name as subject,
        completeness as main_value,
        row_count as compared_value
    from weakest_column
)

select * from findings
