with columns_measured as (
    select * from {{ ref('int_columns_measured') }}
),

users_ranked as (
    select min_by(user_id, struct(-event_count, user_id)) as busiest_user
    from {{ ref('dim_users') }}
),

sessions_gathered as (
    select
        user_session,
        sum(event_count) as event_count
    from {{ ref('fct_sessions') }}
    where user_session is not null
    group by 1
),

sessions_ranked as (
    select min_by(user_session, struct(-event_count, user_session)) as busiest_session
    from sessions_gathered
),

profiles as (
    select
        columns_measured.column_position,
        columns_measured.column_name,
        columns_measured.column_type,
        columns_measured.row_count,
        columns_measured.row_count - columns_measured.filled_count as null_count,
        {{ rate('columns_measured.filled_count', 'columns_measured.row_count') }} as completeness,
        columns_measured.distinct_count,
        columns_measured.min_value,
        columns_measured.max_value,
        columns_measured.mean_value,
        columns_measured.standard_deviation,
        columns_measured.first_quartile,
        columns_measured.median,
        columns_measured.third_quartile,
        case columns_measured.column_name
            when 'user_id' then users_ranked.busiest_user
            when 'user_session' then sessions_ranked.busiest_session
            else columns_measured.most_frequent_value
        end as most_frequent_value,
        columns_measured.out_of_range_count
    from columns_measured
    cross join users_ranked
    cross join sessions_ranked
)

select * from profiles
