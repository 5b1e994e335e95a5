{# The last day past due of each bucket but the worst; their ids name them: they are no setting. #}
{% set buckets = [
    ('current', 0), ('past_due_1_29', 29), ('past_due_30_59', 59), ('past_due_60_89', 89),
] %}
{% set worst = 'past_due_90_plus' %}
{# So few days from the next bucket count as borderline. #}
{% set borderline_days = 3 %}

with

night as (

    select
        credit_risk_lookback_days,
        language
    from {{ source('ops', 'night') }}

),

standings as (

    select
        customer_id,
        worst_days_past_due,
        open_days_past_due,
        last_event_days
    from {{ ref('credit_standings') }}

),

{# Without any credit event the scheme is not available; with one, who has none is `unknown`. #}
told as (

    select count(*) as customers
    from standings

),

bucketed as (

    select
        customers.customer_id,
        standings.worst_days_past_due,
        standings.open_days_past_due,
        standings.last_event_days,
        case
            when standings.customer_id is null then 'unknown'
            {% for bucket, last_day in buckets %}
            when standings.worst_days_past_due <= {{ last_day }} then '{{ bucket }}'
            {% endfor %}
            else '{{ worst }}'
        end as bucket,
        customers.as_of_date
    from {{ ref('night_customers') }} as customers
    cross join told
    left join standings on customers.customer_id = standings.customer_id
    where told.customers > 0

),

distances as (

    select
        bucketed.*,
        case bucketed.bucket
            {% for bucket, last_day in buckets %}
            when '{{ bucket }}' then {{ last_day + 1 }} - bucketed.worst_days_past_due
            {% endfor %}
        end as days_to_worse,
        case bucketed.bucket
            {% for bucket, last_day in buckets %}
            when '{{ worst if loop.last else loop.nextitem[0] }}'
                then bucketed.worst_days_past_due - {{ last_day }}
            {% endfor %}
        end as days_to_better,
        case bucketed.bucket
            {% for bucket, last_day in buckets %}
            when '{{ bucket }}' then '{{ worst if loop.last else loop.nextitem[0] }}'
            {% endfor %}
        end as worse_bucket,
        case bucketed.bucket
            {% for bucket, last_day in buckets %}
            when '{{ worst if loop.last else loop.nextitem[0] }}' then '{{ bucket }}'
            {% endfor %}
        end as better_bucket
    from bucketed

),

compared as (

    select
        distances.*,
        coalesce(
            distances.days_to_worse <= distances.days_to_better, distances.better_bucket is null
        ) as is_worse_nearer
    from distances

),

nearest as (

    select
        compared.*,
        case
            when compared.is_worse_nearer then compared.days_to_worse
            else compared.days_to_better
        end as margin,
        case
            when compared.is_worse_nearer then compared.worse_bucket
            else compared.better_bucket
        end as next_bucket
    from compared

)

select
    nearest.as_of_date,
    nearest.customer_id,
    'credit_risk' as scheme,
    'credit_risk.' || nearest.bucket as segment_id,
    cast(nearest.worst_days_past_due as double) as score,
    cast(nearest.margin as double) as margin,
    coalesce(nearest.margin <= {{ borderline_days }}, false)
    and nearest.bucket <> 'current' as is_borderline,
    'credit_risk.' || nearest.next_bucket as next_segment_id,
    case
        when nearest.bucket = 'unknown' then {{ said('credit_risk.no_event') }}
        else
            {{ said('credit_risk.worst', {
                'bucket': 'nearest.bucket', 'days': 'nearest.worst_days_past_due',
                'window': 'night.credit_risk_lookback_days'}) }}
    end as reason_1,
    case
        when nearest.open_days_past_due > 0
            then
                {{ said('credit_risk.open', {
                    'days': 'nearest.open_days_past_due', 'ago': 'nearest.last_event_days'}) }}
        else {{ said('credit_risk.paid', {'ago': 'nearest.last_event_days'}) }}
    end as reason_2,
    {{ said('credit_risk.distance', {
        'days': 'nearest.margin', 'bucket': 'nearest.next_bucket'}) }} as reason_3
from nearest
cross join night
