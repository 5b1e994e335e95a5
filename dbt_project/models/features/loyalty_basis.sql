with

night as (

    select
        loyalty_median_gap_days,
        {% for cut in ['month_cuts_1', 'month_cuts_2', 'recent_months', 'quarter_cuts_1',
            'quarter_cuts_2', 'recent_quarters'] %}
        loyalty_{{ cut }},
        {% endfor %}
        as_of_date
    from {{ source('ops', 'night') }}

),

{# A few hundred different gaps instead of millions of them. #}
gaps as (

    select
        gap_days,
        count(*) as gaps
    from {{ ref('counted_order_days') }}
    where gap_days is not null
    group by gap_days

),

placed as (

    select
        gap_days,
        sum(gaps) over (order by gap_days) as gaps_so_far,
        sum(gaps) over () as all_gaps
    from gaps

),

{# Half of the two in the middle, which are the same one where their number is odd. #}
median as (

    select
        {{ rounded(
            '(min(case when 2 * gaps_so_far >= all_gaps then gap_days end)'
            ~ ' + min(case when 2 * gaps_so_far > all_gaps then gap_days end)) / 2.0'
        ) }} as gap_days
    from placed

),

{# One basis for all: a customer counted in months cannot be compared with one in quarters. #}
basis as (

    select
        median.gap_days as median_gap_days,
        coalesce(median.gap_days < night.loyalty_median_gap_days, false) as is_by_months,
        night.*
    from night
    cross join median

)

select
    median_gap_days,
    case when is_by_months then 'months' else 'quarters' end as basis,
    case when is_by_months then 12 else 8 end as periods,
    {% for cut, months, quarters in [
        ('super_loyal_from', 'month_cuts_1', 'quarter_cuts_1'),
        ('loyal_from', 'month_cuts_2', 'quarter_cuts_2'),
        ('recent_periods', 'recent_months', 'recent_quarters'),
    ] %}
    case when is_by_months then loyalty_{{ months }} else loyalty_{{ quarters }} end
        as {{ cut }},
    {% endfor %}
    as_of_date
from basis
