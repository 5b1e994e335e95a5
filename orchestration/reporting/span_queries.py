"""What the page asks of earlier nights; `$night` stands for the published night's date.

`$since` stands for an earlier night, `$schemes` for those that are looked at, `$days` for how far
back the migration matrix looks.
"""

# A night whose checks are kept and that has no sizes failed before it published anything.
NIGHTS = """
    with sizes as (
        select
            as_of_date,
            sum(customers)::bigint as customers,
            coalesce(sum(spend_365d), 0) as spend
        from marts.fct_segment_profiles
        where scheme = 'rfm'
        group by as_of_date
    ),
    checked as (
        select as_of_date, count(*) as checks, count(*) filter (where passed) as passed
        from marts.fct_data_quality
        group by as_of_date
    )
    select as_of_date, customers, spend, checks, passed
    from sizes
    full outer join checked using (as_of_date)
    order by as_of_date desc
"""
# Stayers included; what they spent is as of the published night.
FLOWS = """
    select scheme, from_segment_id, to_segment_id, customers, coalesce(spend_365d, 0) as spend,
        previous_as_of_date
    from marts.fct_segment_transitions
    where as_of_date = $night and previous_as_of_date is not null
    order by scheme, customers desc, from_segment_id nulls first, to_segment_id nulls first
"""
MOVERS = """
    select
        scheme,
        max(previous_as_of_date) as previous_as_of_date,
        sum(customers)::bigint as customers,
        coalesce(sum(customers) filter (
            where from_segment_id is distinct from to_segment_id
        ), 0)::bigint as moved,
        sum(moved_themselves)::bigint as moved_themselves,
        sum(moved_by_refit)::bigint as moved_by_refit,
        sum(moved_at_border)::bigint as moved_at_border
    from marts.fct_segment_transitions
    where as_of_date = $night and previous_as_of_date is not null
    group by scheme
    order by scheme
"""
SIZES = """
    select scheme, segment_id, customers, coalesce(spend_365d, 0) as spend
    from marts.fct_segment_profiles
    where as_of_date = $since
"""
# Only a night on which the scheme was available can begin a span.
SPANS_OF_DAYS = """
    select scheme, min(as_of_date) as first_night
    from marts.fct_segment_profiles
    where as_of_date >= $night - $days and as_of_date <= $night
    group by scheme
    having min(as_of_date) < $night and max(as_of_date) = $night
"""
SPANS_SINCE = """
    select scheme, $since as first_night
    from marts.fct_segment_profiles
    where as_of_date in ($since, $night) and scheme in ($schemes)
    group by scheme
    having count(distinct as_of_date) = 2
"""
# Who was where follows from the stays, whatever nights were run in between. Nearly all stay where
# they are: they are counted only, and they spent what their segment did tonight without those whom
# it took in since. Looking up every customer of every scheme took five times as long.
MIGRATIONS = """
    with spans as ($spans),
    stays as (
        select
            spans.first_night,
            history.scheme,
            history.scheme_version,
            history.segment_id,
            history.customer_id,
            history.valid_from <= spans.first_night as is_before,
            history.valid_to > $night or history.valid_to is null as is_after
        from marts.fct_segment_history as history
        inner join spans on history.scheme = spans.scheme
        where history.valid_from <= $night
            and (history.valid_to > spans.first_night or history.valid_to is null)
    ),
    before as (
        select * from stays where is_before and not is_after
    ),
    after as (
        select * from stays where is_after and not is_before
    ),
    moved as (
        select
            coalesce(before.scheme, after.scheme) as scheme,
            coalesce(before.first_night, after.first_night) as first_night,
            before.segment_id as from_segment_id,
            after.segment_id as to_segment_id,
            coalesce(bool_or(before.scheme_version <> after.scheme_version), false)
                as has_new_rules,
            count(*) as customers,
            coalesce(sum(people.spend_365d), 0) as spend
        from before
        full outer join after
            on before.scheme = after.scheme and before.customer_id = after.customer_id
        left join marts.customer_360 as people
            on coalesce(after.customer_id, before.customer_id) = people.customer_id
        group by 1, 2, 3, 4
    ),
    taken_in as (
        select scheme, to_segment_id as segment_id, sum(spend) as spend
        from moved
        group by all
    ),
    stayed as (
        select scheme, first_night, segment_id, count(*) as customers
        from stays
        where is_before and is_after
        group by all
    )
    select
        scheme,
        first_night,
        from_segment_id,
        to_segment_id,
        bool_or(has_new_rules) as has_new_rules,
        sum(customers)::bigint as customers,
        sum(spend) as spend
    from (
        select * from moved
        union all
        select
            stayed.scheme,
            stayed.first_night,
            stayed.segment_id,
            stayed.segment_id,
            false,
            stayed.customers,
            coalesce(tonight.spend_365d, 0) - coalesce(taken_in.spend, 0)
        from stayed
        left join marts.fct_segment_profiles as tonight
            on
                stayed.scheme = tonight.scheme
                and stayed.segment_id = tonight.segment_id
                and tonight.as_of_date = $night
        left join taken_in
            on stayed.scheme = taken_in.scheme and stayed.segment_id = taken_in.segment_id
    )
    group by 1, 2, 3, 4
    order by 1, 2, 3 nulls last, 4 nulls last
"""
