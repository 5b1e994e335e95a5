{#
    The rows of a setting that is a list in one text, such as 'page_view=1,review=5': `name` and
    `value`, null where there is none. Spark says explode(split(…)).

    relation, column   where the text stands, in one row
#}
{% macro rows_of(relation, column) -%}
select
    split_part(entry, '=', 1) as name,
    cast(nullif(split_part(entry, '=', 2), '') as decimal(12, 6)) as value
from (

    select unnest(string_split({{ column }}, ',')) as entry
    from {{ relation }}

) as entries
{%- endmacro %}
