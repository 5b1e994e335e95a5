{#
    Take back what the running night is about to write into a table that keeps all nights, in the
    same transaction. dbt's delete+insert would leave a night's old rows where the new ones are
    none, such as a night without changes.
#}
{% macro forget_night(column='as_of_date') %}
    {% if is_incremental() %}
        delete from {{ this }}
        where {{ column }} = (select night.as_of_date from {{ source('ops', 'night') }} as night)
    {% endif %}
{% endmacro %}


{#
    The same for tables that compare a night with the one before it: the next kept night of each
    scheme is compared with the running night from now on, so its rows go too.
#}
{% macro forget_compared_nights() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where exists (
            select 1
            from ({{ compared_nights() }}) as compared
            where
                compared.scheme = {{ this }}.scheme
                and compared.as_of_date = {{ this }}.as_of_date
        )
    {% endif %}
{% endmacro %}


{# The nights, by scheme, whose comparison with the night before changes when tonight runs:
   tonight, and the next kept one. #}
{% macro compared_nights() %}
    select
        kept.scheme,
        min(kept.as_of_date) as as_of_date
    from {{ ref('segment_nights') }} as kept
    cross join {{ source('ops', 'night') }} as night
    where kept.as_of_date > night.as_of_date
    group by kept.scheme
    union all
    select
        schemes.scheme,
        night.as_of_date
    from {{ ref('segment_schemes') }} as schemes
    cross join {{ source('ops', 'night') }} as night
{% endmacro %}
