with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

holdings as (

    select
        customer_id,
        product_id,
        balance,
        risk_level,
        held_date
    from {{ ref('customer_holdings') }}
    where balance > 0

),

tolerances as (

    select
        customer_id,
        risk_class,
        is_expired,
        assessed_date
    from {{ ref('risk_tolerances') }}

)

select
    night.as_of_date,
    night.run_id,
    holdings.customer_id,
    holdings.product_id,
    holdings.risk_level as holding_risk,
    tolerances.risk_class as tolerance,
    cast(holdings.balance as decimal(18, 2)) as balance,
    tolerances.is_expired as is_tolerance_expired,
    holdings.held_date,
    tolerances.assessed_date
from holdings
cross join night
inner join tolerances on holdings.customer_id = tolerances.customer_id
where holdings.risk_level > tolerances.risk_class
