{{ landed_table('transactions') }}

{%- set touched = ref('touched_lines') %}
{%- set lines = ref('stg_landing__transactions') %}
{%- set keys = ref('customer_keys') %}

{% if is_incremental() %}
select {{ order_line_columns() | join(', ') }}
from {{ touched }}
where stands
{% else %}
select
    {{ order_lines_of('lines', 'keys') }}
from {{ lines }} as lines
left join {{ keys }} as keys
    on lines.customer_id = keys.source_customer_id
{% endif %}
