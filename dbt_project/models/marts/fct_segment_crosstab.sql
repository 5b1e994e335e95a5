{% set schemes = built_schemes_with_a_column() %}
{% set batches = schemes | batch(3) | list %}

{# Pairs of batches, one with itself too, and of the schemes in them that make a pair. #}
{% set batch_pairs = [] %}
{% for batch in batches %}
{% set number = loop.index %}
{% for other in batches[loop.index0:] %}
{% set other_number = number + loop.index0 %}
{% do batch_pairs.append({
    'name': 'batches_' ~ number ~ '_' ~ other_number,
    'schemes': batch if number == other_number else batch + other,
    'pairs': scheme_pairs(batch) if number == other_number else scheme_pairs(batch, other),
}) %}
{% endfor %}
{% endfor %}

with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

{# By small numbers: what is told apart below are all customers, in 28 ways. #}
codes as (

    select
        nights.scheme,
        nights.segment_id,
        cast(row_number() over (
            partition by nights.scheme order by nights.segment_id
        ) as smallint) as code
    from {{ ref('segment_nights') }} as nights
    inner join night on nights.as_of_date = night.as_of_date

),

coded as (

    select
        customers.customer_id,
        customers.own_segments,
        {% for scheme in schemes %}
        {{ scheme }}_codes.code as {{ scheme }},
        {% endfor %}
        customers.spend_365d
    from {{ ref('customer_360') }} as customers
    {% for scheme in schemes %}
    left join codes as {{ scheme }}_codes
        on
            {{ scheme }}_codes.scheme = '{{ scheme }}'
            and customers.{{ scheme }}_segment = {{ scheme }}_codes.segment_id
    {% endfor %}

),

{# Segments of schemes without a column of their own stand in a list. #}
owned as (

    select
        coded.*,
        own_codes.scheme as own_scheme,
        own_codes.code as own_code
    from coded
    inner join codes as own_codes
        on
            not {{ has_a_column('own_codes.scheme') | indent(12) }}
            and position(
                ',' || own_codes.segment_id || ',' in ',' || coded.own_segments || ','
            ) > 0

),

{# Customers are counted by the segments of two batches of schemes, some thousands of groups, and
   these are summed for the pairs of schemes: 28 passes over customers instead of 210. #}
{% for batch_pair in batch_pairs %}
{{ batch_pair.name }} as (

    select
        {{ batch_pair.schemes | join(',
        ') }},
        count(*) as customers,
        sum(spend_365d) as spend_365d
    from coded
    group by
        {{ batch_pair.schemes | join(',
        ') }}

),

{% endfor %}
counted as (

    {% for batch_pair in batch_pairs %}
    {% for scheme, other in batch_pair.pairs %}
    select
        '{{ scheme }}' as scheme_a,
        {{ scheme }} as code_a,
        '{{ other }}' as scheme_b,
        {{ other }} as code_b,
        cast(sum(customers) as bigint) as customers,
        sum(spend_365d) as spend_365d
    from {{ batch_pair.name }}
    group by {{ scheme }}, {{ other }}
    union all
    {% endfor %}
    {% endfor %}
    {% for scheme in schemes %}
    select
        own_scheme as scheme_a,
        own_code as code_a,
        '{{ scheme }}' as scheme_b,
        {{ scheme }} as code_b,
        count(*) as customers,
        sum(spend_365d) as spend_365d
    from owned
    group by own_scheme, own_code, {{ scheme }}
    union all
    {% endfor %}
    select
        owned.own_scheme as scheme_a,
        owned.own_code as code_a,
        others.own_scheme as scheme_b,
        others.own_code as code_b,
        count(*) as customers,
        sum(owned.spend_365d) as spend_365d
    from owned
    inner join owned as others
        on owned.customer_id = others.customer_id and owned.own_scheme < others.own_scheme
    group by owned.own_scheme, owned.own_code, others.own_scheme, others.own_code

),

{# Both ways round, so that a reader need not know which scheme comes first. #}
both_ways as (

    select
        scheme_a,
        code_a,
        scheme_b,
        code_b,
        customers,
        spend_365d
    from counted
    union all
    select
        scheme_b as scheme_a,
        code_b as code_a,
        scheme_a as scheme_b,
        code_a as code_b,
        customers,
        spend_365d
    from counted

),

{# Of customers who are in both schemes. #}
named as (

    select
        both_ways.scheme_a,
        codes_a.segment_id as segment_a,
        both_ways.scheme_b,
        codes_b.segment_id as segment_b,
        both_ways.customers,
        both_ways.spend_365d,
        sum(both_ways.customers) over (
            partition by both_ways.scheme_a, both_ways.scheme_b, both_ways.code_a
        ) as customers_a,
        sum(both_ways.customers) over (
            partition by both_ways.scheme_a, both_ways.scheme_b, both_ways.code_b
        ) as customers_b,
        sum(both_ways.customers) over (
            partition by both_ways.scheme_a, both_ways.scheme_b
        ) as customers_of_both
    from both_ways
    inner join codes as codes_a
        on both_ways.scheme_a = codes_a.scheme and both_ways.code_a = codes_a.code
    inner join codes as codes_b
        on both_ways.scheme_b = codes_b.scheme and both_ways.code_b = codes_b.code

)

select
    night.as_of_date,
    night.run_id,
    named.scheme_a,
    named.segment_a,
    named.scheme_b,
    named.segment_b,
    named.customers,
    cast(named.spend_365d as decimal(18, 2)) as spend_365d,
    {{ share_of('named.customers', 'named.customers_a') }} as share_of_a,
    {{ ratio_of(
        'named.customers * named.customers_of_both', '(named.customers_a * named.customers_b)'
    ) }} as lift
from named
cross join night
