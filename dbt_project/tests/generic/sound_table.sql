{#
    One row per `grain` (nulls count as equal: a second row would double every sum above it), no
    null in `not_null`, every one of `shares` in [0, 1] (1.2 is a denominator that was left out).

    Three rules in one query: a node for each would cost the night more than the query does. With
    `among`, a table that holds the grain's columns (or those named by `by`) of all rows that tonight
    wrote, only those are looked at, unless the table was built as a whole; `number` is a column of
    both by which rows of a large table are found first.
#}
{% test sound_table(model, grain=[], not_null=[], shares=[], among=none, by=none, number=none) %}

{%- set written = ref(among) if among %}
{%- set parts = by or grain %}

with looked_at as (

    select *
    from {{ model }}
    {% if among and not flags.FULL_REFRESH %}
    where
        ({{ parts | join(', ') }}) in (select {{ parts | join(', ') }} from {{ written }})
        {% if number %}
        and {{ number }} in (select {{ number }} from {{ written }} where {{ is_key(number) }})
        {% endif %}
    {% endif %}

)

{% if grain %}
select 'one row per {{ grain | join(", ") }}' as broken_rule
from looked_at
group by {{ grain | join(', ') }}
having count(*) > 1
{% endif %}

{% if not_null %}
{{ 'union all' if grain }}

select 'no null in {{ not_null | join(", ") }}' as broken_rule
from looked_at
where {{ not_null | join(' is null or ') }} is null
{% endif %}

{% for share in shares %}
union all

select '{{ share }} in [0, 1]' as broken_rule
from looked_at
where {{ share }} not between 0 and 1
{% endfor %}

{% endtest %}
