with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

cadence as (

    select
        parameters.as_of_date,
        night.run_id,
        parameters.r,
        parameters.r_standard_error,
        parameters.alpha,
        parameters.alpha_standard_error,
        parameters.log_likelihood,
        cast(null as double) as log_likelihood_standard_error
    from {{ source('ml', 'cadence_parameters') }} as parameters
    inner join {{ source('ops', 'night') }} as night
        on parameters.as_of_date = night.as_of_date
    where parameters.status = 'available'

)

{% for parameter in ['r', 'alpha', 'log_likelihood'] %}
select
    as_of_date,
    run_id,
    'cadence' as model_id,
    'cadence' as kind,
    '{{ parameter }}' as parameter,
    {{ parameter }} as estimate,
    {{ parameter }}_standard_error as standard_error
from cadence
union all
{% endfor %}
select
    parameters.as_of_date,
    parameters.run_id,
    parameters.model_id,
    parameters.kind,
    parameters.parameter,
    parameters.estimate,
    parameters.standard_error
from {{ source('ml', 'model_parameters') }} as parameters
inner join night on parameters.as_of_date = night.as_of_date
