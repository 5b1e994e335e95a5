with

account as (

    select
        basis,
        periods,
        super_loyal_from,
        loyal_from,
        recent_periods,
        median_gap_days,
        as_of_date
    from {{ ref('loyalty_basis') }}

),

counted as (

    select
        rfm.customer_id,
        rfm.recency_days,
        account.basis,
        coalesce(
            case account.basis
                when 'months' then rhythms.active_months else rhythms.active_quarters
            end, 0
        ) as active_periods,
        case account.basis
            when 'months' then rhythms.months_since_last else rhythms.quarters_since_last
        end as periods_since_last,
        account.periods,
        account.super_loyal_from,
        account.loyal_from,
        account.recent_periods,
        account.median_gap_days,
        account.as_of_date
    from {{ ref('customer_rfm') }} as rfm
    cross join account
    left join {{ ref('purchase_rhythms') }} as rhythms on rfm.customer_id = rhythms.customer_id

),

grouped as (

    select
        counted.*,
        case
            when counted.active_periods = 0 then 'none'
            when counted.periods_since_last >= counted.recent_periods
                then case when counted.active_periods > 1 then 'lapsing' else 'trial' end
            when counted.active_periods >= counted.super_loyal_from then 'super_loyal'
            when counted.active_periods >= counted.loyal_from then 'loyal'
            when counted.active_periods > 1 then 'high_potential'
            else 'fresh'
        end as loyalty_group
    from counted

),

{# High profit is the upper half of whoever is worth anything. #}
median_value as (

    select percentile_cont(0.5) within group (order by cast(value_365d as double)) as value_365d
    from {{ ref('customer_value') }}
    where value_365d > 0

),

judged as (

    select
        grouped.*,
        grouped.loyalty_group in ('super_loyal', 'loyal') as is_loyal,
        coalesce(
            customer_value.value_365d > 0
            and cast(customer_value.value_365d as double) >= median_value.value_365d, false
        ) as has_high_profit
    from grouped
    cross join median_value
    inner join {{ ref('customer_value') }} as customer_value
        on grouped.customer_id = customer_value.customer_id

)

select
    judged.*,
    case
        when judged.loyalty_group = 'none' then null
        when judged.is_loyal and judged.has_high_profit then 'true_friends'
        when judged.has_high_profit then 'butterflies'
        when judged.is_loyal then 'barnacles'
        else 'strangers'
    end as profit_group
from judged
