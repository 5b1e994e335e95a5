{{ config(materialized='view') }}

with

landed as (

    select
        age_band as landed_age_band,
        lower(replace(age_band, ' ', '')) as words
    from {{ ref('customers') }}
    where age_band is not null
    group by age_band

),

{# Three ways of writing: 25-34 (both ends belong to it), 65+, under 18 or <18. #}
read_ends as (

    select
        landed_age_band,
        regexp_extract(words, '^([0-9]{1,3})(-|–|to|至|~)([0-9]{1,3})岁?$', 1) as first_age,
        regexp_extract(words, '^([0-9]{1,3})(-|–|to|至|~)([0-9]{1,3})岁?$', 3) as last_age,
        regexp_extract(words, '^([0-9]{1,3})[+]$', 1) as open_age,
        regexp_extract(words, '^(under|<)([0-9]{1,3})$', 2) as end_age
    from landed

),

ends as (

    select
        landed_age_band,
        case
            when first_age <> '' then cast(first_age as integer)
            when open_age <> '' then cast(open_age as integer)
            when end_age <> '' then 0
        end as first_age,
        case
            when last_age <> '' then cast(last_age as integer)
            when open_age <> '' then 120
            when end_age <> '' then cast(end_age as integer) - 1
        end as last_age
    from read_ends

)

{# Nothing is inferred: a band that reaches over two of the account's is none of them. #}
select
    ends.landed_age_band,
    bands.band
from ends
inner join {{ ref('bands') }} as bands
    on
        bands.measure = 'age'
        and ends.first_age >= bands.lower_bound
        and ends.first_age <= ends.last_age
        and ends.last_age < bands.upper_bound
