{{ config(materialized='view') }}

with

nights as (

    select
        nights.as_of_date,
        nights.run_id,
        nights.scheme,
        nights.segment_id,
        nights.customers,
        nights.reachable_customers,
        nights.consents_known,
        nights.spend_365d,
        coalesce(plays.has_own_play, false) as has_own_play,
        sum(nights.customers) over (partition by nights.as_of_date, nights.scheme)
            as scheme_customers,
        sum(nights.spend_365d) over (partition by nights.as_of_date, nights.scheme)
            as scheme_spend
    from {{ ref('segment_nights') }} as nights
    left join {{ ref('segment_plays') }} as plays on nights.segment_id = plays.segment_id

),

shares as (

    select
        *,
        {{ summable(share_of('customers', 'scheme_customers')) }} as customer_share,
        {{ summable(ratio_of('spend_365d', 'scheme_spend')) }} as spend_share
    from nights

),

schemes as (

    select
        as_of_date,
        scheme,
        max(run_id) as run_id,
        count(*) as segments,
        cast(sum(customers) as bigint) as customers,
        {# Of whom nothing is known is in no segment to speak of. #}
        sum(case when segment_id = scheme || '.unknown' then 0 else customers end) as measured,
        min(customer_share) as smallest_customer_share,
        {# The number of equally large segments that would be as much of a division: one over the
           chance that two customers are in the same one. #}
        1 / sum(customer_share * customer_share) as effective_segments,
        sum(abs(spend_share - customer_share)) / 2 as spend_concentration,
        case when sum(consents_known) > 0 then sum(reachable_customers) end as reachable,
        sum(
            case when has_own_play and segment_id <> scheme || '.unknown' then customers else 0 end
        ) as actionable
    from shares
    group by as_of_date, scheme

),

{# Everybody is in some scheme; the largest holds all of them. #}
everybody as (

    select
        as_of_date,
        max(customers) as customers
    from schemes
    group by as_of_date

),

moves as (

    select
        as_of_date,
        scheme,
        sum(case when from_segment_id <> to_segment_id then customers else 0 end) as moved,
        sum(customers) as compared
    from {{ ref('segment_transitions') }}
    where
        previous_as_of_date is not null
        and not coalesce(has_new_rules, false)
        and from_segment_id is not null
        and to_segment_id is not null
    group by as_of_date, scheme

),

{# The latest effect that was known on the night: of one at least 90 days earlier. #}
effects as (

    select
        schemes.as_of_date,
        schemes.scheme,
        effects.as_of_date as effect_as_of_date,
        effects.eta_squared_next_90d_spend,
        effects.cramers_v_next_90d_order,
        row_number() over (
            partition by schemes.as_of_date, schemes.scheme order by effects.as_of_date desc
        ) as place
    from schemes
    inner join {{ ref('scheme_effects') }} as effects
        on
            schemes.scheme = effects.scheme
            and {{ days_between('effects.as_of_date', 'schemes.as_of_date') }} >= 90

)

select
    schemes.as_of_date,
    schemes.run_id,
    schemes.scheme,
    schemes.segments,
    schemes.customers,
    {{ share_of('schemes.measured', 'everybody.customers') }} as measured_share,
    {{ rounded('schemes.smallest_customer_share') }} as smallest_customer_share,
    {{ rounded('schemes.effective_segments') }} as effective_segments,
    {{ rounded('schemes.spend_concentration') }} as spend_concentration,
    {{ share_of('schemes.reachable', 'schemes.customers') }} as reachable_share,
    effects.eta_squared_next_90d_spend,
    effects.cramers_v_next_90d_order,
    {{ share_of('schemes.actionable', 'schemes.customers') }} as actionable_share,
    {{ share_of('moves.moved', 'moves.compared') }} as turnover_share,
    effects.effect_as_of_date
from schemes
inner join everybody on schemes.as_of_date = everybody.as_of_date
left join moves
    on schemes.as_of_date = moves.as_of_date and schemes.scheme = moves.scheme
left join effects
    on
        schemes.as_of_date = effects.as_of_date
        and schemes.scheme = effects.scheme
        and effects.place = 1
