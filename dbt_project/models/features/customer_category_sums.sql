-- depends_on: {{ ref('recounted_customers') }}
{{ told_by_customer(by='customer_number') }}

{# Sums and numbers alone: names beside each of sixteen million rows are half of the cost of writing
   them, and are looked up where they are wanted (`customer_category_spend`). #}
with

customers as (

    {{ customers_to_tell() | indent(4) }}

),

spends as (

    select
        spends.customer_number,
        product_groups.category_number,
        sum(spends.sale_amount) as sale_amount,
        sum(spends.discount_amount) as discount_amount,
        {# Of brands, the one with the most; a category in two departments is two here. #}
        sum(case when product_groups.brand is not null then spends.sale_amount end)
            as branded_amount,
        max(case when product_groups.brand is not null then spends.sale_amount end)
            as main_brand_amount,
        sum(spends.lines) as lines
    from {{ ref('customer_product_spend') }} as spends
    inner join {{ ref('product_groups') }} as product_groups
        on spends.product_group = product_groups.product_group
    inner join customers on spends.customer_number = customers.customer_number
    where product_groups.category is not null
    group by spends.customer_number, product_groups.category_number

)

select
    spends.customer_number,
    spends.category_number,
    {% for amount in ['sale_amount', 'discount_amount', 'branded_amount', 'main_brand_amount'] %}
    cast(coalesce(spends.{{ amount }}, 0) as decimal(18, 4)) as {{ amount }},
    {% endfor %}
    cast(spends.lines as bigint) as lines
from spends
