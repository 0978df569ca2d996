{# For incremental models: a moment before which this table knows everything already. #}

{# Raw rows may be committed some time after ingested_at: look back by lookback_hours. #}
{% macro since_ingested() -%}
    (
        select
            coalesce(
                max(known.ingested_at) - make_dt_interval(0, {{ var('lookback_hours') }}),
                timestamp '1970-01-01'
            ) as since
        from {{ this }} as known
    )
{%- endmacro %}

{# The models have one writer: the rows of later runs are exactly those after the newest here. #}
{% macro since_added() -%}
    (
        select coalesce(max(known.added_at), timestamp '1970-01-01') as since
        from {{ this }} as known
    )
{%- endmacro %}
