{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_segments'}}}) }}

{# A second row of a customer would double every sum above it. Told by the number of rows: of each
   scheme as many as customers with a segment of it in `customer_360`, which has one row a customer
   and would have more, if a scheme had. To group twenty million rows by customer costs forty times
   as much. #}
{% set schemes = built_schemes_with_a_column() %}

with

segments as (

    select
        scheme,
        count(*) as number_of_rows
    from {{ ref('fct_customer_segments') }}
    group by scheme

),

counted as (

    select
        {% for scheme in schemes %}
        count({{ scheme }}_segment) as {{ scheme }},
        {% endfor %}
        count(*) as customers
    from {{ ref('customer_360') }}

),

customers as (

    {% for scheme in schemes %}
    select
        '{{ scheme }}' as scheme,
        {{ scheme }} as customers
    from counted
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

{# What users made up has no column of its own. #}
own_segments as (

    select
        customer_id,
        scheme
    from {{ ref('fct_customer_segments') }}
    where not {{ has_a_column('scheme') | indent(4) }}

)

select
    customers.scheme,
    cast(null as varchar) as customer_id,
    customers.customers,
    coalesce(segments.number_of_rows, 0) as number_of_rows
from customers
left join segments on customers.scheme = segments.scheme
where customers.customers <> coalesce(segments.number_of_rows, 0)

union all

select
    scheme,
    customer_id,
    1 as customers,
    count(*) as number_of_rows
from own_segments
group by customer_id, scheme
having count(*) > 1
