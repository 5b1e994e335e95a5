{# Within five points of a hundred of a threshold counts as borderline. #}
{% set borderline = 0.05 %}

with

night as (

    select
        relationship,
        churn_risk_high,
        churn_risk_medium,
        as_of_date,
        language
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
                {{ said('churn_risk.chance_by_contract', {
                    'chance': as_whole('100 * distances.churn_probability')}) }}
        when distances.has_contracts then {{ said('churn_risk.nothing_left') }}
        when distances.churn_probability is not null
            then
                case distances.prediction_source
                    when 'baseline'
                        then
                            {{ said('churn_risk.chance_by_recency', {
                                'chance': as_whole('100 * distances.churn_probability')}) }}
                    else
                        {{ said('churn_risk.chance', {
                            'chance': as_whole('100 * distances.churn_probability')}) }}
                end
        when distances.recency_days is null then {{ said('churn_risk.no_order') }}
        else {{ said('churn_risk.nobody_to_lose') }}
    end as reason_1,
    case
        when distances.gaps > 0
            then
                {{ said('churn_risk.rhythm', {
                    'days': 'distances.recency_days',
                    'mean': as_money('1.0 * distances.gap_days / distances.gaps')}) }}
        when distances.recency_days is not null
            then {{ said('churn_risk.no_rhythm', {'days': 'distances.recency_days'}) }}
    end as reason_2,
    case
        when distances.p_alive is not null
            then {{ said('churn_risk.alive', {'chance': as_whole('100 * distances.p_alive')}) }}
    end as reason_3
from distances
cross join night
