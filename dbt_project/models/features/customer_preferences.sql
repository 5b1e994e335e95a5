{{ config(materialized='view') }}

{# Where no product says it, breadth is unknown for all, not zero. #}
with known as (

    select
        case when count(category) > 0 then 0 end as no_categories,
        case when count(department) > 0 then 0 end as no_departments
    from {{ ref('product_groups') }}

)

select
    customers.customer_id,
    products.preferred_category,
    products.preferred_department,
    products.preferred_brand,
    channels.main_channel as preferred_channel,
    stores.preferred_store,
    day_parts.preferred_day_part,
    next_categories.next_category as next_best_category,
    next_categories.lift as next_best_category_lift,
    coalesce(products.categories_365d, known.no_categories) as categories_365d,
    coalesce(products.departments_365d, known.no_departments) as departments_365d,
    products.brand_loyalty_share,
    rhythms.mean_gap_days,
    rhythms.gap_variation,
    customers.as_of_date
from {{ ref('night_customers') }} as customers
cross join known
left join {{ ref('customer_product_preferences') }} as products
    on customers.customer_id = products.customer_id
left join {{ ref('customer_channels') }} as channels
    on customers.customer_id = channels.customer_id
left join {{ ref('customer_stores') }} as stores on customers.customer_id = stores.customer_id
left join {{ ref('customer_day_parts') }} as day_parts
    on customers.customer_id = day_parts.customer_id
left join {{ ref('next_categories') }} as next_categories
    on customers.customer_id = next_categories.customer_id
left join {{ ref('purchase_rhythms') }} as rhythms
    on customers.customer_id = rhythms.customer_id
