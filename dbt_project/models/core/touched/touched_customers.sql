{%- set mentions = customer_mentions() -%}

with customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

),

{# Of order lines, by the days that they touch: these are told by the customer's own id. #}
mentioned as (

    {% for table, column in mentions if table != 'transactions' %}
    select landed.{{ column }} as source_customer_id
    from {{ touched_landed(table) | indent(4) }} as landed
    {{ 'union' if not loop.last }}
    {% endfor %}

),

touched as (

    select customer_keys.customer_id
    from mentioned
    inner join customer_keys
        on mentioned.source_customer_id = customer_keys.source_customer_id

    union

    select customer_id
    from {{ ref('touched_days') }}

)

select
    customer_id,
    {{ customer_lookup() }} as customer_lookup
from touched
