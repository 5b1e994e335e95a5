with

night as (

    select
        engagement_weights,
        engagement_lately_days,
        {{ rounded('power(0.5, 1.0 / engagement_half_life_days)') }} as kept_a_day,
        as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

weights as (

    {{ rows_of('night', 'engagement_weights') | indent(4) }}

),

unnamed as (

    select
        max(case when name = 'any_other' then value end) as weight,
        max(case when name = 'any_other_sent' then value end) as weight_if_sent
    from weights

),

weighted as (

    select
        events.customer_id,
        coalesce(events.channel, 'unknown') as channel,
        coalesce(
            weights.value,
            case
                when events.event_type like '%\_sent' escape '\' then unnamed.weight_if_sent
                else unnamed.weight
            end
        ) as weight,
        events.occurred_date
    from {{ ref('engagement_events') }} as events
    cross join night
    cross join unnamed
    left join weights on events.event_type = weights.name
    where events.occurred_date <= night.as_of_date

),

{# What weighs nothing does not count at all: it makes nobody known or lately seen. #}
channels as (

    select
        weighted.customer_id,
        weighted.channel,
        sum({{ summable(
            'weighted.weight * power(night.kept_a_day, '
            ~ days_between('weighted.occurred_date', 'night.as_of_date') ~ ')'
        ) }}) as score,
        {% for measure, condition in [
            ('events_lately', ''), ('negative_events_lately', ' and weighted.weight < 0'),
        ] %}
        sum(case
            when
                {{ is_in_window('weighted.occurred_date', 'night.as_of_date',
                    'night.engagement_lately_days') }}{{ condition }}
                then 1
            else 0
        end) as {{ measure }},
        {% endfor %}
        max(weighted.occurred_date) as last_engaged_date
    from weighted
    cross join night
    where weighted.weight <> 0
    group by weighted.customer_id, weighted.channel

),

summed as (

    select
        customer_id,
        sum(score) as score,
        {{ first_value_by('case when score > 0 then channel end', ['-score', 'channel']) }}
            as main_channel,
        greatest(max(score), 0) as main_channel_score,
        sum(events_lately) as events_lately,
        sum(negative_events_lately) as negative_events_lately,
        max(last_engaged_date) as last_engaged_date
    from channels
    group by customer_id

)

select
    summed.customer_id,
    summed.main_channel,
    {{ rounded('summed.score') }} as engagement_score,
    {{ rounded('summed.main_channel_score') }} as main_channel_score,
    cast(summed.events_lately as bigint) as events_lately,
    cast(summed.negative_events_lately as bigint) as negative_events_lately,
    cast({{ days_between('summed.last_engaged_date', 'night.as_of_date') }} as bigint)
        as days_since_engaged,
    night.as_of_date
from summed
cross join night
inner join customers on summed.customer_id = customers.customer_id
