{# Within a twentieth of an index point of a cut counts as borderline. #}
{% set borderline = 0.05 %}

with

night as (

    select
        price_sensitivity_deal_prone,
        price_sensitivity_full_price,
        price_sensitivity_min_lines,
        language,
        as_of_date
    from {{ source('ops', 'night') }}

),

{# Where nothing of known category was ever on deal, the scheme is not available. #}
known as (

    select count(*) as customers
    from {{ ref('customer_deals') }}
    where expected_discount_share > 0

),

customers as (

    select
        customers.customer_id,
        coalesce(deals.deal_lines, 0) as deal_lines,
        deals.own_discount_share,
        deals.expected_discount_share,
        deals.coupon_share,
        deals.category_coverage_share,
        case when deals.deal_lines >= night.price_sensitivity_min_lines then deals.deal_index end
            as deal_index
    from {{ ref('night_customers') }} as customers
    cross join night
    cross join known
    left join {{ ref('customer_deals') }} as deals on customers.customer_id = deals.customer_id
    where known.customers > 0

),

judged as (

    select
        customers.*,
        case
            when customers.deal_index is null then 'unknown'
            when customers.deal_index >= night.price_sensitivity_deal_prone then 'deal_prone'
            when customers.deal_index <= night.price_sensitivity_full_price then 'full_price'
            else 'average'
        end as proneness,
        night.price_sensitivity_deal_prone - customers.deal_index as to_deal_prone,
        customers.deal_index - night.price_sensitivity_full_price as to_full_price
    from customers
    cross join night

),

nearest as (

    select
        judged.*,
        case judged.proneness
            when 'deal_prone' then 0 - judged.to_deal_prone
            when 'full_price' then 0 - judged.to_full_price
            when 'average' then least(judged.to_deal_prone, judged.to_full_price)
        end as margin,
        case
            when judged.proneness in ('deal_prone', 'full_price') then 'average'
            when judged.to_deal_prone <= judged.to_full_price then 'deal_prone'
            when judged.proneness = 'average' then 'full_price'
        end as next_proneness
    from judged

)

select
    night.as_of_date,
    nearest.customer_id,
    'price_sensitivity' as scheme,
    'price_sensitivity.' || nearest.proneness as segment_id,
    nearest.deal_index as score,
    {{ rounded('nearest.margin') }} as margin,
    coalesce({{ rounded('nearest.margin') }} < {{ borderline }}, false) as is_borderline,
    'price_sensitivity.' || nearest.next_proneness as next_segment_id,
    case
        when nearest.proneness <> 'unknown'
            then
                {{ said('price_sensitivity.index', {
                    'proneness': 'nearest.proneness',
                    'index': as_money('nearest.deal_index'),
                    'own': as_whole('100 * nearest.own_discount_share'),
                    'expected': as_whole('100 * nearest.expected_discount_share')}) }}
        when nearest.deal_lines < night.price_sensitivity_min_lines
            then
                {{ said('price_sensitivity.too_few', {
                    'lines': 'nearest.deal_lines',
                    'least': 'night.price_sensitivity_min_lines'}) }}
        else {{ said('price_sensitivity.no_deals') }}
    end as reason_1,
    {{ said('price_sensitivity.coupons', {
        'share': as_money('100 * nearest.coupon_share')}) }} as reason_2,
    {{ said('price_sensitivity.basis', {
        'lines': 'nearest.deal_lines',
        'coverage': as_whole('100 * nearest.category_coverage_share')}) }} as reason_3
from nearest
cross join night
