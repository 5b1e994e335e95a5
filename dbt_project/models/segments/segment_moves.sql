with

nights as (

    select
        scheme,
        as_of_date,
        previous_as_of_date,
        run_id
    from {{ ref('compared_nights') }}

),

tonight as (

    select
        nights.scheme,
        nights.as_of_date,
        segments.customer_id,
        segments.segment_id,
        segments.scheme_version,
        segments.reason_1,
        segments.reason_2,
        segments.reason_3
    from {{ ref('customer_segments') }} as segments
    inner join nights
        on segments.scheme = nights.scheme and segments.as_of_date = nights.as_of_date

),

before as (

    select
        nights.scheme,
        nights.as_of_date,
        segments.customer_id,
        segments.segment_id,
        segments.scheme_version,
        segments.reason_1,
        segments.reason_2,
        segments.reason_3
    from {{ ref('customer_segments') }} as segments
    inner join nights
        on segments.scheme = nights.scheme and segments.as_of_date = nights.previous_as_of_date

),

paired as (

    select
        coalesce(tonight.scheme, before.scheme) as scheme,
        coalesce(tonight.as_of_date, before.as_of_date) as as_of_date,
        coalesce(tonight.customer_id, before.customer_id) as customer_id,
        before.segment_id as from_segment_id,
        tonight.segment_id as to_segment_id,
        coalesce(tonight.scheme_version, before.scheme_version) as scheme_version,
        coalesce(tonight.scheme_version <> before.scheme_version, false) as has_new_rules,
        {# A reason begins with the state of one measure, up to the colon; the figures after it
           differ every night. #}
    {% for number in range(1, 4) %}
    coalesce(
        split_part(tonight.reason_{{ number }}, ':', 1)
        <> split_part(before.reason_{{ number }}, ':', 1), false
    ) as has_moved_{{ number }},
    tonight.reason_{{ number }},
    before.reason_{{ number }} as reason_before_{{ number }}{{ ',' if not loop.last }}
    {% endfor %}
    from tonight
    full outer join before
        on
            tonight.scheme = before.scheme
            and tonight.as_of_date = before.as_of_date
            and tonight.customer_id = before.customer_id

)

select
    paired.as_of_date,
    nights.previous_as_of_date,
    nights.run_id,
    paired.customer_id,
    paired.scheme,
    paired.scheme_version,
    paired.from_segment_id,
    paired.to_segment_id,
    case
        when paired.from_segment_id = paired.to_segment_id then null
        when paired.from_segment_id is null then 'New here. ' || coalesce(paired.reason_1, '')
        when paired.to_segment_id is null then 'No longer among the customers of this night'
        {% for number in range(1, 4) %}
        when paired.has_moved_{{ number }}
            then
                paired.reason_{{ number }}
                || ' (before: ' || paired.reason_before_{{ number }} || ')'
        {% endfor %}
        when paired.has_new_rules then 'The rules of the scheme changed. ' || paired.reason_1
        else paired.reason_1 || ' (before: ' || paired.reason_before_1 || ')'
    end as entry_reason
from paired
inner join nights
    on paired.scheme = nights.scheme and paired.as_of_date = nights.as_of_date
