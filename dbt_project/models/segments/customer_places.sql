with

customers as (

    select
        customer_id,
        city,
        as_of_date
    from {{ ref('night_customers') }}

),

homes as (

    select
        customer_id,
        latitude,
        longitude
    from {{ ref('customers') }}
    where latitude is not null and longitude is not null

),

city_tiers as (

    select
        {{ city_key('city') }} as city_key,
        min(city_tier) as city_tier
    from {{ ref('city_tiers') }}
    group by {{ city_key('city') }}

),

{# A coordinate leaves this table as a distance, and the distance leaves the warehouse as a band. #}
distances as (

    select
        visited.customer_id,
        visited.preferred_store,
        visited.preferred_store_orders,
        {{ great_circle_km(
            'homes.latitude', 'homes.longitude', 'stores.latitude', 'stores.longitude'
        ) }} as distance_km
    from {{ ref('customer_stores') }} as visited
    left join homes on visited.customer_id = homes.customer_id
    left join {{ ref('stores') }} as stores on visited.preferred_store = stores.store_id

),

distance_bands as (

    select
        band,
        lower_bound,
        upper_bound
    from {{ ref('bands') }}
    where measure = 'distance_km'

)

select
    customers.customer_id,
    coalesce(city_tiers.city_tier, 'unknown') as city_tier,
    distances.preferred_store,
    distances.preferred_store_orders,
    distances.distance_km,
    coalesce(distance_bands.band, 'unknown') as distance_km_band,
    customers.as_of_date
from customers
left join city_tiers on {{ city_key('customers.city') }} = city_tiers.city_key
left join distances on customers.customer_id = distances.customer_id
left join distance_bands
    on
        distances.distance_km >= distance_bands.lower_bound
        and distances.distance_km < distance_bands.upper_bound
