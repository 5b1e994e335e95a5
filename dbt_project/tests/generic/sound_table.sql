{#
    One row per `grain` (nulls count as equal: a second row would double every sum above it), no
    null in `not_null`, every one of `shares` in [0, 1] (1.2 is a denominator that was left out).

    Three rules in one query: a node for each would cost the night more than the query does.
#}
{% test sound_table(model, grain, not_null=[], shares=[]) %}

select 'one row per {{ grain | join(", ") }}' as broken_rule
from {{ model }}
group by {{ grain | join(', ') }}
having count(*) > 1

{% if not_null %}
union all

select 'no null in {{ not_null | join(", ") }}' as broken_rule
from {{ model }}
where {{ not_null | join(' is null or ') }} is null
{% endif %}

{% for share in shares %}
union all

select '{{ share }} in [0, 1]' as broken_rule
from {{ model }}
where {{ share }} not between 0 and 1
{% endfor %}

{% endtest %}
