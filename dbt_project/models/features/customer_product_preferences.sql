-- depends_on: {{ ref('recounted_customers') }}
{{ told_by_customer(by='customer_id') }}

with

customers as (

    {{ customers_to_tell() | indent(4) }}

),

spends as (

    select
        spends.customer_number,
        product_groups.department_number,
        product_groups.brand_number,
        spends.sale_amount
    from {{ ref('customer_product_spend') }} as spends
    inner join {{ ref('product_groups') }} as product_groups
        on spends.product_group = product_groups.product_group
    inner join customers on spends.customer_number = customers.customer_number

),

categories as (

    select
        sums.customer_number,
        {{ first_value_by(
            'sums.category_number', ['-sums.sale_amount', 'sums.category_number']
        ) }} as category_number,
        count(*) as categories,
        sum(sums.main_brand_amount) as main_brand_amount,
        sum(sums.branded_amount) as branded_amount
    from {{ ref('customer_category_sums') }} as sums
    inner join customers on sums.customer_number = customers.customer_number
    group by sums.customer_number

),

{% for level in ['department', 'brand'] %}
{{ level }}_spends as (

    select
        customer_number,
        {{ level }}_number,
        sum(sale_amount) as sale_amount
    from spends
    where {{ level }}_number is not null
    group by customer_number, {{ level }}_number

),

{{ level }}s as (

    select
        customer_number,
        {{ first_value_by(level ~ '_number', ['-sale_amount', level ~ '_number']) }}
            as {{ level }}_number,
        count(*) as {{ level }}s
    from {{ level }}_spends
    group by customer_number

),

{% endfor %}
{% for level in ['department', 'category', 'brand'] %}
{{ level }}_names as (

    select distinct
        {{ level }}_number,
        {{ level }}
    from {{ ref('product_groups') }}
    where {{ level }}_number is not null

){{ ',' if not loop.last }}

{% endfor %}
select
    customers.customer_id,
    categories.category_number as preferred_category_number,
    category_names.category as preferred_category,
    department_names.department as preferred_department,
    brand_names.brand as preferred_brand,
    coalesce(categories.categories, 0) as categories_365d,
    coalesce(departments.departments, 0) as departments_365d,
    {{ share_of('categories.main_brand_amount', 'categories.branded_amount') }}
        as brand_loyalty_share
from customers
{% for levels, level in [
    ('departments', 'department'), ('categories', 'category'), ('brands', 'brand'),
] %}
left join {{ levels }} on customers.customer_number = {{ levels }}.customer_number
left join {{ level }}_names
    on {{ levels }}.{{ level }}_number = {{ level }}_names.{{ level }}_number
{% endfor %}
where
    departments.customer_number is not null
    or categories.customer_number is not null
    or brands.customer_number is not null
