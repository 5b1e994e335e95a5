{# What no answer or purchase tells of a need is below all that any can tell. #}
{% set untold = -9 %}

with

night as (

    select
        needs_min_lines,
        needs_min_coverage
    from {{ source('ops', 'night') }}

),

{# What customers say goes before what they buy. #}
told as (

    select
        customers.customer_id,
        coalesce(answers.answers, 0) as answers,
        coalesce(purchases.need_lines, 0) as need_lines,
        purchases.coverage_share,
        case
            when answers.customer_id is not null then 'survey'
            when
                purchases.need_lines >= night.needs_min_lines
                and purchases.coverage_share >= night.needs_min_coverage
                and purchases.functional_lead is not null
                then 'purchases'
            else 'none'
        end as basis,
        {% for need in needs() %}
        purchases.{{ need }}_share,
        purchases.{{ need }}_base_share,
        answers.{{ need }}_lead as {{ need }}_said,
        purchases.{{ need }}_lead as {{ need }}_bought,
        {% endfor %}
        customers.as_of_date
    from {{ ref('night_customers') }} as customers
    cross join night
    left join {{ ref('survey_needs') }} as answers on customers.customer_id = answers.customer_id
    left join {{ ref('purchase_needs') }} as purchases
        on customers.customer_id = purchases.customer_id

),

leads as (

    select
        {% for need in needs() %}
        case told.basis
            when 'survey' then coalesce(told.{{ need }}_said, {{ untold }})
            when 'purchases' then told.{{ need }}_bought
        end as {{ need }}_lead,
        {% endfor %}
        told.*
    from told

),

foremost as (

    select
        leads.*,
        greatest({{ of_each_need('leads', 'lead') }}) as lead,
        case
            {% for need in needs() %}
            when leads.{{ need }}_lead = greatest({{ of_each_need('leads', 'lead') }})
                then '{{ need }}'
            {% endfor %}
        end as need
    from leads

),

{# The same without the foremost. #}
followed as (

    select
        foremost.*,
        nullif(greatest(
            {% for need in needs() %}
            case
                when foremost.need = '{{ need }}' then {{ untold }}
                else foremost.{{ need }}_lead
            end{{ ',' if not loop.last }}
            {% endfor %}
        ), {{ untold }}) as next_lead
    from foremost

)

select
    followed.customer_id,
    followed.basis,
    followed.need,
    case
        {% for need in needs() %}
        when followed.need <> '{{ need }}' and followed.{{ need }}_lead = followed.next_lead
            then '{{ need }}'
        {% endfor %}
    end as next_need,
    followed.lead,
    {{ rounded('followed.lead - followed.next_lead') }} as margin,
    followed.answers,
    followed.need_lines,
    followed.coverage_share,
    {% for need in needs() %}
    followed.{{ need }}_share,
    followed.{{ need }}_base_share,
    {% endfor %}
    followed.as_of_date
from followed
