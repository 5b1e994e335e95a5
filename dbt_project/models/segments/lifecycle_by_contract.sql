{# Within a tenth of the time of warning of the next stage counts as borderline. #}
{% set borderline = 0.1 %}

with

night as (

    select
        currency,
        language
    from {{ source('ops', 'night') }}

),

{# Days until the customer is at risk or has left, and is no longer new or back, if all goes on. #}
awaited as (

    select
        staged.*,
        case
            when staged.stage = 'at_risk' then staged.days_to_end
            when staged.is_customer then staged.days_to_end - staged.ending_days
        end as days_to_worse,
        case staged.stage
            when 'new' then staged.new_days - staged.tenure_days
            when 'reactivated' then staged.new_days - staged.days_since_return
        end as days_to_settle
    from {{ ref('contract_stages') }} as staged

),

followed as (

    select
        awaited.*,
        case
            when awaited.stage = 'at_risk'
                then
                    case
                        when awaited.days_to_end is not null and coalesce(awaited.balance, 0) <= 0
                            then 'churned'
                    end
            when awaited.days_to_worse <= coalesce(awaited.days_to_settle, awaited.days_to_worse)
                then 'at_risk'
            when awaited.days_to_settle is not null then 'active'
        end as next_stage
    from awaited

),

scored as (

    {# What is left of the last contract in units of the time of warning: at 1 it is at risk. #}
    select
        followed.*,
        {{ ratio_of('followed.days_to_end', 'followed.ending_days') }} as score,
        case
            when followed.next_stage = 'active'
                then {{ ratio_of('followed.days_to_settle', 'followed.ending_days') }}
            when followed.next_stage is not null
                then {{ ratio_of('followed.days_to_worse', 'followed.ending_days') }}
        end as margin
    from followed

)

select
    scored.as_of_date,
    scored.customer_id,
    'lifecycle' as scheme,
    'lifecycle.' || scored.stage as segment_id,
    scored.score,
    scored.margin,
    coalesce(scored.margin < {{ borderline }}, false) as is_borderline,
    'lifecycle.' || scored.next_stage as next_segment_id,
    case
        when scored.stage = 'prospect'
            then {{ said('lifecycle.no_contract', {'stage': 'scored.stage'}) }}
        when scored.stage = 'churned'
            then
                coalesce(
                    {{ said('lifecycle.contracts_over', {
                        'stage': 'scored.stage', 'days': 'scored.days_since_end'}) }},
                    {{ said('lifecycle.nothing_left', {'stage': 'scored.stage'}) }}
                )
        when scored.running_contracts > 0
            then
                {{ said('lifecycle.contracts', {
                    'stage': 'scored.stage', 'contracts': 'scored.running_contracts',
                    'money': in_currency('scored.monthly_amount')}) }}
        else {{ said('lifecycle.balance_alone', {
            'stage': 'scored.stage', 'money': in_currency('scored.balance')}) }}
    end as reason_1,
    case
        when scored.stage = 'at_risk' and scored.is_ending
            then
                coalesce(
                    {{ said('lifecycle.contract_ends', {
                        'days': 'scored.days_to_end', 'limit': 'scored.ending_days'}) }},
                    {{ said('lifecycle.contract_unsure') }}
                )
        when scored.stage = 'at_risk'
            then
                {{ said('lifecycle.balance_fell', {
                    'before': in_currency('scored.balance_90d_ago')}) }}
        when scored.stage = 'reactivated'
            then
                {{ said('lifecycle.contract_return', {
                    'days': 'scored.days_since_return', 'gap': 'scored.gap_days'}) }}
        else {{ said('lifecycle.contract_tenure', {'days': 'scored.tenure_days'}) }}
    end as reason_2,
    {{ said('lifecycle.balance', {
        'money': in_currency('scored.balance'), 'before': in_currency('scored.balance_90d_ago')})
    }} as reason_3
from scored
cross join night
