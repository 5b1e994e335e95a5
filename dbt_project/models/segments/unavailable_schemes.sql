{{ config(materialized='view') }}

with

night as (

    select
        as_of_date,
        relationship,
        rf_matrix_enabled
    from {{ source('ops', 'night') }}

),

schemes as (

    select
        schemes.scheme,
        case
            when schemes.kind = 'own' then 'No customer meets any rule of the scheme.'
            when not schemes.is_built then 'This version of Strata does not compute this scheme.'
            when schemes.scheme = 'rf_matrix' and not night.rf_matrix_enabled
                then 'Switched off by the setting rf_matrix.enabled, which is false unless set.'
            when schemes.enabled_by <> ''
                then
                    'Nobody could be given a segment: it takes ' || schemes.enabled_by
                    || ' in the landing files.'
        end as reason
    from {{ ref('segment_schemes') }} as schemes
    cross join night

),

available as (

    select distinct nights.scheme
    from {{ ref('segment_nights') }} as nights
    inner join night on nights.as_of_date = night.as_of_date

),

learned_reasons as (

    select
        runs.kind,
        max_by(runs.decision_reason, runs.model_id) as reason
    from {{ source('ml', 'model_runs') }} as runs
    inner join night on runs.as_of_date = night.as_of_date
    where runs.decision = 'rejected'
    group by runs.kind

),

prediction_reasons as (

    select
        sources.scheme,
        sources.reason
    from {{ source('ml', 'prediction_sources') }} as sources
    inner join night on sources.as_of_date = night.as_of_date

),

cadence_reasons as (

    select
        case
            when night.relationship = 'contractual'
                then
                    'Accounts with contracts have their lifecycle by contract status: it takes a '
                    || 'contract or a balance by the night.'
            else parameters.status_reason
        end as reason
    from night
    left join {{ source('ml', 'cadence_parameters') }} as parameters
        on night.as_of_date = parameters.as_of_date

)

select
    schemes.scheme,
    schemes.scheme || '.not_available' as segment_id,
    coalesce(
        case when schemes.scheme = 'lifecycle' then cadence_reasons.reason end,
        learned_reasons.reason,
        prediction_reasons.reason,
        schemes.reason,
        'No customer could be given a segment on this night.'
    ) as status_reason
from schemes
cross join cadence_reasons
left join available on schemes.scheme = available.scheme
left join learned_reasons on schemes.scheme = learned_reasons.kind
left join prediction_reasons on schemes.scheme = prediction_reasons.scheme
where available.scheme is null
