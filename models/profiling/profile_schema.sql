with agreed as (
    select *
    from
        values {{ columns_of_event_sources('agreed') }}
            as columns (table_name, column_name, column_type)
),

found as (
    select *
    from
        values {{ columns_of_event_sources('found') }}
            as columns (table_name, column_name, column_type)
),

compared as (
    select
        coalesce(agreed.table_name, found.table_name) as table_name,
        coalesce(agreed.column_name, found.column_name) as column_name,
        agreed.column_type as agreed_type,
        found.column_type as found_type,
        case
            when found.column_name is null then 'missing'
            when agreed.column_name is null then 'not agreed'
            when agreed.column_type <> found.column_type then 'other type'
            else 'as agreed'
        end as schema_status,
        cast(null as bigint) as event_count
    from agreed
    full outer join found
        on
            agreed.table_name = found.table_name
            and agreed.column_name = found.column_name
),

-- What a producer sends beyond the contract is kept, and shown here.
unknown_fields as (
    select explode(json_object_keys(unknown_fields)) as column_name
    from {{ ref('stg_event_stream') }}
    where unknown_fields is not null
),

unknown_fields_counted as (
    select
        'event_stream' as table_name,
        column_name,
        cast(null as string) as agreed_type,
        cast(null as string) as found_type,
        'unknown field' as schema_status,
        count(*) as event_count
    from unknown_fields
    group by 1, 2
),

profiles as (
    select * from compared
    union all
    select * from unknown_fields_counted
)

select * from profiles
