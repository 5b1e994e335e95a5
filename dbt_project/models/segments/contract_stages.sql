with

night as (

    select
        lifecycle_ending_days,
        lifecycle_new_days,
        lifecycle_balance_fall
    from {{ source('ops', 'night') }}
    where relationship = 'contractual'

),

{# Before anybody has a contract or a balance there is nothing to tell prospects from. #}
account as (

    select count(first_date) as customers
    from {{ ref('customer_contracts') }}

),

customers as (

    select
        contracts.customer_id,
        contracts.running_contracts,
        contracts.lasting_contracts,
        contracts.monthly_amount,
        contracts.balance,
        contracts.balance_90d_ago,
        contracts.tenure_days,
        contracts.days_since_end,
        contracts.days_since_return,
        contracts.gap_days,
        night.lifecycle_ending_days as ending_days,
        night.lifecycle_new_days as new_days,
        contracts.days_to_end,
        contracts.running_contracts > 0 or coalesce(contracts.balance > 0, false) as is_customer,
        contracts.running_contracts > 0 and contracts.lasting_contracts = 0 as is_ending,
        coalesce(
            contracts.balance_90d_ago > 0
            and cast(coalesce(contracts.balance, 0) as double)
            <= (1 - night.lifecycle_balance_fall) * cast(contracts.balance_90d_ago as double),
            false
        ) as has_fallen,
        contracts.first_date,
        contracts.as_of_date
    from {{ ref('customer_contracts') }} as contracts
    cross join night
    cross join account
    where account.customers > 0

),

{# The order of the rules is part of the definition. #}
staged as (

    select
        customers.*,
        case
            when customers.first_date is null then 'prospect'
            when not customers.is_customer then 'churned'
            when customers.is_ending or customers.has_fallen then 'at_risk'
            when customers.tenure_days < customers.new_days then 'new'
            when customers.days_since_return < customers.new_days then 'reactivated'
            else 'active'
        end as stage
    from customers

)

select *
from staged
