{# The band of a price, lower end included; price_bands() lists them in order. #}
{% macro price_band(price) -%}
    case
        when {{ price }} < 50 then '0-50'
        when {{ price }} < 100 then '50-100'
        when {{ price }} < 200 then '100-200'
        when {{ price }} < 500 then '200-500'
        when {{ price }} < 1000 then '500-1000'
        else '1000+'
    end
{%- endmacro %}

{# (band_order, price_band) of every band, as rows of a `values`. #}
{% macro price_bands() -%}
(1, '0-50'), (2, '50-100'), (3, '100-200'), (4, '200-500'), (5, '500-1000'), (6, '1000+')
{%- endmacro %}
