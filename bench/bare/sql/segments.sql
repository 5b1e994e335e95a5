-- The rule segments with score and reasons; without the distance to the next segment.
create or replace table segments.rfm_edges as
with quantiles as (
    select
        count(*) as customers,
        list_transform(quantile_cont(recency_days::double, [0.2, 0.4, 0.6, 0.8]),
            lambda edge: round(edge, 9)) as recency,
        list_transform(quantile_cont(frequency::double, [0.2, 0.4, 0.6, 0.8]),
            lambda edge: round(edge, 9)) as frequency,
        list_transform(quantile_cont(monetary::double, [0.2, 0.4, 0.6, 0.8]),
            lambda edge: round(edge, 9)) as monetary
    from features.customer_rfm
    where frequency > 0
)
select
    customers, recency, monetary,
    case
        when len(list_distinct(frequency)) < 4 then [1.0, 2.0, 4.0, 9.0] else frequency
    end as frequency
from quantiles;

create or replace table segments.rfm as
with scored as (
    select
        customers.customer_id, customers.recency_days, customers.frequency, customers.monetary,
        {r_score} as r,
        {f_score} as f,
        {m_score} as m
    from features.customer_rfm as customers
    cross join segments.rfm_edges as edges
),
grouped as (
    select *, floor((f + m + 1) / 2.0) as fm
    from scored
)
select
    customer_id, r, f, m,
    'rfm' as scheme,
    'rfm.' || case
        when recency_days is null then 'prospect'
        when frequency = 0 then 'lost'
        when r = 5 then case when fm = 1 then 'new' when fm <= 3 then 'potential_loyalist' else 'champions' end
        when r = 4 then case when fm = 1 then 'promising' when fm <= 3 then 'potential_loyalist' else 'loyal' end
        when r = 3 then case when fm <= 2 then 'about_to_sleep' when fm = 3 then 'need_attention' else 'loyal' end
        when r = 2 then case when fm <= 2 then 'hibernating' when fm <= 4 then 'at_risk' else 'cannot_lose' end
        when fm <= 2 then 'lost' when fm <= 4 then 'at_risk' else 'cannot_lose'
    end as segment_id,
    r + (f + m) / 2.0 as score,
    'Recency score ' || coalesce(r::varchar, 'none') || ' of 5: last order '
        || coalesce(recency_days::varchar, 'never') || ' days ago' as reason_1,
    'Frequency score ' || f || ' of 5: ' || frequency || ' orders in 365 days' as reason_2,
    'Monetary score ' || m || ' of 5: ' || round(monetary, 2) || ' in 365 days' as reason_3
from grouped;

create or replace table segments.value_tier as
with ranked as (
    select
        customer_id, value_365d, value_basis,
        rank() over (order by value_365d desc) as place
    from features.customer_value
    where value_365d > 0
),
valued as (
    select count(*) as customers
    from ranked
)
select
    customer_id,
    'value_tier' as scheme,
    'value_tier.' || case
        when (place - 1) * 10 < valued.customers * 2 then 'high'
        when (place - 1) * 10 < valued.customers * 5 then 'medium'
        else 'low'
    end as segment_id,
    value_365d::double as score,
    'Value: ' || value_basis || ' of ' || round(value_365d, 2) || ' in 365 days' as reason_1,
    'Place ' || place || ' of ' || valued.customers || ' customers with value' as reason_2,
    cast(null as varchar) as reason_3
from ranked
cross join valued

union all

select
    customer_id,
    'value_tier' as scheme,
    case when has_sale_line_365d then 'value_tier.unprofitable' else 'value_tier.none' end
        as segment_id,
    value_365d::double as score,
    'Value: ' || value_basis || ' of ' || round(value_365d, 2) || ' in 365 days' as reason_1,
    'No value in 365 days' as reason_2,
    cast(null as varchar) as reason_3
from features.customer_value
where value_365d <= 0;

-- t_q = (alpha + S)((1 - q)^(-1 / (r + n)) - 1) days, at least 14, 28, 56.
create or replace macro silence_limit(q, n, s, at_least) as greatest(
    round((getvariable('alpha') + s)
        * (power(1 - q, -1 / (getvariable('r') + n)) - 1), 9),
    at_least
);

create or replace table segments.lifecycle as
with returned as (
    select customer_id, max(order_date) as return_date
    from counted_order_days
    where
        -- No limit is lower, and most gaps are: a power of each costs more than all else here.
        gap_days > 28
        and gap_days > silence_limit(
            0.95, gaps_before, order_date - gap_days::integer - first_date, 28.0)
    group by customer_id
),
limits as (
    select
        customers.customer_id, customers.recency_days, customers.gaps, customers.gap_days,
        silence_limit(0.8, gaps, gap_days, 14.0) as limit_1,
        silence_limit(0.95, gaps, gap_days, 28.0) as limit_2,
        silence_limit(0.99, gaps, gap_days, 56.0) as limit_3,
        getvariable('as_of') - returned.return_date as days_since_return
    from features.customer_rfm as customers
    left join returned using (customer_id)
)
select
    customer_id,
    'lifecycle' as scheme,
    'lifecycle.' || case
        when recency_days is null then 'prospect'
        when recency_days > limit_3 then 'churned'
        when recency_days > limit_2 then 'dormant'
        when recency_days > limit_1 then 'at_risk'
        when gaps = 0 then 'new'
        when days_since_return <= limit_1 then 'reactivated'
        else 'active'
    end as segment_id,
    round(recency_days / limit_1, 9) as score, limit_2,
    coalesce(
        'Last order ' || recency_days || ' days ago; limit ' || floor(limit_1)::bigint,
        'No order yet'
    ) as reason_1,
    'Own rhythm: ' || round(gap_days / gaps, 2) || ' days on average' as reason_2,
    'At risk after ' || floor(limit_1)::bigint || ', dormant after ' || floor(limit_2)::bigint
        || ', churned after ' || floor(limit_3)::bigint || ' days' as reason_3
from limits
where getvariable('r') is not null;
