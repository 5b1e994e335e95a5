{#
    Tonight's rows of `customer_segments` of the rows of schemes in `assigned`. A segment without a row
    of names is called by its id.
#}
{% macro segment_rows(assigned) -%}
select
    assigned.as_of_date,
    night.run_id,
    assigned.customer_id,
    assigned.scheme,
    versions.scheme_version,
    assigned.segment_id,
    coalesce(catalogue.segment_name, assigned.segment_id) as segment_name,
    assigned.score,
    assigned.margin,
    assigned.is_borderline,
    assigned.next_segment_id,
    assigned.reason_1,
    assigned.reason_2,
    assigned.reason_3
from {{ assigned }} as assigned
cross join {{ source('ops', 'night') }} as night
inner join {{ ref('scheme_versions') }} as versions on assigned.scheme = versions.scheme
left join {{ ref('segment_catalogue') }} as catalogue
    on assigned.segment_id = catalogue.segment_id
{%- endmacro %}
