with

night as (

    select
        rfm_frequency_cuts_1,
        rfm_frequency_cuts_2,
        rfm_frequency_cuts_3,
        rfm_frequency_cuts_4,
        as_of_date
    from {{ source('ops', 'night') }}

),

scored as (

    select
        recency_days,
        frequency,
        monetary
    from {{ ref('customer_rfm') }}
    where is_scored

),

{# History runs from the account's first transaction day, a guest's included, to D. #}
history as (

    select cast({{ days_between('min(days.day)', 'night.as_of_date') }} + 1 as bigint) as days
    from {{ ref('daily_revenue') }} as days
    cross join night
    where days.day <= night.as_of_date
    group by night.as_of_date

),

quantiles as (

    {% for measure in ['recency', 'frequency', 'monetary'] %}
    {% set value = 'recency_days' if measure == 'recency' else measure %}
    select
        '{{ measure }}' as measure,
        count(*) as scored_customers,
        {% for number in range(1, 5) %}
        {{ rounded(
            'percentile_cont(0.' ~ number * 2 ~ ') within group (order by cast(scored.'
            ~ value ~ ' as double))'
        ) }} as edge_{{ number }},
        {% endfor %}
        min(cast(scored.{{ value }} as double)) as lowest,
        max(cast(scored.{{ value }} as double)) as highest
    from scored
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{# Where two quantiles of frequency coincide, a score would be left empty: most customers of many
   shops have bought once. #}
decided as (

    select
        quantiles.*,
        (
            quantiles.measure = 'frequency'
            and (
                quantiles.edge_1 = quantiles.edge_2
                or quantiles.edge_2 = quantiles.edge_3
                or quantiles.edge_3 = quantiles.edge_4
            )
        ) as is_fixed
    from quantiles

)

select
    decided.measure,
    case when decided.is_fixed then 'fixed_cuts' else 'quantile' end as edge_method,
    cast(decided.scored_customers as bigint) as scored_customers,
    coalesce(history.days, 0) as history_days,
    {% for number in range(1, 5) %}
    case
        when decided.is_fixed then cast(night.rfm_frequency_cuts_{{ number }} as double)
        else decided.edge_{{ number }}
    end as edge_{{ number }},
    {% endfor %}
    decided.lowest,
    decided.highest,
    decided.scored_customers < 500 or coalesce(history.days, 0) < 180 as is_low_confidence,
    night.as_of_date
from decided
cross join night
left join history on 1 = 1
