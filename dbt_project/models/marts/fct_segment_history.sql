with

changes as (

    {# Consent is always today's: whoever refuses profiling by now has no row. #}
    select
        changes.as_of_date,
        changes.run_id,
        changes.customer_id,
        changes.scheme,
        changes.scheme_version,
        changes.from_segment_id,
        changes.to_segment_id,
        changes.entry_reason
    from {{ ref('segment_changes') }} as changes
    inner join {{ ref('customers') }} as customers
        on changes.customer_id = customers.customer_id
    where customers.has_profiling_consent

),

stays as (

    select
        changes.*,
        lead(changes.as_of_date) over (
            partition by changes.customer_id, changes.scheme order by changes.as_of_date
        ) as valid_to
    from changes

)

{# A stay lasts from one change to the next; leaving ends a stay and begins none. #}
select
    as_of_date,
    run_id,
    customer_id,
    scheme,
    scheme_version,
    to_segment_id as segment_id,
    from_segment_id as previous_segment_id,
    entry_reason,
    as_of_date as valid_from,
    valid_to
from stays
where to_segment_id is not null
