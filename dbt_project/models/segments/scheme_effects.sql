{{ config(materialized='view') }}

with

outcomes as (

    select
        as_of_date,
        scheme,
        customers,
        next_90d_buyers,
        next_90d_spend,
        next_90d_spend_squares,
        cast(
            cast(next_90d_spend as double) * cast(next_90d_spend as double) / customers
            as decimal(38, 4)
        ) as squared_mean,
        {{ summable(
            'cast(next_90d_buyers as double) * next_90d_buyers / customers'
        ) }} as squared_buyers
    from {{ ref('segment_outcomes') }}

),

{# The squares of a scheme of one segment lie within it; of a night from before buyers were counted
   nothing is known of who ordered. #}
sums as (

    select
        as_of_date,
        scheme,
        count(*) as segments,
        sum(customers) as customers,
        cast(sum(squared_mean) as double) as between_squares,
        cast(sum(next_90d_spend_squares) as double) as all_squares,
        cast(sum(next_90d_spend) as double) * cast(sum(next_90d_spend) as double)
        / sum(customers) as mean_squares,
        case when count(next_90d_buyers) = count(*) then sum(next_90d_buyers) end as buyers,
        cast(sum(squared_buyers) as double) as buyer_squares
    from outcomes
    group by as_of_date, scheme

),

{# phi squared, chi squared over n: with two outcomes, ordered or not, it is the share of the
   variance of the outcome that lies between segments. #}
associations as (

    select
        *,
        (buyer_squares - cast(buyers as double) * buyers / customers)
        / nullif(cast(buyers as double) * (customers - buyers) / customers, 0)
            as phi_squared
    from sums

),

{# Bergsma (2013): what chance alone gives k segments is taken off, or the scheme with the most
   segments would win. #}
corrected as (

    select
        *,
        case
            when phi_squared is not null
                then greatest(phi_squared - (segments - 1) / nullif(customers - 1.0, 0), 0.0)
        end as phi_squared_left,
        least(
            segments - 1 - (segments - 1) * (segments - 1) / nullif(customers - 1.0, 0),
            1 - 1 / nullif(customers - 1.0, 0)
        ) as most_possible
    from associations

)

select
    as_of_date,
    scheme,
    {# eta squared: the share of the variance of customers' spend that lies between segments. #}
    {{ share_of('(between_squares - mean_squares)', '(all_squares - mean_squares)') }}
        as eta_squared_next_90d_spend,
    case
        when phi_squared_left is not null and most_possible > 0
            then least({{ rounded('sqrt(phi_squared_left / most_possible)') }}, 1.0)
    end as cramers_v_next_90d_order
from corrected
