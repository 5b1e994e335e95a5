-- depends_on: {{ ref('own_segments') }}
{% set sources = features_of_segments() %}
{% set figures = figures_that_add_up() %}
{% set schemes = built_schemes_with_a_column() %}

with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

{# Someone can be reached who allows a channel and does not refuse marketing as a whole; nothing is
   known of an account that lands no consent at all. #}
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
        coalesce(consents.marketing_consent, true)
        and (
            coalesce(consents.marketing_consent, false)
            or coalesce(consents.email_consent, false)
            or coalesce(consents.sms_consent, false)
            or coalesce(consents.ads_consent, false)
        ) as is_reachable,
        coalesce(
            consents.marketing_consent, consents.email_consent, consents.sms_consent,
            consents.ads_consent
        ) is not null as is_consent_known,
        cast(rfm.recency_days as double) as measured_recency_days,
        cast(rfm.frequency as double) as measured_frequency,
        cast(rfm.monetary as double) as measured_monetary
    from {{ ref('customer_rfm') }} as rfm
    inner join {{ ref('night_customers') }} as consents
        on rfm.customer_id = consents.customer_id
    left join {{ ref('customer_behaviour') }} as behaviour
        on rfm.customer_id = behaviour.customer_id
    left join {{ ref('customer_contracts') }} as contracts
        on rfm.customer_id = contracts.customer_id

),

measured as (

    select
        {% for column in range(1, columns_side_by_side() + 1) -%}
        side_by_side.segments_{{ column }},
        {% endfor -%}
        customers.*
    from {{ ref('segments_side_by_side') }} as side_by_side
    inner join night on side_by_side.as_of_date = night.as_of_date
    inner join customers on side_by_side.customer_id = customers.customer_id

),

{# What adds up is added up for three schemes at once, a few hundred groups. #}
{% for column in range(1, columns_side_by_side() + 1) %}
sums_{{ column }} as (

    select
        segments_{{ column }},
    {% for figure, told in figures.items() %}
    {{ told }} as {{ figure }}{{ ',' if not loop.last }}
    {% endfor %}
    from measured
    group by segments_{{ column }}

),

{% endfor %}
sums as (

    {% for scheme in schemes %}
    {% set column = column_side_by_side(scheme) %}
    select
        '{{ scheme }}' as scheme,
        {{ segment_number_in('sums_' ~ column, scheme) }} as number,
    {% for figure in figures %}
    sum({{ figure }}) as {{ figure }}{{ ',' if not loop.last }}
    {% endfor %}
    from sums_{{ column }}
    group by {{ segment_number_in('sums_' ~ column, scheme) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

medians as (

    {% for scheme in schemes %}
    select
        '{{ scheme }}' as scheme,
        {{ segment_number_in('measured', scheme) }} as number,
        {{ medians_of_segments() }}
    from measured
    group by {{ segment_number_in('measured', scheme) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{# Schemes that a user made up have no number. #}
owned as (

    select
        segments.scheme,
        segments.segment_id,
        {% for figure, told in figures.items() %}
        {{ told }} as {{ figure }},
        {% endfor %}
        {{ medians_of_segments() }}
    from {{ ref('customer_segments') }} as segments
    inner join night on segments.as_of_date = night.as_of_date
    inner join customers on segments.customer_id = customers.customer_id
    where {{ has_no_column('segments.scheme') | indent(4) }}
    group by segments.scheme, segments.segment_id

),

told as (

    select
        numbers.scheme,
        numbers.segment_id,
        {% for figure in figures -%}
        sums.{{ figure }},
        {% endfor -%}
        medians.median_recency_days,
        medians.median_frequency,
        medians.median_monetary
    from sums
    inner join medians on sums.scheme = medians.scheme and sums.number = medians.number
    inner join {{ ref('segment_numbers') }} as numbers
        on sums.scheme = numbers.scheme and sums.number = numbers.number
    union all
    select *
    from owned

)

select
    told.scheme,
    told.segment_id,
    {% for figure in figures %}
    cast(told.{{ figure }} as {{
        'bigint' if figure in ('customers', 'reachable_customers', 'consents_known')
        or figure.endswith('_count') else 'decimal(38, 9)'
    }}) as {{ figure }},
    {% endfor %}
    told.median_recency_days,
    told.median_frequency,
    told.median_monetary,
    night.as_of_date
from told
cross join night
