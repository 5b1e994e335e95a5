{# Margins below a tenth of a score point count as borderline. #}
{% set borderline = 0.1 %}

{# In the order in which the first of equal distance is taken. #}
{% set ways = [
    ('frequency', 'down'), ('frequency', 'up'), ('monetary', 'down'), ('monetary', 'up'),
    ('recency', 'down'), ('recency', 'up'),
] %}

with

night as (

    select
        rfm_map,
        rfm_window_days,
        currency,
        language,
        {{ window_phrase() | indent(4) }} as window_phrase
    from {{ source('ops', 'night') }}

),

customers as (

    select
        rfm.customer_id,
        scores.rfm_code,
        rfm.recency_days,
        rfm.frequency,
        rfm.monetary,
        scores.r_score,
        scores.f_score,
        scores.m_score,
        scores.r_position,
        scores.f_position,
        scores.m_position,
        rfm.as_of_date
    from {{ ref('customer_rfm') }} as rfm
    inner join {{ ref('rfm_scores') }} as scores on rfm.customer_id = scores.customer_id

),

codes as (

    select
        code_map.rfm_code,
        code_map.segment_id
    from {{ ref('rfm_segment_map') }} as code_map
    inner join night on code_map.map = night.rfm_map

),

{# The six ways out of a code side by side: one row per code, not one per customer and way. #}
neighbours as (

    select
        rfm_code,
    {% for measure, way in ways %}
    {{ way_out('target_score', measure, way) }} as {{ measure }}_{{ way }}_score,
    {{ way_out('segment_id', measure, way) }} as {{ measure }}_{{ way }}_segment_id
    {{- ',' if not loop.last }}
    {% endfor %}
    from {{ ref('rfm_neighbours') }}
    group by rfm_code

),

distances as (

    select
        customers.customer_id,
        neighbours.*,
    {% for measure, way in ways %}
    {{ way_length(measure, way) }} as {{ measure }}_{{ way }}{{ ',' if not loop.last }}
    {% endfor %}
    from customers
    inner join neighbours on customers.rfm_code = neighbours.rfm_code

),

margins as (

    select
        distances.*,
        least(
            {% for measure, way in ways -%}
            distances.{{ measure }}_{{ way }}{{ ', ' if not loop.last }}
            {%- endfor %}
        ) as distance
    from distances

),

nearest as (

    select
        margins.customer_id,
        margins.distance,
        case
            {% for measure, way in ways %}
            when margins.{{ measure }}_{{ way }} = margins.distance
                then margins.{{ measure }}_{{ way }}_segment_id
            {% endfor %}
        end as segment_id
    from margins

)

select
    customers.as_of_date,
    customers.customer_id,
    'rfm' as scheme,
    case
        when customers.recency_days is null then 'rfm.prospect'
        when customers.rfm_code is null then 'rfm.lost'
        else codes.segment_id
    end as segment_id,
    {# Mean of recency's position and of frequency's and monetary's together, in score points. #}
    {{ rounded(
        '(customers.r_position + (customers.f_position + customers.m_position) / 2) / 2') }}
        as score,
    nearest.distance as margin,
    coalesce(nearest.distance < {{ borderline }}, false) as is_borderline,
    nearest.segment_id as next_segment_id,
    {{ recency_reason() }} as reason_1,
    {{ frequency_reason() }} as reason_2,
    case
        when customers.rfm_code is not null
            then
                {{ said('rfm.monetary', {
                    'score': 'customers.m_score',
                    'money': in_currency('customers.monetary'),
                    'window': 'night.window_phrase'}) }}
    end as reason_3
from customers
cross join night
left join codes on customers.rfm_code = codes.rfm_code
left join nearest on customers.customer_id = nearest.customer_id
