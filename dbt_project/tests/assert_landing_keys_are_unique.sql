{#
    Guards against a superseded row that stands beside the one that superseded it. All tables with
    a key in one query: most are small or empty on most nights. Where core took in new files only, the
    keys of rows that it judged.
#}
{{ config(meta={'dagster': {'ref': {'name': 'landing_balance'}}}) }}

{% set touched = ref('touched_rows') %}
{% set keys = {
    'campaign_assignments': ['campaign_id', 'customer_id'],
    'campaigns': ['campaign_id'],
    'contracts': ['contract_id'],
    'control_totals': ['month'],
    'erasure_requests': ['customer_id'],
    'holdings': ['customer_id', 'product_id', 'held_on'],
    'identities': ['customer_id', 'identifier_type', 'identifier_value'],
    'products': ['product_id'],
    'referrals': ['referrer_customer_id', 'referred_customer_id'],
    'stores': ['store_id'],
} %}

-- depends_on: {{ ref('landing_balance') }}
{% for table, key in keys.items() %}
select '{{ table }}' as source_table
from {{ ref(table) }}
{% if not flags.FULL_REFRESH -%}
where ({{ key | join(', ') }}) in (
    select judged.{{ key | join(', judged.') }}
    from {{ ref(table) }} as judged
    inner join {{ touched }} as touched
        on
            judged.file_seq = touched.file_seq
            and judged.row_number = touched.row_number
            and touched.source_table = '{{ table }}'
)
{% endif -%}
group by {{ key | join(', ') }}
having count(*) > 1
{% if not loop.last %}
union all
{% endif %}
{% endfor %}
