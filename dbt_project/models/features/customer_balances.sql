with

holdings as (

    select
        customer_id,
        balance,
        balance_90d_ago,
        risk_level,
        held_date,
        as_of_date,
        {# Money at risk: debts and balances of unknown risk say nothing of an appetite. #}
        case when balance > 0 and risk_level is not null then balance end as risk_balance
    from {{ ref('customer_holdings') }}

)

select
    customer_id,
    count(balance) as products,
    cast(sum(balance) as decimal(18, 4)) as balance,
    cast(sum(balance_90d_ago) as decimal(18, 4)) as balance_90d_ago,
    cast(sum(risk_balance) as decimal(18, 4)) as risk_balance,
    {{ ratio_of('sum(risk_balance * risk_level)', 'sum(risk_balance)') }} as revealed_risk,
    max(case when balance is not null then held_date end) as held_date,
    as_of_date
from holdings
group by customer_id, as_of_date
