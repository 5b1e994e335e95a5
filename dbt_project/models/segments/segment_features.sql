-- depends_on: {{ ref('own_segments') }}
{% set sources = {
    'rfm': [
        'recency_days', 'frequency', 'monetary', 'average_order_value', 'tenure_days',
        'spend_365d', 'discount_share', 'return_share', 'orders_365d',
    ],
    'behaviour': [
        'lines_per_order_365d', 'active_months_365d', 'department_breadth_365d',
        'engagement_events_90d',
    ],
} %}
{% set features = sources['rfm'] + sources['behaviour'] %}

with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

customers as (

    select
        rfm.customer_id,
        {% for table in sources -%}
        {%- for feature in sources[table] -%}
        {{ summable(
            'case when contracts.customer_id is null then rfm.tenure_days '
            ~ 'else contracts.tenure_days end'
            if feature == 'tenure_days' else table ~ '.' ~ feature
        ) }} as {{ feature }},
        {% endfor -%}
        {%- endfor -%}
        rfm.as_of_date
    from {{ ref('customer_rfm') }} as rfm
    left join {{ ref('customer_behaviour') }} as behaviour
        on rfm.customer_id = behaviour.customer_id
    left join {{ ref('customer_contracts') }} as contracts
        on rfm.customer_id = contracts.customer_id

),

assigned as (

    select
        segments.customer_id,
        segments.scheme,
        segments.segment_id
    from {{ ref('customer_segments') }} as segments
    inner join night on segments.as_of_date = night.as_of_date

),

totals as (

    select
        assigned.scheme,
        assigned.segment_id,
    {% for feature in features %}
    sum(customers.{{ feature }}) as {{ feature }}_sum,
    count(customers.{{ feature }}) as {{ feature }}_count{{ ',' if not loop.last }}
    {% endfor %}
    from assigned
    inner join customers on assigned.customer_id = customers.customer_id
    group by assigned.scheme, assigned.segment_id

),

by_feature as (

    {% for feature in features %}
    select
        scheme,
        segment_id,
        '{{ feature }}' as feature,
        {{ feature }}_sum as feature_sum,
        {{ feature }}_count as feature_count
    from totals
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{# The base is everybody in the scheme: 100 is the average customer, 200 twice that. #}
based as (

    select
        by_feature.*,
        sum(by_feature.feature_sum) over (
            partition by by_feature.scheme, by_feature.feature
        ) as base_sum,
        sum(by_feature.feature_count) over (
            partition by by_feature.scheme, by_feature.feature
        ) as base_count
    from by_feature

),

means as (

    select
        based.scheme,
        based.segment_id,
        based.feature,
        {{ ratio_of('based.feature_sum', 'based.feature_count') }} as mean,
        {{ ratio_of('based.base_sum', 'based.base_count') }} as base_mean
    from based

)

select
    means.scheme,
    means.segment_id,
    means.feature,
    means.mean,
    means.base_mean,
    case when means.base_mean > 0 then {{ ratio_of('100 * means.mean', 'means.base_mean') }} end
        as index_vs_base,
    night.as_of_date,
    night.run_id
from means
cross join night
