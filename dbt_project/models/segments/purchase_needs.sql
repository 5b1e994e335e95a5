{# How the spend of 365 days spreads over needs, against that of everybody. #}
with

{# By number: fourteen million sums are told apart by it, of a million customers. #}
needs as (

    select distinct
        product_groups.category_number,
        category_needs.need
    from {{ ref('product_groups') }} as product_groups
    inner join {{ ref('category_needs') }} as category_needs
        on product_groups.category = category_needs.category

),

spent as (

    select
        spends.customer_number,
        {% for need in needs() %}
        sum(case when needs.need = '{{ need }}' then spends.sale_amount else 0 end)
            as {{ need }}_spend,
        {% endfor %}
        sum(spends.lines) as need_lines,
        sum(spends.sale_amount) as need_spend
    from {{ ref('customer_category_sums') }} as spends
    inner join needs on spends.category_number = needs.category_number
    group by spends.customer_number

),

everybody as (

    select
        {% for need in needs() %}
        {{ share_of('sum(' ~ need ~ '_spend)', 'sum(need_spend)') }} as {{ need }}_share,
        {% endfor %}
        count(*) as customers
    from spent

),

shares as (

    select
        customers.customer_id,
        spent.need_lines,
        spent.need_spend,
        rfm.sales_365d,
        {% for need in needs() %}
        {{ share_of('spent.' ~ need ~ '_spend', 'spent.need_spend') }} as {{ need }}_share,
        {% endfor %}
        rfm.as_of_date
    from spent
    inner join {{ ref('numbered_customers') }} as customers
        on spent.customer_number = customers.customer_number
    inner join {{ ref('customer_rfm') }} as rfm on customers.customer_id = rfm.customer_id

)

select
    shares.customer_id,
    cast(shares.need_lines as bigint) as need_lines,
    {{ share_of('shares.need_spend', 'shares.sales_365d') }} as coverage_share,
    {% for need in needs() %}
    shares.{{ need }}_share,
    everybody.{{ need }}_share as {{ need }}_base_share,
    {{ rounded('shares.' ~ need ~ '_share - everybody.' ~ need ~ '_share') }} as {{ need }}_lead,
    {% endfor %}
    shares.as_of_date
from shares
cross join everybody
