{# Delta's own clustering (a hint for OPTIMIZE, no folders) in place of Hive's buckets, which Delta
   refuses. #}
{% macro spark__clustered_cols(label, required=false) -%}
{%- set columns = config.get('clustered_by') -%}
{%- if columns -%}
cluster by ({{ ([columns] if columns is string else columns) | join(', ') }})
{%- endif -%}
{%- endmacro %}
