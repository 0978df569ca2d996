{# For incremental models by user: only users who have an event that this table does not know. All
   their rows are made again, from all their events, so a late event gives what a full refresh
   gives. #}
{% macro of_touched_users(relation) -%}
{%- if is_incremental() %}
    left semi join (
        select added.user_id
        from {{ relation }} as added
        where added.added_at > {{ since_added() }}
    ) as touched
        on events.user_id = touched.user_id
{%- endif -%}
{%- endmacro %}
