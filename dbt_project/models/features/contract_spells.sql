with

night as (

    select
        lifecycle_ending_days,
        lifecycle_gap_days,
        {{ window_start('as_of_date', 365) }} as window_start,
        {{ day_plus('as_of_date', 1) }} as next_date,
        as_of_date
    from {{ source('ops', 'night') }}
    where relationship = 'contractual'

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

started as (

    select
        contracts.customer_id,
        contracts.contract_id,
        coalesce(contracts.monthly_amount, 0) as monthly_amount,
        {{ contract_state('contracts.status') }} as state,
        contracts.started_on,
        contracts.ended_on
    from {{ ref('contracts') }} as contracts
    cross join night
    inner join customers on contracts.customer_id = customers.customer_id
    where contracts.started_on <= night.as_of_date

),

{# A row that calls a contract ended was written after the end: an end later than the night was
   nothing that the night knew. An end that is announced is told beside another status. #}
known as (

    select
        started.*,
        coalesce(started.ended_on <= night.as_of_date, started.state in ('ended', 'cancelled'))
            as is_over,
        case
            when started.ended_on > night.as_of_date and started.state <> 'ended'
                then started.ended_on
        end as announced_on
    from started
    cross join night
    where started.state <> 'offered'

),

{# When a contract without a date was over is not known, so that no gap begins there. #}
placed as (

    select
        known.*,
        not known.is_over as is_running,
        not known.is_over
        and (
            coalesce(
                {{ days_between('night.as_of_date', 'known.announced_on') }}
                <= night.lifecycle_ending_days,
                known.state in ('ending', 'suspended')
            )
        ) as is_ending,
        case
            when known.is_over then coalesce(known.ended_on, known.started_on)
            else night.next_date
        end as last_until,
        max(
            case
                when known.is_over then coalesce(known.ended_on, night.as_of_date)
                else night.next_date
            end
        ) over (
            partition by known.customer_id
            order by known.started_on, known.contract_id
            rows between unbounded preceding and 1 preceding
        ) as until_before
    from known
    cross join night

),

spelled as (

    select
        placed.*,
        {{ days_between('placed.until_before', 'placed.started_on') }} > night.lifecycle_gap_days
            as is_return,
        greatest({{ days_between('greatest(placed.started_on, night.window_start)',
            'placed.last_until') }}, 0) as window_days
    from placed
    cross join night

)

select
    spelled.customer_id,
    count(*) as contracts,
    sum(case when spelled.is_running then 1 else 0 end) as running_contracts,
    sum(case when spelled.is_running and not spelled.is_ending then 1 else 0 end)
        as lasting_contracts,
    max(case when spelled.window_days > 0 then 1 else 0 end) = 1 as has_run_365d,
    cast(
        sum(case when spelled.is_running then spelled.monthly_amount else 0 end) as decimal(18, 4)
    ) as monthly_amount,
    cast(
        sum({{ ratio('12 * spelled.monthly_amount', 'spelled.window_days', '365', 4) }})
        as decimal(18, 4)
    ) as income_365d,
    min(spelled.started_on) as first_started_on,
    max(case when spelled.is_return then spelled.started_on end) as returned_on,
    max(case when spelled.is_return then spelled.until_before end) as left_on,
    case
        when
            count(spelled.announced_on) = sum(case when spelled.is_running then 1 else 0 end)
            then max(spelled.announced_on)
    end as announced_on,
    max(case when spelled.is_over then spelled.ended_on end) as last_ended_on
from spelled
group by spelled.customer_id
