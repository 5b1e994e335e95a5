{# As many pairs of categories of a customer are looked at; of more, those of some customers. #}
{% set enough_pairs = 20000000 %}
{# A rule for each bit of a positive bigint. #}
{% set most_rules = 62 %}

with

night as (

    select
        preferences_min_support,
        as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select
        preferences.customer_id,
        numbered.customer_number,
        sum(preferences.categories_365d * preferences.categories_365d) over () as all_pairs
    from {{ ref('customer_product_preferences') }} as preferences
    inner join {{ ref('numbered_customers') }} as numbered
        on preferences.customer_id = numbered.customer_id
    where preferences.categories_365d > 0

),

{# Always the same customers, by the digest of the id. #}
sampled as (

    select customer_number
    from customers
    where
        all_pairs <= {{ enough_pairs }}
        or substr(md5(customer_id), 1, 4) < {{
            four_hex_digits('65536.0 * ' ~ enough_pairs ~ ' / all_pairs') }}

),

bought as (

    select
        spends.customer_number,
        spends.category_number
    from {{ ref('customer_category_sums') }} as spends
    inner join sampled on spends.customer_number = sampled.customer_number

),

buyers as (

    select
        category_number,
        count(*) as customers
    from bought
    group by category_number

),

pairs as (

    select
        bought.category_number,
        others.category_number as next_category_number,
        count(*) as customers
    from bought
    inner join bought as others
        on
            bought.customer_number = others.customer_number
            and bought.category_number <> others.category_number
    group by bought.category_number, others.category_number

),

everybody as (

    select count(*) as customers
    from sampled

),

{# Lift (Brin, Motwani, Ullman & Tsur 1997): how many times as often both are bought as they would
   be by chance. #}
lifts as (

    select
        pairs.category_number,
        pairs.next_category_number,
        pairs.customers,
        {{ share_of('pairs.customers', 'everybody.customers') }} as support,
        {{ ratio_of(
            'pairs.customers * everybody.customers', '(buyers.customers * next_buyers.customers)'
        ) }} as lift,
        night.as_of_date
    from pairs
    cross join everybody
    cross join night
    inner join buyers on pairs.category_number = buyers.category_number
    inner join buyers as next_buyers on pairs.next_category_number = next_buyers.category_number
    where
        pairs.customers * everybody.customers > buyers.customers * next_buyers.customers
        and pairs.customers >= night.preferences_min_support * everybody.customers

),

ranked as (

    select
        lifts.*,
        row_number() over (
            partition by lifts.category_number
            order by lifts.lift desc, lifts.customers desc, lifts.next_category_number asc
        ) as place
    from lifts

)

select
    category_number,
    next_category_number,
    place,
    customers,
    support,
    lift,
    as_of_date
from ranked
where place <= {{ most_rules }}
