{# Within two points of a hundred of the need that comes next counts as borderline. #}
{% set borderline = 0.02 %}

with

night as (

    select
        needs_min_lines,
        language
    from {{ source('ops', 'night') }}

),

{# Where of nobody a need is told, by answers or purchases, the scheme is not available. #}
known as (

    select count(*) as customers
    from {{ ref('customer_needs') }}
    where basis <> 'none'

),

customers as (

    select
        needs.*,
        case needs.need
            {% for need in needs() %}
            when '{{ need }}' then needs.{{ need }}_share
            {% endfor %}
        end as need_share,
        case needs.need
            {% for need in needs() %}
            when '{{ need }}' then needs.{{ need }}_base_share
            {% endfor %}
        end as need_base_share
    from {{ ref('customer_needs') }} as needs
    cross join known
    where known.customers > 0

)

select
    customers.as_of_date,
    customers.customer_id,
    'needs' as scheme,
    'needs.' || coalesce(customers.need, 'unknown') as segment_id,
    customers.lead as score,
    customers.margin,
    coalesce(customers.margin < {{ borderline }}, false) as is_borderline,
    case when customers.margin is not null then 'needs.' || customers.next_need end
        as next_segment_id,
    case customers.basis
        when 'survey'
            then
                {{ said('needs.answers', {
                    'need': 'customers.need', 'lead': as_whole('100 * customers.lead'),
                    'answers': 'customers.answers'}) }}
        when 'purchases'
            then
                {{ said('needs.share', {
                    'need': 'customers.need', 'share': as_whole('100 * customers.need_share'),
                    'base': as_whole('100 * customers.need_base_share')}) }}
        else
            {{ said('needs.too_little', {
                'lines': 'customers.need_lines', 'least': 'night.needs_min_lines'}) }}
    end as reason_1,
    case
        when customers.margin is not null
            then
                {{ said('needs.next', {
                    'next': 'customers.next_need', 'points': as_whole('100 * customers.margin')}) }}
    end as reason_2,
    case
        when customers.coverage_share is not null
            then
                {{ said('needs.coverage', {
                    'coverage': as_whole('100 * customers.coverage_share'),
                    'lines': 'customers.need_lines'}) }}
    end as reason_3
from customers
cross join night
