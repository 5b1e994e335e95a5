{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_touched_customers() }}"
) }}

{#
    When a customer first shows up. A customer exists from the earliest trace on, always if some trace
    has no time: a customers row that knows neither when it was created nor updated, an identifier that
    does not say when it was seen. Traces of a later day must not move an earlier night, so a customer
    with both a profile and events exists from the earlier of the two.
#}
{%- set events = [
    ('customer_days', 'customer_id', 'day'),
    ('engagement_events', 'customer_id', 'occurred_date'),
    ('campaign_assignments', 'customer_id', 'assigned_date'),
    ('survey_responses', 'customer_id', 'responded_date'),
    ('contracts', 'customer_id', 'started_on'),
    ('holdings', 'customer_id', 'held_on'),
    ('credit_events', 'customer_id', 'occurred_date'),
    ('referrals', 'referrer_customer_id', 'referred_date'),
    ('referrals', 'referred_customer_id', 'referred_date'),
    ('erasure_requests', 'customer_id', 'requested_date'),
    ('identities', 'customer_id', 'seen_date'),
] -%}
{%- set touched -%}
select touched.customer_id
from {{ ref('touched_customers') }} as touched
{%- endset %}

with profiles as (

    select
        customer_id,
        coalesce(created_date, updated_date) as trace_date
    from {{ ref('customer_profiles') }}
    {% if is_incremental() %}
    where customer_id in ({{ touched | indent(4) }})
    {% endif %}

),

traces as (

    {% for table, column, day in events %}
    select
        {{ column }} as customer_id,
        count(*) > count({{ day }}) as is_timeless,
        min({{ day }}) as trace_date,
        min({{ day }}) as event_date
    from {{ ref(table) }}
    where
        {{ column }} is not null
        {% if is_incremental() %}
        {% if table == 'customer_days' -%}
        and customer_lookup in (
            select touched.customer_lookup
            from {{ ref('touched_customers') }} as touched
            where {{ is_key('touched.customer_lookup') }}
        )
        {% endif -%}
        and {{ column }} in ({{ touched | indent(8) }})
        {% endif %}
    group by {{ column }}

    union all

    {% endfor %}
    select
        profiles.customer_id,
        profiles.trace_date is null as is_timeless,
        profiles.trace_date,
        cast(null as date) as event_date
    from profiles

)

select
    customer_id,
    case when not max(is_timeless) then min(trace_date) end as exists_from_date,
    min(event_date) as first_event_date
from traces
group by customer_id
