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
