{# Margins below a tenth of a score point count as borderline. #}
{% set borderline = 0.1 %}

{# The grid by recency score, frequency scores 1 to 5 in a row. #}
{% set grid = {
    5: ['new', 'potential_loyalist', 'potential_loyalist', 'champions', 'champions'],
    4: ['promising', 'potential_loyalist', 'potential_loyalist', 'loyal', 'loyal'],
    3: ['about_to_sleep', 'about_to_sleep', 'need_attention', 'loyal', 'loyal'],
    2: ['hibernating', 'hibernating', 'at_risk', 'at_risk', 'cannot_lose'],
    1: ['hibernating', 'hibernating', 'at_risk', 'at_risk', 'cannot_lose'],
} %}

{# In the order in which the first of equal distance is taken. #}
{% set ways = [
    ('frequency', 'down'), ('frequency', 'up'), ('recency', 'down'), ('recency', 'up'),
] %}

with

night as (

    select
        language,
        {{ window_phrase() | indent(4) }} as window_phrase
    from {{ source('ops', 'night') }}
    where rf_matrix_enabled

),

customers as (

    select
        rfm.customer_id,
        rfm.recency_days,
        rfm.frequency,
        scores.r_score,
        scores.f_score,
        scores.r_position,
        scores.f_position,
        rfm.as_of_date
    from {{ ref('customer_rfm') }} as rfm
    cross join night
    inner join {{ ref('rfm_scores') }} as scores on rfm.customer_id = scores.customer_id

),

{# Each cell with the nearest cell of another segment up and down its row and its column. #}
neighbours as (

    {% for recency in grid %}
    {% for frequency in range(1, 6) %}
    {% set segment = grid[recency][frequency - 1] %}
    select
        {{ recency }} as r_score,
        {{ frequency }} as f_score,
        {% for measure, way in ways %}
        {{ cell_beyond(grid, recency, frequency, measure, way) }}
        {% endfor %}
        'rf_matrix.{{ segment }}' as segment_id
    {{ 'union all' if not (loop.last and recency == 1) }}
    {% endfor %}
    {% endfor %}

),

distances as (

    select
        customers.customer_id,
        neighbours.*,
    {% for measure, way in ways %}
    {{ way_length(measure, way) }} as {{ measure }}_{{ way }}{{ ',' if not loop.last }}
    {% endfor %}
    from customers
    inner join neighbours
        on customers.r_score = neighbours.r_score and customers.f_score = neighbours.f_score

),

nearest as (

    select
        distances.*,
        least(
            {% for measure, way in ways -%}
            distances.{{ measure }}_{{ way }}{{ ', ' if not loop.last }}
            {%- endfor %}
        ) as distance
    from distances

)

select
    customers.as_of_date,
    customers.customer_id,
    'rf_matrix' as scheme,
    case
        when customers.recency_days is null then 'rf_matrix.prospect'
        else coalesce(nearest.segment_id, 'rf_matrix.lost')
    end as segment_id,
    {# Mean of both positions, in score points. #}
    {{ rounded('(customers.r_position + customers.f_position) / 2') }} as score,
    nearest.distance as margin,
    coalesce(nearest.distance < {{ borderline }}, false) as is_borderline,
    case nearest.distance
        {% for measure, way in ways %}
        when nearest.{{ measure }}_{{ way }} then nearest.{{ measure }}_{{ way }}_segment_id
        {% endfor %}
    end as next_segment_id,
    {{ recency_reason() }} as reason_1,
    {{ frequency_reason() }} as reason_2,
    cast(null as varchar) as reason_3
from customers
cross join night
left join nearest on customers.customer_id = nearest.customer_id
