{#
    Guards against a superseded row that stands beside the one that superseded it. All tables with
    a key in one query: most are small or empty on most nights.
#}
{{ config(meta={'dagster': {'ref': {'name': 'landing_balance'}}}) }}

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
group by {{ key | join(', ') }}
having count(*) > 1
{% if not loop.last %}
union all
{% endif %}
{% endfor %}
