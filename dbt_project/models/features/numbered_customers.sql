{# By number: what is summed by customer and product are tens of millions of rows, and a number is a
   fraction of an id. #}
select
    customer_id,
    cast(row_number() over (order by customer_id) as integer) as customer_number,
    as_of_date
from {{ ref('night_customers') }}
