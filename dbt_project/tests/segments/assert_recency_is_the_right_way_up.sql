{{ config(meta={'dagster': {'ref': {'name': 'customer_360'}}}) }}

{# Of two scores the better one may not begin where longer silences are, nor equal silences part. #}
with

ranges as (

    select
        r_score,
        min(recency_days) as shortest,
        max(recency_days) as longest
    from {{ ref('customer_360') }}
    where r_score is not null
    group by r_score

)

select
    worse.r_score,
    better.r_score as better_r_score
from ranges as worse
inner join ranges as better on worse.r_score < better.r_score
where better.longest >= worse.shortest
