{#
    Take back what the running night is about to write into a table that keeps all nights, in the
    same transaction. dbt's delete+insert would leave a night's old rows where the new ones are
    none, such as a night without changes.
#}
{% macro forget_night() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where as_of_date = (select night.as_of_date from {{ source('ops', 'night') }} as night)
    {% endif %}
{% endmacro %}


{#
    Take back what a table that keeps two nights holds of tonight and of nights behind it, and of
    nights before the last one.
#}
{% macro keep_the_night_before() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where as_of_date is distinct from (
            select max(earlier.as_of_date)
            from {{ this }} as earlier
            inner join {{ source('ops', 'night') }} as night
                on earlier.as_of_date < night.as_of_date
        )
    {% endif %}
{% endmacro %}


{#
    The incremental strategy of tables that compare a night with the one before it: the next night
    of each scheme is compared with the running one from now on, so its rows are replaced too. What
    is left of a night that came to no end goes with them. A strategy and not a hook before the
    model, because `segment_changes` reads its own rows to know who stood where: on a night without
    full rows, those of an unfinished night before it are part of that. Models that use it name the
    relations in a `depends_on` comment.
#}
{% macro get_incremental_compared_nights_sql(arguments) %}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arguments['target_relation'] }} as target
    where
        target.as_of_date = (select night.as_of_date from {{ source('ops', 'night') }} as night)
        or target.as_of_date in (
            select unfinished.as_of_date
            from {{ source('ops', 'unfinished_nights') }} as unfinished
        )
        or exists (
            select 1
            from {{ ref('compared_nights') }} as compared
            where
                compared.scheme = target.scheme
                and compared.as_of_date = target.as_of_date
        );

    insert into {{ arguments['target_relation'] }} ({{ columns }})
    (
        select {{ columns }}
        from {{ arguments['temp_relation'] }}
    )
{% endmacro %}


{#
    Drop the full rows of nights that are not kept any more. It runs after the night's changes are
    written: they name the measure that moved from the rows of the night before, which a backfill
    may have run a moment ago. Those stay until another night runs, kept or not: this one may be run
    again, and is when it is rebuilt.
#}
{% macro thin_nights() %}
    delete from {{ ref('customer_segments').render() }}
    where as_of_date not in (
        select kept.as_of_date
        from {{ source('ops', 'kept_nights') }} as kept
        union
        select compared.previous_as_of_date as as_of_date
        from {{ ref('compared_nights') }} as compared
        where compared.is_tonight and compared.previous_as_of_date is not null
    )
{% endmacro %}


{# Before a model's insert, in the same transaction: take out the stays of whoever it tells anew. #}
{% macro forget_moved_stays() %}
    {% if is_incremental() %}
        delete from {{ this }}
        using {{ ref('moved_customers') }} as moved
        where {{ this }}.customer_id = moved.customer_id and {{ this }}.scheme = moved.scheme
    {% endif %}
{% endmacro %}
