{{ config(meta={'reconcile': false}) }}

select seen.customer_id
from {{ ref('seen_customers') }} as seen
left join {{ ref('customers') }} as customers on seen.customer_id = customers.customer_id
where not coalesce(customers.has_profiling_consent, false)
