{%- set mentions = [
    ('customers', 'customer_id'),
    ('transactions', 'customer_id'),
    ('engagement_events', 'customer_id'),
    ('campaign_assignments', 'customer_id'),
    ('survey_responses', 'customer_id'),
    ('contracts', 'customer_id'),
    ('holdings', 'customer_id'),
    ('credit_events', 'customer_id'),
    ('identities', 'customer_id'),
    ('referrals', 'referrer_customer_id'),
    ('referrals', 'referred_customer_id'),
    ('erasure_requests', 'customer_id'),
] -%}

with mentioned as (

    {% for table, column in mentions %}
    select {{ column }} as source_customer_id
    from {{ ref('stg_landing__' ~ table) }}
    where {{ column }} is not null
    group by {{ column }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    source_customer_id,
    source_customer_id as customer_id
from mentioned
group by source_customer_id
