with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

{# A seller who has one level of categories only has it for departments too. #}
kinds as (

    select distinct
        coalesce(department, category) as department,
        category,
        brand
    from {{ ref('products') }}
    where coalesce(department, category, brand) is not null

)

select
    kinds.department,
    kinds.category,
    kinds.brand,
    cast(row_number() over (
        order by
            kinds.department nulls last, kinds.category nulls last, kinds.brand nulls last
    ) as integer) as product_group,
    {% for level in ['department', 'category', 'brand'] %}
    case
        when kinds.{{ level }} is not null
            then cast(dense_rank() over (order by kinds.{{ level }} nulls last) as integer)
    end as {{ level }}_number,
    {% endfor %}
    night.as_of_date
from kinds
cross join night
