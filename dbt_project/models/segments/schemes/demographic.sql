with

night as (

    select
        demographic_by,
        language
    from {{ source('ops', 'night') }}

),

customers as (

    select
        customers.customer_id,
        night.demographic_by,
        case night.demographic_by
            when 'gender' then customers.gender
            when 'income_band' then customers.income_band
            else customers.age_band
        end as attribute_value,
        customers.birthday_month is not null as has_birth_date,
        customers.as_of_date
    from {{ ref('night_customers') }} as customers
    cross join night

),

{# The band that comes after, by getting older. #}
age_bands as (

    select
        band,
        code,
        lead(code) over (order by place) as next_code
    from {{ ref('bands') }}
    where measure = 'age'

),

coded as (

    select
        customers.*,
        case
            when customers.demographic_by = 'age_band' then age_bands.code
            when customers.attribute_value <> 'unknown'
                then customers.demographic_by || '_' || {{ as_code('customers.attribute_value') }}
        end as code,
        age_bands.next_code
    from customers
    left join age_bands
        on customers.demographic_by = 'age_band' and customers.attribute_value = age_bands.band

),

{# Where the attribute is known of nobody the scheme is not available. #}
known as (

    select count(code) as customers
    from coded

)

{# No score and no margin: an age, or how long until the next band, is no one's to read here. #}
select
    coded.as_of_date,
    coded.customer_id,
    'demographic' as scheme,
    'demographic.' || coalesce(coded.code, 'unknown') as segment_id,
    cast(null as double) as score,
    cast(null as double) as margin,
    false as is_borderline,
    'demographic.' || coded.next_code as next_segment_id,
    case
        when coded.code is null
            then {{ said('demographic.unknown', {'attribute': 'coded.demographic_by'}) }}
        else
            {{ said('demographic.known', {
                'attribute': 'coded.demographic_by', 'value': 'coded.attribute_value'}) }}
    end as reason_1,
    case
        when coded.code is null or coded.demographic_by <> 'age_band' then null
        when coded.has_birth_date then {{ said('demographic.by_birth_date') }}
        else {{ said('demographic.by_landed_band') }}
    end as reason_2,
    cast(null as varchar) as reason_3
from coded
cross join night
cross join known
where known.customers > 0
