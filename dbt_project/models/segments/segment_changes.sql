-- depends_on: {{ ref('compared_nights') }}, {{ source('ops', 'kept_nights') }}
-- depends_on: {{ source('ops', 'unfinished_nights') }}
{{ config(
    materialized='incremental',
    incremental_strategy='compared_nights',
    on_schema_change='append_new_columns',
    full_refresh=false,
    meta={'stored_as': {'customer_id': 'zstd'}},
    pre_hook="{{ add_cause() }}",
    post_hook="{{ thin_nights() }}"
) }}

with

night as (

    select
        as_of_date,
        language
    from {{ source('ops', 'night') }}

),

{# The night before tonight that `segments_side_by_side` holds. #}
night_before as (

    select max(side_by_side.as_of_date) as as_of_date
    from {{ ref('segments_side_by_side') }} as side_by_side
    inner join night on side_by_side.as_of_date < night.as_of_date
    where side_by_side.fields = '{{ fields_side_by_side() }}'

),

compared as (

    select
        compared.*,
        coalesce(
            compared.is_tonight
            and not compared.has_new_rules
            and {{ has_a_column('compared.scheme') }}
            and compared.previous_as_of_date = night_before.as_of_date
            {# What is held side by side of a night is as its own run told it. #}
            and not coalesce(compared.is_previous_told_anew, false),
            false
        ) as is_side_by_side
    from {{ ref('compared_nights') }} as compared
    cross join night_before

),

tonights as (

    select side_by_side.*
    from {{ ref('segments_side_by_side') }} as side_by_side
    inner join night on side_by_side.as_of_date = night.as_of_date

),

befores as (

    select side_by_side.*
    from {{ ref('segments_side_by_side') }} as side_by_side
    inner join night_before on side_by_side.as_of_date = night_before.as_of_date

),

{# Whoever moved in some scheme since the night before: few of all customers. #}
movers as (

    select
        {% for column in range(1, columns_side_by_side() + 1) %}
        tonights.segments_{{ column }},
        befores.segments_{{ column }} as before_{{ column }},
        {% endfor %}
        coalesce(tonights.customer_id, befores.customer_id) as customer_id
    from tonights
    full outer join befores on tonights.customer_id = befores.customer_id
    where
        tonights.customer_id is null
        {% for column in range(1, columns_side_by_side() + 1) %}
        or tonights.segments_{{ column }} is distinct from befores.segments_{{ column }}
        {% endfor %}

),

{% if is_incremental() %}
{# The nights around tonight. #}
neighbours as (

    select
        compared.scheme,
        compared.as_of_date
    from compared
    where not compared.is_tonight
    union
    select
        compared.scheme,
        compared.previous_as_of_date as as_of_date
    from compared
    cross join night
    where compared.previous_as_of_date <> night.as_of_date

),

{# Where somebody stood is told by the changes so far; faster by a night's rows while it has any. #}
with_rows as (

    select distinct
        segments.scheme,
        segments.as_of_date
    from {{ ref('customer_segments') }} as segments
    where segments.as_of_date in (select neighbours.as_of_date from neighbours)

),

thinned as (

    select
        neighbours.scheme,
        neighbours.as_of_date
    from neighbours
    left join with_rows
        on
            neighbours.scheme = with_rows.scheme
            and neighbours.as_of_date = with_rows.as_of_date
    where with_rows.scheme is null

),

{% endif %}
asked as (

    select as_of_date
    from night
    {% if is_incremental() %}
    union
    select as_of_date
    from neighbours
    {% endif %}

),

{% if is_incremental() %}
thinned_states as (

    {{ segments_at(this, 'thinned') | indent(4) }}

),

{% endif %}
{# Ids only, and a join a scheme: all customers of two nights pass through here, and few of them
   moved. Schemes that a user made up come together. #}
paired as (

    {% for scheme in built_schemes_with_a_column() %}
    select
        compared.scheme,
        compared.as_of_date,
        movers.customer_id,
        names_before.segment_id as from_segment_id,
        names_now.segment_id as to_segment_id
    from movers
    inner join compared on compared.is_side_by_side and compared.scheme = '{{ scheme }}'
    left join {{ ref('segment_numbers') }} as names_before
        on
            names_before.scheme = '{{ scheme }}'
            and names_before.number = {{ segment_number_in('movers', scheme, 'before') }}
    left join {{ ref('segment_numbers') }} as names_now
        on
            names_now.scheme = '{{ scheme }}'
            and names_now.number = {{ segment_number_in('movers', scheme) }}
    where names_before.segment_id is not null or names_now.segment_id is not null
    union all
    {% endfor %}
    {% for scheme in built_schemes() %}
    {{ states_paired("= '" ~ scheme ~ "'") | indent(4) }}
    union all
    {% endfor %}
    {{ states_paired("not in ('" ~ built_schemes() | join("', '") ~ "')") | indent(4) }}

),

{# Other rules end every stay, also that of someone whom they leave in the same segment. #}
changed as (

    select
        paired.*,
        compared.scheme_version,
        compared.run_id,
        compared.has_new_rules,
        compared.previous_as_of_date
    from paired
    inner join compared
        on paired.scheme = compared.scheme and paired.as_of_date = compared.as_of_date
    where
        paired.from_segment_id is null
        or paired.to_segment_id is null
        or paired.from_segment_id <> paired.to_segment_id
        or compared.has_new_rules

),

told_nights as (

    select as_of_date
    from compared
    union
    select previous_as_of_date as as_of_date
    from compared

),

moves as (

    select distinct
        customer_id,
        scheme
    from changed

),

{# Of the schemes in which somebody moved alone: reasons are long, and a night has millions of
   them. #}
kept_rows as (

    select
        segments.as_of_date,
        segments.scheme,
        segments.customer_id,
        segments.reason_1,
        segments.reason_2,
        segments.reason_3
    from {{ ref('customer_segments') }} as segments
    inner join told_nights on segments.as_of_date = told_nights.as_of_date
    inner join moves
        on segments.customer_id = moves.customer_id and segments.scheme = moves.scheme

),

{% if is_incremental() %}
{# What was said of these changes while the rows of both nights were kept. #}
earlier as (

    select
        changes.as_of_date,
        changes.scheme,
        changes.customer_id,
        changes.from_segment_id,
        changes.to_segment_id,
        changes.scheme_version,
        changes.entry_reason,
        changes.cause
    from {{ this }} as changes
    inner join compared
        on changes.scheme = compared.scheme and changes.as_of_date = compared.as_of_date

),

{% endif %}
{# Told by the learned scheme of those who moved alone. #}
causes as (

    select
        scores.as_of_date,
        scores.customer_id,
        'behaviour' as scheme,
        scores.cause
    from {{ source('ml', 'behaviour_scores') }} as scores
    inner join asked on scores.as_of_date = asked.as_of_date
    where scores.cause is not null

),

told as (

    select
        changed.*,
        {{ 'coalesce(causes.cause, earlier.cause)' if is_incremental() else 'causes.cause' }}
            as cause,
        {{ 'earlier.entry_reason' if is_incremental() else 'cast(null as varchar)' }}
            as earlier_reason,
        {# A reason begins with the state of one measure, up to the colon; the figures after it
           differ every night. #}
    {% for number in range(1, 4) %}
    coalesce(
        {{ state_of('rows_now.reason_' ~ number) }}
        <> {{ state_of('rows_before.reason_' ~ number) }}, false
    ) as has_moved_{{ number }},
    rows_now.reason_{{ number }},
    rows_before.reason_{{ number }} as reason_before_{{ number }}{{ ',' if not loop.last }}
    {% endfor %}
    from changed
    left join causes
        on
            changed.as_of_date = causes.as_of_date
            and changed.scheme = causes.scheme
            and changed.customer_id = causes.customer_id
    left join kept_rows as rows_now
        on
            changed.as_of_date = rows_now.as_of_date
            and changed.scheme = rows_now.scheme
            and changed.customer_id = rows_now.customer_id
    left join kept_rows as rows_before
        on
            changed.previous_as_of_date = rows_before.as_of_date
            and changed.scheme = rows_before.scheme
            and changed.customer_id = rows_before.customer_id
    {% if is_incremental() %}
    left join earlier
        on
            changed.as_of_date = earlier.as_of_date
            and changed.scheme = earlier.scheme
            and changed.customer_id = earlier.customer_id
            and changed.from_segment_id = earlier.from_segment_id
            and changed.to_segment_id = earlier.to_segment_id
            and changed.scheme_version = earlier.scheme_version
    {% endif %}

)

select
    told.as_of_date,
    told.run_id,
    told.customer_id,
    told.scheme,
    told.scheme_version,
    told.from_segment_id,
    told.to_segment_id,
    case
        when told.to_segment_id is null then {{ said('entry.left') }}
        {# A night that was run between two others, of which the later one was thinned. #}
        when told.reason_1 is null
            then coalesce(told.earlier_reason, {{ said('entry.not_kept') }})
        when told.previous_as_of_date is null
            then {{ said('entry.first_night', {'reason': 'told.reason_1'}) }}
        when told.from_segment_id is null
            then {{ said('entry.new', {'reason': 'told.reason_1'}) }}
        when told.has_new_rules
            then {{ said('entry.new_rules', {'reason': 'told.reason_1'}) }}
        {# An old night that is run again, of which the one before was thinned. #}
        when told.reason_before_1 is null then coalesce(told.earlier_reason, told.reason_1)
        {% for number in range(1, 4) %}
        when told.has_moved_{{ number }}
            then
                {{ said('entry.moved', {
                    'reason': 'told.reason_' ~ number,
                    'before': 'told.reason_before_' ~ number}) }}
        {% endfor %}
        else
            {{ said('entry.moved', {
                'reason': 'told.reason_1', 'before': 'told.reason_before_1'}) }}
    end as entry_reason,
    {# Who came or left has none. #}
    case
        when told.from_segment_id is null or told.to_segment_id is null then null
        when told.has_new_rules then 'rules'
        else told.cause
    end as cause
from told
cross join night
