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
    The same for tables that compare a night with the one before it: the next kept night of each
    scheme is compared with the running night from now on, so its rows go too. A model with this
    hook names both relations in a `depends_on` comment, for dbt reads hooks too late.
#}
{% macro forget_compared_nights() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where
            as_of_date = (select night.as_of_date from {{ source('ops', 'night') }} as night)
            or exists (
                select 1
                from {{ ref('compared_nights') }} as compared
                where
                    compared.scheme = {{ this }}.scheme
                    and compared.as_of_date = {{ this }}.as_of_date
            )
    {% endif %}
{% endmacro %}
