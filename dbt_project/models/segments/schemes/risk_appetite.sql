{# Within a tenth of the usual width of a class counts as borderline. #}
{% set borderline = 0.02 %}

with

night as (

    select
        risk_appetite_valid_days,
        risk_appetite_cuts_1,
        risk_appetite_cuts_2,
        risk_appetite_cuts_3,
        risk_appetite_cuts_4,
        risk_appetite_labels,
        currency,
        language
    from {{ source('ops', 'night') }}

),

tolerances as (

    select
        customer_id,
        answers,
        risk_share,
        risk_class,
        age_days,
        is_expired
    from {{ ref('risk_tolerances') }}

),

{# Without any questionnaire the scheme is not available; with one, who has none is `unknown`. #}
assessed as (

    select count(*) as customers
    from tolerances

),

classes as (

    select
        seeded.risk_class,
        seeded.appetite,
        seeded.code || ' ' || case night.language when 'zh' then seeded.label_zh else seeded.label
        end as class_name,
        case seeded.risk_class
            {% for number in range(1, 5) %}
            when {{ number + 1 }} then night.risk_appetite_cuts_{{ number }}
            {% endfor %}
            else 0.0
        end as lowest_share
    from {{ ref('risk_classes') }} as seeded
    inner join night on seeded.labels = night.risk_appetite_labels

),

{# A group begins where its lowest class does, and ends where the next one begins. #}
appetites as (

    select
        appetite,
        min(lowest_share) as lowest_share,
        lead(min(lowest_share)) over (order by min(risk_class)) as next_share,
        lag(appetite) over (order by min(risk_class)) as lower_appetite,
        lead(appetite) over (order by min(risk_class)) as higher_appetite
    from classes
    group by appetite

),

customers as (

    select
        customers.customer_id,
        tolerances.answers,
        tolerances.risk_share,
        tolerances.age_days,
        classes.class_name,
        balances.risk_balance,
        balances.revealed_risk,
        case
            when tolerances.customer_id is null then 'unknown'
            when tolerances.is_expired then 'expired'
            else classes.appetite
        end as appetite,
        customers.as_of_date
    from {{ ref('night_customers') }} as customers
    cross join assessed
    left join tolerances on customers.customer_id = tolerances.customer_id
    left join classes on tolerances.risk_class = classes.risk_class
    left join {{ ref('customer_balances') }} as balances
        on customers.customer_id = balances.customer_id
    where assessed.customers > 0

),

distances as (

    select
        customers.*,
        appetites.lower_appetite,
        appetites.higher_appetite,
        case
            when appetites.lower_appetite is not null
                then {{ rounded('customers.risk_share - appetites.lowest_share') }}
        end as to_lower,
        {{ rounded('appetites.next_share - customers.risk_share') }} as to_higher
    from customers
    left join appetites on customers.appetite = appetites.appetite

),

nearest as (

    select
        distances.*,
        coalesce(distances.to_higher <= distances.to_lower, distances.to_lower is null)
            as is_higher_nearer
    from distances

)

select
    nearest.as_of_date,
    nearest.customer_id,
    'risk_appetite' as scheme,
    'risk_appetite.' || nearest.appetite as segment_id,
    nearest.risk_share as score,
    case when nearest.is_higher_nearer then nearest.to_higher else nearest.to_lower end as margin,
    coalesce(
        case when nearest.is_higher_nearer then nearest.to_higher else nearest.to_lower end
        < {{ borderline }}, false
    ) as is_borderline,
    'risk_appetite.'
    || case
        when nearest.is_higher_nearer then nearest.higher_appetite
        else nearest.lower_appetite
    end as next_segment_id,
    case nearest.appetite
        when 'unknown' then {{ said('risk_appetite.not_assessed') }}
        when 'expired'
            then
                {{ said('risk_appetite.expired', {
                    'class': 'nearest.class_name', 'days': 'nearest.age_days',
                    'limit': 'night.risk_appetite_valid_days'}) }}
        else
            {{ said('risk_appetite.class', {
                'class': 'nearest.class_name', 'answers': 'nearest.answers',
                'share': as_whole('100 * nearest.risk_share')}) }}
    end as reason_1,
    {{ said('risk_appetite.revealed', {
        'risk': as_money('nearest.revealed_risk'), 'money': in_currency('nearest.risk_balance')})
    }} as reason_2,
    case
        when nearest.appetite not in ('unknown', 'expired')
            then
                {{ said('risk_appetite.valid', {
                    'days': 'nearest.age_days', 'limit': 'night.risk_appetite_valid_days'}) }}
    end as reason_3
from nearest
cross join night
