{% set features = features_of_segments().values() | sum(start=[]) %}

with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

by_feature as (

    {% for feature in features %}
    select
        scheme,
        segment_id,
        '{{ feature }}' as feature,
        {{ feature }}_sum as feature_sum,
        {{ feature }}_count as feature_count
    from {{ ref('segment_totals') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

{# The base is everybody in the scheme: 100 is the average customer, 200 twice that. #}
based as (

    select
        by_feature.*,
        sum(by_feature.feature_sum) over (
            partition by by_feature.scheme, by_feature.feature
        ) as base_sum,
        sum(by_feature.feature_count) over (
            partition by by_feature.scheme, by_feature.feature
        ) as base_count
    from by_feature

),

means as (

    select
        based.scheme,
        based.segment_id,
        based.feature,
        {{ ratio_of('based.feature_sum', 'based.feature_count') }} as mean,
        {{ ratio_of('based.base_sum', 'based.base_count') }} as base_mean
    from based

)

select
    means.scheme,
    means.segment_id,
    means.feature,
    means.mean,
    means.base_mean,
    case when means.base_mean > 0 then {{ ratio_of('100 * means.mean', 'means.base_mean') }} end
        as index_vs_base,
    night.as_of_date,
    night.run_id
from means
cross join night
