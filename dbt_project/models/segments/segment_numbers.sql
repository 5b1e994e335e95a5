{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    full_refresh=false,
    meta={'reconcile': false}
) }}

with

tonights as (

    select distinct
        segments.scheme,
        segments.segment_id,
        segments.as_of_date
    from {{ ref('customer_segments') }} as segments
    inner join {{ source('ops', 'night') }} as night on segments.as_of_date = night.as_of_date
    where {{ has_a_column('segments.scheme') }}

),

{% if is_incremental() %}
known as (

    select
        scheme,
        segment_id,
        number
    from {{ this }}

),

taken as (

    select
        scheme,
        max(number) as numbers
    from known
    group by scheme

),

{% endif %}
numbered as (

    select
        tonights.scheme,
        tonights.segment_id,
        tonights.as_of_date,
        {{ 'coalesce(taken.numbers, 0)' if is_incremental() else '0' }}
        + row_number() over (partition by tonights.scheme order by tonights.segment_id) as number
    from tonights
    {% if is_incremental() %}
    left join known
        on tonights.scheme = known.scheme and tonights.segment_id = known.segment_id
    left join taken on tonights.scheme = taken.scheme
    where known.segment_id is null
    {% endif %}

)

select
    scheme,
    segment_id,
    cast(case
        when number < {{ 2 ** bits_of_a_segment() }} then number
        else {{ raised('A scheme has more segments than can be told apart') }}
    end as integer) as number,
    as_of_date
from numbered
