-- depends_on: {{ ref('own_segments') }}
{{ config(meta={'stored_as': {'customer_id': 'uncompressed'}}) }}

with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

{# The segments of schemes that have no column of their own. #}
owned as (

    select
        segments.customer_id,
        {{ dbt.listagg('segments.segment_id', "','", 'order by segments.segment_id') }}
            as own_segments
    from {{ ref('customer_segments') }} as segments
    inner join night on segments.as_of_date = night.as_of_date
    where {{ has_no_column('segments.scheme') | indent(4) }}
    group by segments.customer_id

)

select
    {% for column in columns_of_customer_360() if column != 'own_segments' %}
    customers.{{ column }},
    {% endfor %}
    owned.own_segments
from {{ ref('customer_base') }} as customers
left join owned on customers.customer_id = owned.customer_id
