{#
    Where a night was run before others, the border customers of these were told anew from their
    stored scores (orchestration/behaviour_rechain.py); their segments follow.
#}
{% macro take_over_rechained_segments() %}
    {% if is_incremental() %}
        update {{ this }} as segments
        set
            run_id = scores.run_id,
            segment_id = scores.segment_id,
            segment_name = coalesce(catalogue.segment_name, scores.segment_id),
            score = scores.score,
            margin = scores.margin,
            is_borderline = scores.is_borderline,
            next_segment_id = scores.next_segment_id
        from {{ rechained_rows() }} as scores
        left join {{ ref('segment_catalogue') }} as catalogue
            on scores.segment_id = catalogue.segment_id
        where
            segments.scheme = 'behaviour'
            and segments.as_of_date = scores.as_of_date
            and segments.customer_id = scores.customer_id
    {% endif %}
{% endmacro %}


{# How many customers the segments of those nights have; medians stay as the night told them. #}
{% macro count_rechained_segments() %}
    {% if is_incremental() %}
        update {{ this }} as nights
        set customers = counted.customers
        from (
            select
                segments.as_of_date,
                segments.segment_id,
                count(*) as customers
            from {{ ref('customer_segments') }} as segments
            where
                segments.scheme = 'behaviour'
                and segments.as_of_date in (select rows.as_of_date from {{ rechained_rows() }} as rows)
            group by segments.as_of_date, segments.segment_id
        ) as counted
        where
            nights.scheme = 'behaviour'
            and nights.as_of_date = counted.as_of_date
            and nights.segment_id = counted.segment_id
    {% endif %}
{% endmacro %}


{#
    The rows of other nights that were told anew since a run last came through: tonight's, and those
    before it that broke off ahead of the segments.
#}
{% macro rechained_rows() -%}
    (
            select scores.*
            from {{ source('ml', 'behaviour_scores') }} as scores
            inner join {{ source('ml', 'told_anew') }} as told_anew
                on
                    scores.as_of_date = told_anew.as_of_date
                    and scores.run_id = told_anew.run_id
            inner join {{ source('ops', 'night') }} as night
                on told_anew.as_of_date <> night.as_of_date
        )
{%- endmacro %}
