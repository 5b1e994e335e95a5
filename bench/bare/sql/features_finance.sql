-- Balances, the risk that customers take and would take, what they owe.
create or replace table features.customer_balances as
with told as (
    select
        customer_id, product_id,
        max_by(balance, held_on) filter (held_on > getvariable('as_of') - 92) as balance,
        max_by(balance, held_on) filter (held_on <= getvariable('as_of') - 90)
            as balance_90d_ago,
        -- An unknown level of the last day is 0, not that of a day before.
        max_by(if(risk_level between 1 and 5, risk_level, 0), held_on) as own_risk_level,
        max(held_on) as held_date
    from core.holdings
    semi join features.night_customers using (customer_id)
    where held_on between getvariable('as_of') - 181 and getvariable('as_of')
    group by customer_id, product_id
),
levelled as (
    select
        told.*, coalesce(nullif(told.own_risk_level, 0), products.risk_level) as level,
        case when told.balance > 0 and level is not null then told.balance end as risk_balance
    from told
    left join (select product_id, risk_level from core.products where risk_level between 1 and 5)
        as products using (product_id)
    where told.balance is not null or told.balance_90d_ago is not null
)
select
    customer_id, count(balance) as products,
    sum(balance)::decimal(18, 4) as balance,
    sum(balance_90d_ago)::decimal(18, 4) as balance_90d_ago,
    sum(risk_balance)::decimal(18, 4) as risk_balance,
    ratio_of(sum(risk_balance * level), sum(risk_balance)) as revealed_risk,
    max(held_date) filter (balance is not null) as held_date
from levelled
group by customer_id;

-- The last questionnaire is what was answered on the last such day.
create or replace table features.risk_tolerances as
with answers as (
    select
        customer_id, score, scale_max, responded_at::date as responded_date
    from core.survey_responses
    semi join features.night_customers using (customer_id)
    where
        survey = 'risk_profile' and scale_max > 0
        and responded_at < getvariable('as_of') + 1
    qualify
        responded_date = max(responded_date) over (partition by customer_id)
        and rank() over (
            partition by customer_id, question, responded_date order by responded_at desc
        ) = 1
)
select
    customer_id, count(*) as answers,
    share_of(sum(score::decimal(18, 9)), sum(scale_max::decimal(18, 9))) as risk_share,
    1 + (risk_share >= 0.3)::int + (risk_share >= 0.5)::int + (risk_share >= 0.7)::int
        + (risk_share >= 0.9)::int as risk_class,
    getvariable('as_of') - max(responded_date) as age_days,
    age_days > 365 as is_expired
from answers
group by customer_id;

-- What is told at one instant is as bad as the worst of it; some events say all by themselves.
create or replace table features.credit_standings as
with instants as (
    select
        customer_id, occurred_at,
        max(greatest(coalesce(days_past_due, 0), if(is_default, 90, 0))) as days_past_due
    from (
        select
            *,
            lower(event_type) in ('default', 'charge_off', 'write_off', 'bankruptcy')
                as is_default
        from core.credit_events
    )
    semi join features.night_customers using (customer_id)
    where
        occurred_at < getvariable('as_of') + 1 and (days_past_due is not null or is_default)
    group by customer_id, occurred_at
)
select
    customer_id,
    max_by(days_past_due, occurred_at) as open_days_past_due,
    greatest(
        coalesce(
            max(days_past_due) filter (occurred_at >= getvariable('as_of') - 364), 0
        ),
        max_by(days_past_due, occurred_at)
    ) as worst_days_past_due,
    getvariable('as_of') - max(occurred_at)::date as last_event_days
from instants
group by customer_id;
