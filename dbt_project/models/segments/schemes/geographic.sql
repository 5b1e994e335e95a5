with

night as (

    select
        geographic_by,
        language
    from {{ source('ops', 'night') }}

),

distance_bands as (

    select
        band,
        code
    from {{ ref('bands') }}
    where measure = 'distance_km'

),

customers as (

    select
        customers.customer_id,
        customers.city,
        customers.region,
        places.city_tier,
        places.preferred_store,
        places.preferred_store_orders,
        places.distance_km_band,
        case
            when night.geographic_by in ('auto', 'city_tier') and places.city_tier <> 'unknown'
                then 'city_tier'
            when night.geographic_by in ('auto', 'region') and customers.region <> 'unknown'
                then 'region'
            when night.geographic_by = 'distance' and places.distance_km_band <> 'unknown'
                then 'distance'
        end as known_by,
        customers.as_of_date
    from {{ ref('night_customers') }} as customers
    inner join {{ ref('customer_places') }} as places
        on customers.customer_id = places.customer_id
    cross join night

),

coded as (

    select
        customers.*,
        case customers.known_by
            when 'city_tier' then {{ as_code('customers.city_tier') }}
            when 'region' then 'region_' || {{ as_code('customers.region') }}
            when 'distance' then 'distance_' || distance_bands.code
        end as code
    from customers
    left join distance_bands on customers.distance_km_band = distance_bands.band

),

{# Where the place of nobody is known the scheme is not available. #}
known as (

    select count(code) as customers
    from coded

)

{# No score and no margin: a distance in full would tell where someone lives. #}
select
    coded.as_of_date,
    coded.customer_id,
    'geographic' as scheme,
    'geographic.' || coalesce(coded.code, 'unknown') as segment_id,
    cast(null as double) as score,
    cast(null as double) as margin,
    false as is_borderline,
    cast(null as varchar) as next_segment_id,
    case
        when coded.code is null then {{ said('geographic.unknown') }}
        when coded.known_by = 'city_tier'
            then
                {{ said('geographic.city_tier', {
                    'tier': 'coded.city_tier', 'city': 'coded.city'}) }}
        when coded.known_by = 'region'
            then {{ said('geographic.region', {'region': 'coded.region'}) }}
        else {{ said('geographic.distance', {'band': 'coded.distance_km_band'}) }}
    end as reason_1,
    {{ said('geographic.usual_store', {
        'store': 'coded.preferred_store', 'orders': 'coded.preferred_store_orders'}) }} as reason_2,
    case
        when coded.distance_km_band <> 'unknown' and coded.known_by <> 'distance'
            then {{ said('geographic.distance', {'band': 'coded.distance_km_band'}) }}
    end as reason_3
from coded
cross join night
cross join known
where known.customers > 0
