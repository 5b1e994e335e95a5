{{ config(materialized='view') }}

with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

{# Every night that ever ran, whether its full rows are kept or not. Each scheme by itself: a night
   on which a scheme was not available is not one on which everybody left it. A night from before
   versions were kept counts as one of tonight's rules. #}
existing as (

    select
        nights.scheme,
        nights.as_of_date,
        coalesce(max(nights.scheme_version), max(versions.scheme_version)) as scheme_version
    from {{ ref('segment_nights') }} as nights
    left join {{ ref('scheme_versions') }} as versions on nights.scheme = versions.scheme
    group by nights.scheme, nights.as_of_date

),

in_order as (

    select
        existing.*,
        lag(existing.as_of_date) over (
            partition by existing.scheme order by existing.as_of_date
        ) as previous_as_of_date,
        lag(existing.scheme_version) over (
            partition by existing.scheme order by existing.as_of_date
        ) as previous_scheme_version
    from existing

),

{# Nights on which border customers were put elsewhere, by tonight's run or by one that broke off
   before the segments took that over. Those after them follow. #}
told_anew as (

    select told_anew.as_of_date
    from {{ source('ml', 'told_anew') }} as told_anew
    inner join night on told_anew.as_of_date <> night.as_of_date

),

{# Nights whose neighbours are compared anew: tonight, and those that were begun and came to no
   end, which are gone from the existing ones. #}
turned as (

    select as_of_date
    from night
    union
    select as_of_date
    from {{ source('ops', 'unfinished_nights') }}

),

next_nights as (

    select distinct
        scheme,
        as_of_date
    from (

        select
            existing.scheme,
            turned.as_of_date as turned_as_of_date,
            min(existing.as_of_date) as as_of_date
        from existing
        inner join turned on existing.as_of_date > turned.as_of_date
        group by existing.scheme, turned.as_of_date

    ) as followers

)

select
    in_order.scheme,
    in_order.scheme_version,
    night.run_id,
    coalesce(in_order.scheme_version <> in_order.previous_scheme_version, false) as has_new_rules,
    in_order.as_of_date = night.as_of_date as is_tonight,
    in_order.scheme = 'behaviour'
    and in_order.previous_as_of_date in (select told_anew.as_of_date from told_anew)
        as is_previous_told_anew,
    in_order.as_of_date,
    in_order.previous_as_of_date
from in_order
cross join night
left join next_nights
    on in_order.scheme = next_nights.scheme and in_order.as_of_date = next_nights.as_of_date
where
    in_order.as_of_date = night.as_of_date
    or next_nights.as_of_date is not null
    or (
        in_order.scheme = 'behaviour'
        and (
            in_order.as_of_date in (select told_anew.as_of_date from told_anew)
            or in_order.previous_as_of_date in (select told_anew.as_of_date from told_anew)
        )
    )
