with

nights as (

    select
        nights.*,
        sum(nights.customers) over (partition by nights.as_of_date, nights.scheme)
            as scheme_customers,
        sum(nights.spend_365d) over (partition by nights.as_of_date, nights.scheme)
            as scheme_spend
    from {{ ref('segment_nights') }} as nights

),

{# Those who were in the segment the night before. The first night has none to compare with, and
   one with other rules than the night before has no turnover: the rules moved, not the customers. #}
stayers as (

    select
        as_of_date,
        scheme,
        to_segment_id as segment_id,
        sum(case when from_segment_id = to_segment_id then customers else 0 end) as stayers
    from {{ ref('segment_transitions') }}
    where
        previous_as_of_date is not null
        and to_segment_id is not null
        and not coalesce(has_new_rules, false)
    group by as_of_date, scheme, to_segment_id

)

select
    nights.as_of_date,
    nights.run_id,
    nights.scheme,
    nights.segment_id,
    case when effects.eta_squared_next_90d_spend is not null then 'eta_squared_next_90d_spend' end
        as effect_measure,
    nights.customers,
    {{ share_of('nights.customers', 'nights.scheme_customers') }} as customer_share,
    {{ share_of('nights.spend_365d', 'nights.scheme_spend') }} as spend_share,
    outcomes.next_90d_spend,
    outcomes.next_90d_orders,
    outcomes.next_90d_buyers,
    effects.eta_squared_next_90d_spend as effect_size,
    effects.cramers_v_next_90d_order,
    1 - {{ share_of('stayers.stayers', 'nights.customers') }} as turnover_share,
    case
        when nights.consents_known > 0
            then {{ share_of('nights.reachable_customers', 'nights.customers') }}
    end as reachable_share
from nights
left join stayers
    on
        nights.as_of_date = stayers.as_of_date
        and nights.scheme = stayers.scheme
        and nights.segment_id = stayers.segment_id
left join {{ ref('segment_outcomes') }} as outcomes
    on
        nights.as_of_date = outcomes.as_of_date
        and nights.scheme = outcomes.scheme
        and nights.segment_id = outcomes.segment_id
left join {{ ref('scheme_effects') }} as effects
    on nights.as_of_date = effects.as_of_date and nights.scheme = effects.scheme
