{# Twelve calendar months, eight calendar quarters, the night's own among them. #}
{% set periods = {'month': 12, 'quarter': 8} %}

with

night as (

    select
        as_of_date,
        {{ month_number('as_of_date') }} as month_number,
        {{ quarter_number('as_of_date') }} as quarter_number
    from {{ source('ops', 'night') }}

),

order_days as (

    select
        order_days.customer_id,
        order_days.gap_days,
        night.month_number - {{ month_number('order_days.order_date') }} as months_ago,
        night.quarter_number - {{ quarter_number('order_days.order_date') }} as quarters_ago,
        case
            when {{ is_in_window('order_days.order_date', 'night.as_of_date', 365) }}
                then {{ twelfth_of_year('order_days.order_date', 'night.as_of_date') }}
        end as twelfth
    from {{ ref('counted_order_days') }} as order_days
    cross join night

),

{# Periods with an order as bits: distinct periods of each customer would cost several times as
   much. #}
rhythms as (

    select
        customer_id,
        {% for period, number in periods.items() %}
        bit_or(
            case when {{ period }}s_ago < {{ number }} then {{ bit_of(period ~ 's_ago') }} end
        ) as {{ period }}s,
        min({{ period }}s_ago) as {{ period }}s_since_last,
        {% endfor %}
        bit_or(case when twelfth is not null then {{ bit_of('twelfth') }} end) as twelfths,
        count(gap_days) as gaps,
        sum(gap_days) as gap_days,
        sum(gap_days * gap_days) as squared_gap_days
    from order_days
    group by customer_id

)

select
    rhythms.customer_id,
    {{ ratio_of('rhythms.gap_days', 'rhythms.gaps') }} as mean_gap_days,
    {# Deviation (n - 1) over mean, from whole numbers, so that no order of summing shows. #}
    case
        when rhythms.gaps > 1
            then
                {{ rounded(
                    'sqrt(cast(rhythms.gaps * rhythms.squared_gap_days'
                    ~ ' - rhythms.gap_days * rhythms.gap_days as double)'
                    ~ ' * rhythms.gaps / (rhythms.gaps - 1)) / rhythms.gap_days'
                ) }}
    end as gap_variation,
    {{ bits_in('rhythms.twelfths') }} as active_twelfths_365d,
    {% for period in periods %}
    {{ bits_in('rhythms.' ~ period ~ 's') }} as active_{{ period }}s,
    cast(rhythms.{{ period }}s_since_last as bigint) as {{ period }}s_since_last,
    {% endfor %}
    night.as_of_date
from rhythms
cross join night
