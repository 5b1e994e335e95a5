{#
    A time's quarter of an hour since 1970, in UTC. Every time zone is whole quarters of an hour away
    from it, so that the hour of a place is looked up once for each of 35,000 quarters of a year
    instead of once for each of millions of orders. On Spark: floor(unix_timestamp(time) / 900).
#}
{% macro quarter_hour(time) -%}
    cast(floor(epoch({{ time }}) / 900) as bigint)
{%- endmacro %}


{# Where a quarter of an hour begins, as the clock of a place shows it. On Spark: from_utc_timestamp. #}
{% macro local_time_of_quarter_hour(quarter_hour, time_zone) -%}
    timezone({{ time_zone }}, make_timestamptz({{ quarter_hour }} * 900000000))
{%- endmacro %}


{# Whether a time is that at which its quarter of an hour begins. #}
{% macro begins_quarter_hour(time) -%}
    epoch({{ time }}) = floor(epoch({{ time }}) / 900) * 900
{%- endmacro %}
