{# Within five points of a hundred of a threshold counts as borderline. #}
{% set borderline = 0.05 %}

with

night as (

    select
        relationship,
        churn_risk_high,
        churn_risk_medium,
        as_of_date
    from {{ source('ops', 'night') }}

),

predictions as (

    select
        scores.customer_id,
        scores.prediction_source,
        scores.churn_probability,
        scores.p_alive
    from {{ source('ml', 'customer_predictions') }} as scores
    inner join night on scores.as_of_date = night.as_of_date

),

{# Without a prediction for anybody the scheme is not available; with one, null is `outside`. #}
predicted as (

    select count(*) as customers
    from predictions
    where prediction_source <> 'none'

),

customers as (

    select
        rfm.customer_id,
        rfm.recency_days,
        rfm.gaps,
        rfm.gap_days,
        predictions.prediction_source,
        predictions.churn_probability,
        predictions.p_alive,
        rfm.as_of_date
    from {{ ref('customer_rfm') }} as rfm
    cross join predicted
    left join predictions on rfm.customer_id = predictions.customer_id
    where predicted.customers > 0

),

risks as (

    select
        customers.*,
        night.relationship = 'contractual' as has_contracts,
        night.churn_risk_high,
        night.churn_risk_medium,
        case
            when customers.churn_probability is null then 'outside'
            when customers.churn_probability >= night.churn_risk_high then 'high'
            when customers.churn_probability >= night.churn_risk_medium then 'medium'
            else 'low'
        end as risk
    from customers
    cross join night

),

distances as (

    select
        risks.*,
        case risks.risk
            when 'high' then risks.churn_probability - risks.churn_risk_high
            when 'medium'
                then
                    least(
                        risks.churn_risk_high - risks.churn_probability,
                        risks.churn_probability - risks.churn_risk_medium
                    )
            when 'low' then risks.churn_risk_medium - risks.churn_probability
        end as margin,
        case
            when risks.risk in ('high', 'low') then 'medium'
            when risks.risk = 'outside' then null
            when
                risks.churn_risk_high - risks.churn_probability
                <= risks.churn_probability - risks.churn_risk_medium
                then 'high'
            else 'low'
        end as next_risk
    from risks

)

select
    distances.as_of_date,
    distances.customer_id,
    'churn_risk' as scheme,
    'churn_risk.' || distances.risk as segment_id,
    distances.churn_probability as score,
    {{ rounded('distances.margin') }} as margin,
    coalesce(distances.margin < {{ borderline }}, false) as is_borderline,
    'churn_risk.' || distances.next_risk as next_segment_id,
    case
        when distances.has_contracts and distances.churn_probability is not null
            then
                'Chance of leaving in the next 90 days, by contract or balance: '
                || {{ as_whole('100 * distances.churn_probability') }} || ' %'
        when distances.has_contracts then 'No active contract and no balance: nobody left to lose'
        when distances.churn_probability is not null
            then
                'Chance of no order in the next 90 days '
                || {{ as_whole('100 * distances.churn_probability') }} || ' %'
                || case
                    when distances.prediction_source = 'baseline' then ', by recency alone'
                    else ''
                end
        when distances.recency_days is null then 'No counted order yet'
        else 'No counted order in the last 180 days: nobody left to lose'
    end as reason_1,
    case
        when distances.recency_days is not null
            then
                {{ days_phrase('distances.recency_days', 'Last order', 'ago') }}
                || case
                    when distances.gaps > 0
                        then
                            '; own rhythm '
                            || {{ as_money('1.0 * distances.gap_days / distances.gaps') }}
                            || ' days on average'
                    else '; one order day so far'
                end
    end as reason_2,
    case
        when distances.p_alive is not null
            then
                'Chance of still being a customer ' || {{ as_whole('100 * distances.p_alive') }}
                || ' % (MBG/NBD)'
    end as reason_3
from distances
