{#
    What was known of contracts and balances on tonight and on past nights, and who left after those:
    the rows that churn by contract is learned from and told from. Only dates tell what was known
    then: a contract's status is that of today, and an end later than the night was not known on it.
    Without rows where the account has no contracts.
#}
{{ config(materialized='table') }}
{% set horizon = 90 %}
{# Days back: tonight, a month apart as soon as the horizon is over, and a full year. #}
{% set nights_back = [0, 90, 120, 150, 180, 210, 240, 365] %}
{# Balances come at least once a quarter: one not told for longer makes no customer. #}
{% set told_days = 92 %}

with

cutoffs as (

    {% for days in nights_back %}
    select
        {{ day_plus('as_of_date', -days) }} as cutoff_date,
        {{ day_plus('as_of_date', horizon - days) if days else 'cast(null as date)' }}
            as horizon_date
    from {{ source('ops', 'night') }}
    where relationship = 'contractual'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

customers as (

    {{ customers_to_sample() | indent(4) }}

),

customer_nights as (

    select
        cutoffs.cutoff_date,
        cutoffs.horizon_date,
        customers.customer_id
    from cutoffs
    cross join customers
    where cutoffs.horizon_date is null or {{ is_sampled('customers') | indent(4) }}

),

contracts as (

    select
        nights.cutoff_date,
        nights.horizon_date,
        nights.customer_id,
        contracts.started_on,
        contracts.ended_on,
        contracts.started_on <= nights.cutoff_date as is_known,
        contracts.started_on <= nights.cutoff_date
        and (contracts.ended_on is null or contracts.ended_on > nights.cutoff_date) as is_active,
        contracts.ended_on is null or contracts.ended_on > nights.horizon_date as is_active_later
    from customer_nights as nights
    inner join {{ ref('contracts') }} as contracts on nights.customer_id = contracts.customer_id
    where contracts.started_on <= coalesce(nights.horizon_date, nights.cutoff_date)

),

contract_counts as (

    select
        cutoff_date,
        customer_id,
        sum(case when is_active then 1 else 0 end) as active_contracts,
        sum(case when is_active_later then 1 else 0 end) as active_contracts_in_90d,
        sum({{ within('case when is_known then 1 else 0 end', 'ended_on', 'cutoff_date', 365) }})
            as ended_contracts_365d,
        min(case when is_known then started_on end) as first_date,
        max(case when is_active then started_on end) as latest_date
    from contracts
    group by cutoff_date, customer_id

),

{# The last balance told of a product stands until another one is told. #}
holdings as (

    select
        nights.cutoff_date,
        nights.customer_id,
        holdings.product_id,
        {% for name, day in [
            ('balance', 'nights.cutoff_date'),
            ('balance_30d_ago', day_plus('nights.cutoff_date', -30)),
            ('balance_90d_ago', day_plus('nights.cutoff_date', -90)),
            ('balance_in_90d', 'nights.horizon_date'),
        ] %}
        max_by(
            case when holdings.held_on <= {{ day }} then holdings.balance end,
            case when holdings.held_on <= {{ day }} then holdings.held_on end
        ) as {{ name }},
        {% endfor %}
        min(case when holdings.held_on <= nights.cutoff_date then holdings.held_on end)
            as first_date,
        max(case when holdings.held_on <= nights.cutoff_date then holdings.held_on end)
            as last_date
    from customer_nights as nights
    inner join {{ ref('holdings') }} as holdings on nights.customer_id = holdings.customer_id
    where holdings.held_on <= coalesce(nights.horizon_date, nights.cutoff_date)
    group by nights.cutoff_date, nights.customer_id, holdings.product_id

),

balances as (

    select
        cutoff_date,
        customer_id,
        {% for name in ['balance', 'balance_30d_ago', 'balance_90d_ago', 'balance_in_90d'] %}
        cast(sum({{ name }}) as decimal(18, 4)) as {{ name }},
        {% endfor %}
        min(first_date) as first_date,
        max(last_date) as last_date
    from holdings
    group by cutoff_date, customer_id

),

known as (

    select
        nights.cutoff_date,
        nights.horizon_date,
        nights.customer_id,
        coalesce(contracts.active_contracts, 0) as active_contracts,
        coalesce(contracts.active_contracts_in_90d, 0) as active_contracts_in_90d,
        coalesce(contracts.ended_contracts_365d, 0) as ended_contracts_365d,
        balances.balance,
        balances.balance_30d_ago,
        balances.balance_90d_ago,
        balances.balance_in_90d,
        least(
            coalesce(contracts.first_date, balances.first_date),
            coalesce(balances.first_date, contracts.first_date)
        ) as first_date,
        contracts.latest_date
    from customer_nights as nights
    left join contract_counts as contracts
        on
            nights.cutoff_date = contracts.cutoff_date
            and nights.customer_id = contracts.customer_id
    left join balances
        on
            nights.cutoff_date = balances.cutoff_date
            and nights.customer_id = balances.customer_id
    {# Whoever has neither has nothing left to end. #}
    where
        contracts.active_contracts > 0
        or (
            balances.balance > 0
            and {{ is_in_window('balances.last_date', 'nights.cutoff_date', told_days) }}
        )

)

select
    customer_id,
    cast({{ days_between('first_date', 'cutoff_date') }} as bigint) as tenure_days,
    cast({{ days_between('latest_date', 'cutoff_date') }} as bigint) as latest_contract_days,
    cast(active_contracts as bigint) as active_contracts,
    cast(ended_contracts_365d as bigint) as ended_contracts_365d,
    balance,
    balance_30d_ago,
    balance_90d_ago,
    {# A contract that another one replaces is no loss. #}
    case
        when horizon_date is not null
            then
                (active_contracts > 0 and active_contracts_in_90d = 0)
                or coalesce(balance > 0 and 5 * balance_in_90d <= balance, false)
    end as has_left,
    cutoff_date,
    horizon_date as label_known_on
from known
