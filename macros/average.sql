{# `total` divided by `count`, exactly half up; null where `count` is 0. A quotient of money and a
   count is exact to 20 decimals before it is rounded, so nothing is rounded twice. #}
{% macro average(total, count, scale=2) -%}
cast(round({{ total }} / nullif({{ count }}, 0), {{ scale }}) as decimal(20, {{ scale }}))
{%- endmacro %}
