{# A number inside a sentence: thousands apart, decimals as the column has them. #}
{% macro words(number, decimals=0) -%}
format_number({{ number }}, {{ decimals }})
{%- endmacro %}
