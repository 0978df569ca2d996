{# Several columns and rules in one scan; a failure is a row that says what is wrong and how often.
   never_null: columns; accepted: {column: values}; holds: {what is said: SQL that is never false}. #}
{% test sound_rows(model, never_null=[], accepted={}, holds={}) %}

with problems as (
    select
        explode(array_compact(array(
            {% for column in never_null %}
            if({{ column }} is null, '{{ column }} is null', null),
            {% endfor %}
{% for column, values in accepted.items() %}
            if(
                {{ column }} not in ('{{ values | join("', '") }}'),
                concat('{{ column }} has the value ', {{ column }}), null
            ),
            {% endfor %}
{% for rule, expression in holds.items() %}
            if(not ({{ expression }}), 'not true: {{ rule }}', null),
            {% endfor %}
            cast(null as string)
        ))) as problem
    from {{ model }}
)

select
    problem,
    count(*) as row_count
from problems
group by problem

{% endtest %}
