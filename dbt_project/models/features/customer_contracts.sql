with

night as (

    select
        lifecycle_gap_days,
        asset_tier_told_days,
        value_tier_balance_margin,
        {{ window_start('as_of_date', 'lifecycle_new_days') }} as window_start,
        as_of_date
    from {{ source('ops', 'night') }}
    where relationship = 'contractual'

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

joined as (

    select
        customers.customer_id,
        coalesce(contracts.contracts, 0) as contracts,
        coalesce(contracts.running_contracts, 0) as running_contracts,
        coalesce(contracts.lasting_contracts, 0) as lasting_contracts,
        coalesce(contracts.has_run_365d, false) as has_run_365d,
        coalesce(contracts.monthly_amount, 0) as monthly_amount,
        coalesce(contracts.income_365d, 0) as income_365d,
        holdings.balance,
        holdings.balance_90d_ago,
        {{ days_between('night.as_of_date', 'contracts.announced_on') }} as days_to_end,
        {{ days_between('contracts.last_ended_on', 'night.as_of_date') }} as days_since_end,
        least(contracts.first_started_on, balances.first_held_on) as first_date,
        {# What is back: a contract after a gap or, where none runs, a balance. #}
        case
            when contracts.returned_on >= night.window_start
                then least(contracts.returned_on, balances.held_again_on)
            when coalesce(contracts.running_contracts, 0) = 0 then balances.held_again_on
        end as returned_date,
        greatest(
            case
                when contracts.returned_on >= night.window_start then contracts.left_on
                else contracts.last_ended_on
            end,
            {{ day_plus('balances.held_before_on', 'night.asset_tier_told_days') }}
        ) as left_date
    from customers
    cross join night
    left join {{ ref('contract_spells') }} as contracts
        on customers.customer_id = contracts.customer_id
    left join {{ ref('balance_spells') }} as balances
        on customers.customer_id = balances.customer_id
    left join {{ ref('customer_balances') }} as holdings
        on customers.customer_id = holdings.customer_id

),

told as (

    select
        joined.*,
        {{ days_between('joined.left_date', 'joined.returned_date') }} as gap_days
    from joined

)

select
    told.customer_id,
    cast(told.contracts as bigint) as contracts,
    cast(told.running_contracts as bigint) as running_contracts,
    cast(told.lasting_contracts as bigint) as lasting_contracts,
    told.monthly_amount,
    told.balance,
    told.balance_90d_ago,
    cast(round(
        cast(told.income_365d as double)
        + night.value_tier_balance_margin * greatest(coalesce(cast(told.balance as double), 0), 0),
        4
    ) as decimal(18, 4)) as value_365d,
    cast({{ days_between('told.first_date', 'night.as_of_date') }} as bigint) as tenure_days,
    cast(told.days_to_end as bigint) as days_to_end,
    cast(told.days_since_end as bigint) as days_since_end,
    case
        when told.gap_days > night.lifecycle_gap_days
            then cast({{ days_between('told.returned_date', 'night.as_of_date') }} as bigint)
    end as days_since_return,
    case when told.gap_days > night.lifecycle_gap_days then cast(told.gap_days as bigint) end
        as gap_days,
    told.has_run_365d or coalesce(told.balance > 0, false) as has_value,
    told.first_date,
    night.as_of_date
from told
cross join night
