{# Margins below a tenth of a score point count as borderline. #}
{% set borderline = 0.1 %}

with

night as (

    select
        rfm_map,
        rfm_window_days,
        currency
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

distances as (

    select
        customers.customer_id,
        neighbours.segment_id,
        neighbours.measure,
        neighbours.is_upward,
        {% set position %}
        case neighbours.measure
            when 'recency' then customers.r_position
            when 'frequency' then customers.f_position
            else customers.m_position
        end
        {% endset %}
        {{ rounded(
            'case when neighbours.is_upward then neighbours.target_score - ' ~ position
            ~ ' else ' ~ position ~ ' - neighbours.target_score - 1 end') }} as distance
    from customers
    inner join {{ ref('rfm_neighbours') }} as neighbours
        on customers.rfm_code = neighbours.rfm_code

),

nearest as (

    select
        distances.*,
        row_number() over (
            partition by distances.customer_id
            order by distances.distance, distances.measure, distances.is_upward
        ) as nearness
    from distances

),

sentences as (

    select
        customers.customer_id,
        {{ days_phrase('customers.recency_days', 'last order', 'ago') }} as recency_sentence,
        {{ counted('customers.frequency', 'order') }} as orders_phrase,
        {{ as_money('customers.monetary') }}
        || coalesce(' ' || night.currency, '') as money_phrase,
        coalesce(' in ' || cast(night.rfm_window_days as varchar) || ' days', ' in all history')
            as window_phrase
    from customers
    cross join night

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
    case
        when customers.recency_days is null then 'Recency none: no counted order yet'
        when customers.rfm_code is null
            then 'Recency none: ' || sentences.recency_sentence || ', before the window'
        else
            'Recency score ' || cast(customers.r_score as varchar) || ' of 5: '
            || sentences.recency_sentence
    end as reason_1,
    case
        when customers.rfm_code is not null
            then
                'Frequency score ' || cast(customers.f_score as varchar) || ' of 5: '
                || sentences.orders_phrase || sentences.window_phrase
    end as reason_2,
    case
        when customers.rfm_code is not null
            then
                'Monetary score ' || cast(customers.m_score as varchar) || ' of 5: '
                || sentences.money_phrase || sentences.window_phrase
    end as reason_3
from customers
inner join sentences on customers.customer_id = sentences.customer_id
left join codes on customers.rfm_code = codes.rfm_code
left join nearest on customers.customer_id = nearest.customer_id and nearest.nearness = 1
