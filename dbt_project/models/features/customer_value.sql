with

customers as (

    select
        customer_id,
        sale_lines_365d,
        spend_365d,
        sales_365d,
        known_cost_365d,
        known_cost_revenue_365d,
        known_cost_sales_365d,
        as_of_date
    from {{ ref('customer_rfm') }}

),

account as (

    select
        sum(sales_365d) as sales,
        sum(known_cost_sales_365d) as known_cost_sales,
        sum(known_cost_revenue_365d) as known_cost_revenue,
        sum(known_cost_revenue_365d) - sum(known_cost_365d) as known_margin
    from customers

),

{# One basis for all: customers valued by margin cannot be ranked against others valued by
   revenue. #}
basis as (

    select
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
        case when basis.is_margin then 'margin' else 'revenue' end as value_basis,
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
        customers.spend_365d,
        customers.sale_lines_365d > 0 as has_sale_line_365d,
        customers.as_of_date
    from customers
    cross join basis

)

select
    customer_id,
    value_basis,
    coalesce(margin_365d, spend_365d) as value_365d,
    margin_365d,
    has_sale_line_365d,
    as_of_date
from margins
