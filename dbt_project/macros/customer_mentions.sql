{# Landing tables and their columns that name a customer. #}
{% macro customer_mentions() -%}
    {{ return([
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
    ]) }}
{%- endmacro %}
