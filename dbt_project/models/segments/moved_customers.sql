{{ config(meta={'reconcile': false}) }}

with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

compared as (

    select
        scheme,
        as_of_date
    from {{ ref('compared_nights') }}

),

changes as (

    select
        customer_id,
        scheme,
        as_of_date
    from {{ ref('segment_changes') }}

),

stays as (

    select
        customer_id,
        scheme,
        valid_from,
        valid_to
    from {{ as_left_by_last_night('segments', 'segment_stays', {
        'customer_id': 'varchar', 'scheme': 'varchar', 'valid_from': 'date', 'valid_to': 'date',
    }) }}

)

select
    changes.customer_id,
    changes.scheme
from changes
inner join compared
    on changes.scheme = compared.scheme and changes.as_of_date = compared.as_of_date

union

{# A stay may also begin or end on a compared night by a change that is no longer told. #}
{% for end in ['valid_from', 'valid_to'] %}
select
    stays.customer_id,
    stays.scheme
from stays
inner join compared on stays.scheme = compared.scheme and stays.{{ end }} = compared.as_of_date

union

{# When the night is run again, a scheme may be gone from it that told changes before. #}
select
    stays.customer_id,
    stays.scheme
from stays
inner join night on stays.{{ end }} = night.as_of_date
{% if not loop.last %}

union

{% endif %}
{% endfor %}
