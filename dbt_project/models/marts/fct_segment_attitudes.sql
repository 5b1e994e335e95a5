{# Two-sided 95 % of the normal distribution. #}
{% set z = 1.959963985 %}

with

night as (

    select
        attitude_min_answers,
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

attitudes as (

    select
        customer_id,
        nps_group,
        csat_share
    from {{ ref('customer_attitudes') }}
    where nps_group is not null or csat_share is not null

),

counted as (

    select
        segments.scheme,
        segments.segment_id,
        count(attitudes.nps_group) as answers,
        sum(case when attitudes.nps_group = 'promoter' then 1 else 0 end) as promoters,
        sum(case when attitudes.nps_group = 'detractor' then 1 else 0 end) as detractors,
        count(attitudes.csat_share) as csat_answers,
        sum({{ summable('attitudes.csat_share') }}) as csat_sum
    from {{ ref('customer_segments') }} as segments
    inner join night on segments.as_of_date = night.as_of_date
    left join attitudes on segments.customer_id = attitudes.customer_id
    group by segments.scheme, segments.segment_id

),

{# The adjusted Wald interval: three answers are added, of which three quarters to each end. #}
adjusted as (

    select
        counted.*,
        cast(counted.promoters + 0.75 as double) / (counted.answers + 3) as promoter_share,
        cast(counted.detractors + 0.75 as double) / (counted.answers + 3) as detractor_share
    from counted

),

{# Variance of a difference of two multinomial shares: (p + q - (p - q)^2) / n. #}
spread as (

    select
        adjusted.*,
        adjusted.promoter_share - adjusted.detractor_share as centre,
        {{ z }} * sqrt(
            (
                adjusted.promoter_share + adjusted.detractor_share
                - power(adjusted.promoter_share - adjusted.detractor_share, 2)
            ) / (adjusted.answers + 3)
        ) as half_width
    from adjusted

)

select
    night.as_of_date,
    night.run_id,
    spread.scheme,
    spread.segment_id,
    spread.answers,
    case
        when spread.answers >= night.attitude_min_answers
            then {{ ratio_of('100 * (spread.promoters - spread.detractors)', 'spread.answers') }}
    end as nps,
    case
        when spread.answers >= night.attitude_min_answers
            then greatest({{ rounded('100 * (spread.centre - spread.half_width)') }}, -100.0)
    end as nps_low,
    case
        when spread.answers >= night.attitude_min_answers
            then least({{ rounded('100 * (spread.centre + spread.half_width)') }}, 100.0)
    end as nps_high,
    spread.csat_answers,
    case
        when spread.csat_answers >= night.attitude_min_answers
            then {{ share_of('spread.csat_sum', 'spread.csat_answers') }}
    end as csat_mean
from spread
cross join night
