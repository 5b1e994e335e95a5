{{ config(materialized='view') }}

with

need_map as (

    select
        kind,
        lower(name) as name,
        need
    from {{ ref('need_map') }}

),

{# A category lies in the department of most of its products. #}
departments as (

    select
        category,
        lower(department) as department,
        count(*) as products
    from {{ ref('products') }}
    where category is not null
    group by category, lower(department)

),

categories as (

    select
        category,
        {{ first_value_by('department', ['-products', 'department']) }} as department
    from departments
    group by category

)

select
    categories.category,
    coalesce(by_category.need, by_department.need) as need
from categories
left join need_map as by_category
    on lower(categories.category) = by_category.name and by_category.kind = 'category'
left join need_map as by_department
    on categories.department = by_department.name and by_department.kind = 'department'
where coalesce(by_category.need, by_department.need) is not null
