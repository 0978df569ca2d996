{# `part` in per cent of `whole`, two decimals, exactly half up (whole numbers only, so that nothing
   is rounded twice); null where `whole` is 0. #}
{% macro rate(part, whole) -%}
    cast(
        (({{ part }} * 20000 + {{ whole }}) div nullif(2 * {{ whole }}, 0)) * 0.01
        as decimal(12, 2)
    )
{%- endmacro %}
