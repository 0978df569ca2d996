{# on-run-end: the result of each test of the data of this run into profile_test_results, the older
   results of the others stay. One statement; none when nothing was tested. What the tests found is
   said first. #}
{% macro keep_test_results(results) -%}
{%- do _say_problems(results) -%}
{%- set rows = [] -%}
{%- for result in results if result.node.resource_type == 'test' -%}
{%- do rows.append(_test_result_row(result)) -%}
{%- endfor -%}
{%- set kept = adapter.get_relation(none, 'profiling', 'profile_test_results') -%}
{%- if execute and rows and kept -%}
{%- set known = [] -%}
{%- for node in graph.nodes.values() if node.resource_type == 'test' -%}
{%- do known.append(node.name) -%}
{%- endfor -%}
merge into {{ kept }} as kept
using (
    select * from values
    {{ rows | join(',\n    ') }}
        as found (
            test_name, model_name, test_kind, test_status, failure_count, run_seconds, tested_at
        )
) as found
    on kept.test_name = found.test_name
when matched then update set *
when not matched then insert *
when not matched by source and kept.test_name not in ('{{ known | join("', '") }}') then delete
{%- endif -%}
{%- endmacro %}

{% macro _test_result_row(result) -%}
{%- set node = result.node -%}
{%- set of = (node.depends_on.nodes | first | default('', true)).split('.') -%}
{%- set model = (of[2:] | join('.')) -%}
(
    '{{ node.name }}',
    {{ "'" ~ model ~ "'" if model else 'cast(null as string)' }},
    '{{ (node.test_metadata or {}).name or "assertion" }}',
    '{{ result.status }}',
    cast({{ result.failures or 0 }} as bigint),
    cast({{ '%.2f' % result.execution_time }} as decimal(12, 2)),
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}'
)
{%- endmacro %}

{# dbt only counts the rows of a test and names the table; here are the first ones, in words. #}
{% macro _say_problems(results) -%}
{%- for result in results
    if result.status in ('warn', 'fail') and result.node.config.store_failures -%}
{%- for row in run_query('select * from ' ~ result.node.relation_name ~ ' limit 5').rows -%}
{%- do log(result.node.name ~ ': ' ~ (row.values() | join(', ')), info=true) -%}
{%- endfor -%}
{%- endfor -%}
{%- endmacro %}
