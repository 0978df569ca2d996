{# Columns of the raw tables of events, as (table_name, column_name, column_type) for a `values`:
   the agreed ones (which = 'agreed': _staging__sources.yml) or those that are there ('found').
   The one place outside staging that looks at sources, because it looks at their shape. #}
{% macro columns_of_event_sources(which) -%}
{%- set rows = [] -%}
{%- for table in (['event_stream', 'event_history'] if execute else []) -%}
{%- if which == 'agreed' -%}
{%- set node = graph.sources['source.storepulse.raw.' ~ table] -%}
{%- for column in node.columns.values() -%}
{%- do rows.append("('%s', '%s', '%s')" % (table, column.name, column.data_type)) -%}
{%- endfor -%}
{%- else -%}
{%- for column in adapter.get_columns_in_relation(source('raw', table)) -%}
{%- do rows.append("('%s', '%s', '%s')" % (table, column.name, column.dtype)) -%}
{%- endfor -%}
{%- endif -%}
{%- endfor -%}
{{ rows | join(', ') or "('', '', '')" }}
{%- endmacro %}
