-- depends_on: {{ ref('retouched_customers') }}
{{ told_by_customer(by='customer_id', anew='retouched_customers') }}

{# Between a channel and a campaign, as one value; neither holds it. #}
{% set separator = 'chr(31)' %}

with

customers as (

    {{ customers_to_tell('retouched_customers') | indent(4) }}

),

ends as (

    select
        customer_id,
        {{ first_value_by('touch', ['first_at', 'touch']) }} as first_touch,
        {{ last_value_by('touch', ['last_at', 'touch']) }} as last_touch,
        min(first_date) as first_touch_date,
        max(last_date) as last_touch_date,
        max(last_considered_date) as last_considered_date,
        max(last_review_date) as last_review_date
    from {{ ref('touch_spans') }}
    group by customer_id

)

select
    ends.customer_id,
    {% for end in ['first', 'last'] %}
    split_part(ends.{{ end }}_touch, {{ separator }}, 1) as {{ end }}_touch_channel,
    nullif(split_part(ends.{{ end }}_touch, {{ separator }}, 2), '')
        as {{ end }}_touch_campaign_id,
    {% endfor %}
    ends.first_touch_date,
    ends.last_touch_date,
    ends.last_considered_date,
    ends.last_review_date
from ends
inner join customers on ends.customer_id = customers.customer_id
