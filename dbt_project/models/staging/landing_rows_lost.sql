{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_judged_rows() }}"
) }}

{#
    What makes two rows the same is the landing contract: the key of each table and its columns, or the
    identity columns of rows without a key.
#}

{{ keyed_rows_lost(
    table='customers',
    key=['customer_id'],
    columns=[
        'customer_id', 'updated_at', 'created_at', 'email', 'phone', 'first_name', 'last_name',
        'birth_date', 'age_band', 'gender', 'income_band', 'education', 'occupation',
        'marital_status', 'household_size', 'children_count', 'home_ownership', 'country', 'region',
        'city', 'postal_code', 'latitude', 'longitude', 'loyalty_tier', 'loyalty_points',
        'loyalty_enrolled_at', 'acquisition_channel', 'acquisition_cost', 'marketing_consent',
        'profiling_consent', 'email_consent', 'sms_consent', 'ads_consent',
    ],
    version='updated_at'
) }}

union all

{{ keyed_rows_lost(
    table='transactions',
    key=['order_id', 'line_id'],
    columns=[
        'order_id', 'line_id', 'customer_id', 'ordered_at', 'product_id', 'quantity', 'amount',
        'discount_amount', 'coupon_amount', 'cost_amount', 'currency', 'channel', 'store_id',
        'transaction_type', 'original_order_id',
    ],
    number=order_lookup()
) }}

union all

{{ keyless_rows_lost(
    table='transactions',
    identity=[
        'order_id', 'customer_id', 'ordered_at', 'product_id', 'amount', 'quantity',
        'transaction_type',
    ],
    key=['order_id', 'line_id'],
    number=order_lookup()
) }}

union all

{{ keyed_rows_lost(
    table='products',
    key=['product_id'],
    columns=[
        'product_id', 'name', 'category', 'subcategory', 'department', 'brand', 'unit_cost',
        'risk_level',
    ]
) }}

union all

{{ keyed_rows_lost(
    table='engagement_events',
    key=['event_id'],
    columns=[
        'event_id', 'customer_id', 'event_type', 'occurred_at', 'channel', 'campaign_id',
        'product_id', 'topic', 'duration_seconds', 'value', 'resolved_at',
    ],
    number=event_lookup()
) }}

union all

{{ keyless_rows_lost(
    table='engagement_events',
    identity=['customer_id', 'event_type', 'occurred_at', 'channel', 'product_id'],
    key=['event_id'],
    number=event_lookup()
) }}

union all

{{ keyed_rows_lost(
    table='campaigns',
    key=['campaign_id'],
    columns=[
        'campaign_id', 'name', 'channel', 'starts_on', 'ends_on', 'objective', 'cost_amount',
    ]
) }}

union all

{{ keyed_rows_lost(
    table='campaign_assignments',
    key=['campaign_id', 'customer_id'],
    columns=['campaign_id', 'customer_id', 'arm', 'assigned_at', 'is_randomised']
) }}

union all

{{ keyless_rows_lost(
    table='survey_responses',
    identity=['customer_id', 'survey', 'score', 'responded_at', 'question']
) }}

union all

{{ keyed_rows_lost(
    table='stores',
    key=['store_id'],
    columns=['store_id', 'name', 'region', 'city', 'latitude', 'longitude']
) }}

union all

{{ keyed_rows_lost(
    table='control_totals',
    key=['month'],
    columns=['month', 'revenue', 'orders']
) }}

union all

{{ keyed_rows_lost(
    table='contracts',
    key=['contract_id'],
    columns=[
        'contract_id', 'customer_id', 'product_id', 'status', 'started_on', 'ended_on',
        'monthly_amount',
    ]
) }}

union all

{{ keyed_rows_lost(
    table='holdings',
    key=['customer_id', 'product_id', 'held_on'],
    columns=['customer_id', 'product_id', 'held_on', 'balance', 'risk_level']
) }}

union all

{{ keyless_rows_lost(
    table='credit_events',
    identity=['customer_id', 'event_type', 'occurred_at', 'days_past_due', 'amount']
) }}

union all

{{ keyed_rows_lost(
    table='identities',
    key=['customer_id', 'identifier_type', 'identifier_value'],
    columns=['customer_id', 'identifier_type', 'identifier_value', 'seen_at']
) }}

union all

{{ keyed_rows_lost(
    table='referrals',
    key=['referrer_customer_id', 'referred_customer_id'],
    columns=['referrer_customer_id', 'referred_customer_id', 'referred_at']
) }}

union all

{{ keyed_rows_lost(
    table='erasure_requests',
    key=['customer_id'],
    columns=['customer_id', 'requested_at']
) }}
