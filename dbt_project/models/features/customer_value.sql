with

{# Without a row unless the account has contracts. #}
contracts as (

    select
        customer_id,
        value_365d,
        has_value
    from {{ ref('customer_contracts') }}

),

customers as (

    select
        rfm.customer_id,
        rfm.sale_lines_365d,
        rfm.spend_365d,
        rfm.sales_365d,
        rfm.known_cost_365d,
        rfm.known_cost_revenue_365d,
        rfm.known_cost_sales_365d,
        coalesce(contracts.value_365d, 0) as contract_value_365d,
        coalesce(contracts.has_value, false) as has_contract_value,
        rfm.as_of_date
    from {{ ref('customer_rfm') }} as rfm
    left join contracts on rfm.customer_id = contracts.customer_id

),

account as (

    select
        sum(sale_lines_365d) as sale_lines,
        sum(case when has_contract_value then 1 else 0 end) as contract_values,
        sum(sales_365d) as sales,
        sum(known_cost_sales_365d) as known_cost_sales,
        sum(known_cost_revenue_365d) as known_cost_revenue,
        sum(known_cost_revenue_365d) - sum(known_cost_365d) as known_margin
    from customers

),

{# One basis for all: customers valued by margin cannot be ranked against others valued by
   revenue. Contracts and balances are one where the account has no order lines at all. #}
basis as (

    select
        sale_lines = 0 and contract_values > 0 as is_contracts,
        coalesce(
            sales > 0
            and known_cost_revenue > 0
            and known_cost_sales >= cast(0.95 as decimal(4, 2)) * sales,
            false
        ) as is_margin,
        {{ ratio_of('known_margin', 'known_cost_revenue') }} as known_margin_rate
    from account

),

margins as (

    {# Lines of unknown cost earn the margin rate of the account's known lines. #}
    select
        customers.customer_id,
        case
            when basis.is_contracts then 'contracts'
            when basis.is_margin then 'margin'
            else 'revenue'
        end as value_basis,
        case
            when basis.is_margin
                then cast(round(
                    cast(
                        customers.known_cost_revenue_365d - customers.known_cost_365d as double
                    )
                    + cast(
                        customers.spend_365d - customers.known_cost_revenue_365d as double
                    ) * basis.known_margin_rate, 4
                ) as decimal(18, 4))
        end as margin_365d,
        case when basis.is_contracts then customers.contract_value_365d end as contract_value_365d,
        customers.spend_365d,
        case
            when basis.is_contracts then customers.has_contract_value
            else customers.sale_lines_365d > 0
        end as has_sale_line_365d,
        customers.as_of_date
    from customers
    cross join basis

)

select
    customer_id,
    value_basis,
    coalesce(contract_value_365d, margin_365d, spend_365d) as value_365d,
    margin_365d,
    has_sale_line_365d,
    as_of_date
from margins
