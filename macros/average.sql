{# `total` divided by `count`, exactly half up; null where `count` is 0. Spark keeps 20 decimals of
   a decimal(20, 2) divided by a count, but 6 of the wider type that a sum of sums has, and rounds
   there first: so the total is narrowed, and nothing is rounded twice. #}
{% macro average(total, count, scale=2) -%}
cast(
    round(cast({{ total }} as decimal(20, 2)) / nullif({{ count }}, 0), {{ scale }})
    as decimal(20, {{ scale }})
)
{%- endmacro %}
