with

customers as (

    select
        gaps,
        gap_days,
        as_of_date
    from {{ ref('customer_rfm') }}
    where gaps >= 1

)

{# The likelihood of a customer's gaps depends on their number and sum alone, so customers that
   share both are one weighted row of the fit. #}
select
    gaps,
    gap_days,
    count(*) as customers,
    as_of_date
from customers
group by gaps, gap_days, as_of_date
