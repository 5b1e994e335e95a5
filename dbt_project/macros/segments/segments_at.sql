{#
    Who stood in which segment on some nights, told by the changes alone: whatever the last change
    up to a night says. It holds for every night that ever ran, also for those whose full rows are
    no longer kept, and costs one pass over the changes.

    changes   relation of the changes
    nights    relation of `scheme` and `as_of_date`, the nights that are asked for
#}
{% macro segments_at(changes, nights) %}
select
    customer_id,
    scheme,
    as_of_date,
    segment_id
from (

    select
        changes.customer_id,
        changes.scheme,
        nights.as_of_date,
        {# `max_by` passes over nulls, and null is what leaving is told by. #}
        nullif(max_by(coalesce(changes.to_segment_id, ''), changes.as_of_date), '')
            as segment_id
    from {{ changes }} as changes
    inner join {{ nights }} as nights
        on changes.scheme = nights.scheme and changes.as_of_date <= nights.as_of_date
    group by changes.customer_id, changes.scheme, nights.as_of_date

) as last_changes
where segment_id is not null
{% endmacro %}


{#
    Who stood where on the compared nights and on the nights before them, side by side; null where
    somebody was not. Of the schemes that `wanted`, a condition without its left side, holds for, and
    of nights that `segments_side_by_side` does not hold. Belongs to `segment_changes`, whose CTEs it
    reads.
#}
{% macro states_paired(wanted) %}
select
    coalesce(after_states.scheme, before_states.scheme) as scheme,
    coalesce(after_states.as_of_date, before_states.as_of_date) as as_of_date,
    coalesce(after_states.customer_id, before_states.customer_id) as customer_id,
    before_states.segment_id as from_segment_id,
    after_states.segment_id as to_segment_id
from (
    {{ states_of(wanted, 'as_of_date') | indent(4) }}
) as after_states
full outer join (
    {{ states_of(wanted, 'previous_as_of_date') | indent(4) }}
) as before_states
    on
        after_states.scheme = before_states.scheme
        and after_states.as_of_date = before_states.as_of_date
        and after_states.customer_id = before_states.customer_id
{% endmacro %}


{# Where customers stood on one of the two nights of each comparison. #}
{% macro states_of(wanted, night) %}
select
    compared.scheme,
    compared.as_of_date,
    segments.customer_id,
    segments.segment_id
from {{ ref('customer_segments') }} as segments
inner join compared
    on segments.scheme = compared.scheme and segments.as_of_date = compared.{{ night }}
where segments.scheme {{ wanted }} and not compared.is_side_by_side
{% if is_incremental() %}
union all
select
    compared.scheme,
    compared.as_of_date,
    states.customer_id,
    states.segment_id
from thinned_states as states
inner join compared
    on states.scheme = compared.scheme and states.as_of_date = compared.{{ night }}
where states.scheme {{ wanted }} and not compared.is_side_by_side
{% endif %}
{% endmacro %}
