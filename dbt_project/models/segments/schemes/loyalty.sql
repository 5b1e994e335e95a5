with

night as (

    select language
    from {{ source('ops', 'night') }}

),

{# Nobody's order counts yet: no rows, the scheme is not available. #}
bought as (

    select count(*) as customers
    from {{ ref('customer_loyalty') }}
    where recency_days is not null

),

customers as (

    select loyalty.*
    from {{ ref('customer_loyalty') }} as loyalty
    cross join bought
    where bought.customers > 0

),

{# Periods with an order more, or less, and periods without one, until another segment. #}
ways as (

    select
        customers.*,
        case customers.loyalty_group
            when 'loyal' then customers.super_loyal_from - customers.active_periods
            when 'high_potential' then customers.loyal_from - customers.active_periods
            when 'fresh' then 1
            when 'lapsing' then 1
            when 'trial' then 1
        end as up,
        case customers.loyalty_group
            when 'super_loyal' then customers.active_periods - customers.super_loyal_from + 1
            when 'loyal' then customers.active_periods - customers.loyal_from + 1
            when 'high_potential' then customers.active_periods - 1
        end as down,
        case
            when customers.loyalty_group in ('super_loyal', 'loyal', 'high_potential', 'fresh')
                then customers.recent_periods - customers.periods_since_last
        end as silence,
        case
            when customers.loyalty_group in ('fresh', 'trial') then 'high_potential'
            when customers.loyalty_group = 'high_potential' then 'loyal'
            when customers.loyalty_group = 'loyal' then 'super_loyal'
            {# An order tonight would be in a period of its own. #}
            when customers.active_periods + 1 >= customers.super_loyal_from then 'super_loyal'
            when customers.active_periods + 1 >= customers.loyal_from then 'loyal'
            else 'high_potential'
        end as better,
        case customers.loyalty_group
            when 'super_loyal' then 'loyal'
            when 'loyal' then 'high_potential'
            when 'high_potential' then 'fresh'
        end as worse,
        case when customers.loyalty_group = 'fresh' then 'trial' else 'lapsing' end as silent
    from customers

),

nearest as (

    select
        ways.*,
        least(
            coalesce(ways.down, ways.up),
            coalesce(ways.silence, ways.up),
            coalesce(ways.up, ways.down)
        ) as margin
    from ways

),

followed as (

    select
        nearest.*,
        case nearest.margin
            when nearest.down then nearest.worse
            when nearest.silence then nearest.silent
            when nearest.up then nearest.better
        end as next_group
    from nearest

)

select
    followed.as_of_date,
    followed.customer_id,
    'loyalty' as scheme,
    'loyalty.' || followed.loyalty_group as segment_id,
    cast(followed.active_periods as double) as score,
    cast(followed.margin as double) as margin,
    {# Whoever has a habit, where one period would do; of the others it would do for everybody. #}
    coalesce(
        followed.margin <= 1
        and followed.loyalty_group in ('super_loyal', 'loyal', 'high_potential'), false
    ) as is_borderline,
    'loyalty.' || followed.next_group as next_segment_id,
    case
        when followed.loyalty_group = 'none' then {{ said('loyalty.none') }}
        when followed.basis = 'months'
            then
                {{ said('loyalty.months', {
                    'group': 'followed.loyalty_group', 'active': 'followed.active_periods'}) }}
        else
            {{ said('loyalty.quarters', {
                'group': 'followed.loyalty_group', 'active': 'followed.active_periods'}) }}
    end as reason_1,
    case
        when followed.recency_days is null then {{ said('loyalty.never') }}
        when followed.periods_since_last < followed.recent_periods
            then {{ said('loyalty.lately', {'days': 'followed.recency_days'}) }}
        else {{ said('loyalty.not_lately', {'days': 'followed.recency_days'}) }}
    end as reason_2,
    case
        when followed.median_gap_days is null then {{ said('loyalty.by_quarters_without_gaps') }}
        when followed.basis = 'months'
            then
                {{ said('loyalty.by_months', {
                    'gap': as_money('followed.median_gap_days')}) }}
        else {{ said('loyalty.by_quarters', {'gap': as_money('followed.median_gap_days')}) }}
    end as reason_3
from followed
cross join night
