{#
    One row per combination of `columns`; nulls count as equal. A second row per grain would double
    every sum above it.
#}
{% test unique_grain(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as number_of_rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
