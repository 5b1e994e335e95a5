-- Segments by balances, appetite for risk, and debts.
create or replace table segments.asset_tier as
with customers as (
    select
        customer_id, balances.products, balances.balance::double as balance,
        getvariable('as_of') - balances.held_date as told_days,
        case
            when balance is null then 'prospect'
            when balance >= 1000000 then 'high_net_worth'
            when balance >= 100000 then 'mass_affluent'
            else 'mass'
        end as tier,
        case tier
            when 'high_net_worth' then balance - 1000000
            when 'mass_affluent' then least(1000000 - balance, balance - 100000)
            when 'mass' then 100000 - balance
        end as margin
    from features.night_customers
    left join (from features.customer_balances where balance <> 0) as balances
        using (customer_id)
)
select
    customer_id,
    'asset_tier' as scheme,
    'asset_tier.' || tier as segment_id,
    balance as score,
    case
        when tier = 'prospect' then 'Asset tier prospect: no balance told in 92 days'
        else 'Asset tier ' || replace(tier, '_', ' ') || ': a balance of ' || money(balance)
            || ' EUR'
    end as reason_1,
    'Holdings: ' || counted(products, 'product') || ', last told ' || counted(told_days, 'day')
        || ' ago' as reason_2,
    'Away from '
        || case
            when tier <> 'mass_affluent' then 'mass affluent'
            when 1000000 - balance <= balance - 100000 then 'high net worth'
            else 'mass'
        end || ': ' || money(margin) || ' EUR' as reason_3
from customers;

create or replace table segments.risk_appetite as
with customers as (
    select
        customer_id, tolerances.* exclude (customer_id), balances.revealed_risk,
        balances.risk_balance,
        (['C1 Conservative', 'C2 Prudent', 'C3 Steady', 'C4 Active', 'C5 Aggressive'])[risk_class]
            as class_name,
        case
            when tolerances.customer_id is null then 'unknown'
            when is_expired then 'expired'
            when risk_class <= 2 then 'conservative'
            when risk_class = 3 then 'balanced'
            else 'aggressive'
        end as appetite
    from features.night_customers
    left join features.risk_tolerances as tolerances using (customer_id)
    left join features.customer_balances as balances using (customer_id)
)
select
    customer_id,
    'risk_appetite' as scheme,
    'risk_appetite.' || appetite as segment_id,
    risk_share as score,
    case appetite
        when 'unknown' then 'Not assessed: no risk questionnaire answered'
        when 'expired'
            then 'Assessment expired: ' || class_name || ', told ' || counted(age_days, 'day')
                || ' ago; valid for 365'
        else 'Risk class ' || class_name || ': ' || whole(100 * risk_share)
            || ' % of the points of ' || counted(answers, 'question')
    end as reason_1,
    'Risk held: ' || money(revealed_risk) || ' of 5 on average, by balance, over '
        || money(risk_balance) || ' EUR' as reason_2,
    case
        when not is_expired
            then 'Assessment valid: ' || counted(age_days, 'day') || ' old; expires after 365'
    end as reason_3
from customers;

create or replace table segments.credit_risk as
with customers as (
    select
        customer_id, worst_days_past_due as worst, open_days_past_due, last_event_days,
        case
            when worst is null then 'unknown'
            when worst <= 0 then 'current'
            when worst <= 29 then 'past_due_1_29'
            when worst <= 59 then 'past_due_30_59'
            when worst <= 89 then 'past_due_60_89'
            else 'past_due_90_plus'
        end as bucket,
        case
            when worst <= 0 then '1-29 days past due'
            when worst <= 29 then if(30 - worst <= worst, '30-59 days past due', 'current')
            when worst <= 59
                then if(60 - worst <= worst - 29, '60-89', '1-29') || ' days past due'
            when worst <= 89
                then if(90 - worst <= worst - 59, '90 or more', '30-59') || ' days past due'
            else '60-89 days past due'
        end as next_bucket,
        case
            when worst <= 0 then 1 - worst
            when worst <= 29 then least(30 - worst, worst)
            when worst <= 59 then least(60 - worst, worst - 29)
            when worst <= 89 then least(90 - worst, worst - 59)
            else worst - 89
        end as margin
    from features.night_customers
    left join features.credit_standings using (customer_id)
)
select
    customer_id,
    'credit_risk' as scheme,
    'credit_risk.' || bucket as segment_id,
    worst::double as score,
    case
        when bucket = 'unknown' then 'Credit unknown: no days past due were ever told'
        else 'Credit '
            || case bucket
                when 'current' then 'current'
                when 'past_due_90_plus' then '90 or more days past due'
                else replace(replace(bucket, 'past_due_', ''), '_', '-') || ' days past due'
            end
            || ': ' || counted(worst, 'day')
            || ' past due at worst, open now or in the last 365 days'
    end as reason_1,
    case
        when open_days_past_due > 0
            then 'Open: ' || counted(open_days_past_due, 'day') || ' past due when last told, '
                || counted(last_event_days, 'day') || ' ago'
        else 'Nothing open: paid on time when last told, ' || counted(last_event_days, 'day')
            || ' ago'
    end as reason_2,
    'Away from ' || next_bucket || ': ' || counted(margin, 'day') || ' past due' as reason_3
from customers;
