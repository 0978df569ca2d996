{# True for events of the shop's own time: history, producers, replays with original times. #}
{% macro is_business_event() -%}
{%- if var('reports_include_replays') -%}
        true
    {%- else -%}
(event_source in ('history', 'producer') or replay_mode = 'original')
{%- endif -%}
{%- endmacro %}
