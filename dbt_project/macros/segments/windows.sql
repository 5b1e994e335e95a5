{# Whole days from one date to a later one. dbt's own macro makes times of both first, which takes
   three times as long. On Spark: datediff(later, earlier). #}
{% macro days_between(earlier, later) -%}
    ({{ later }} - {{ earlier }})
{%- endmacro %}


{# A day plus or minus whole days, as a day. #}
{% macro day_plus(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}


{# True for a day in (D - days, D]; a null window is all history up to D. #}
{% macro is_in_window(day, as_of_date, days) -%}
    (
        {{ day }} <= {{ as_of_date }}
        and ({{ days }} is null or {{ days_between(day, as_of_date) }} < {{ days }})
    )
{%- endmacro %}


{# The amount on days in the window, zero on others; for use inside a sum. #}
{% macro within(amount, day, as_of_date, days) -%}
    case when {{ is_in_window(day, as_of_date, days) }} then {{ amount }} else 0 end
{%- endmacro %}


{# First day of (D - days, D]; for models that read every line, where a comparison of dates is much
   cheaper than counting days. A null window begins before all data. #}
{% macro window_start(as_of_date, days) -%}
    case
        when {{ days }} is null then cast('0001-01-01' as date)
        else {{ day_plus(as_of_date, '1 - ' ~ days) }}
    end
{%- endmacro %}


{# Which twelfth of the 365 days, counted back from D, a day lies in. Instead of calendar months: the
   first and last month of a window are cut short, and how short changes every night. #}
{% macro twelfth_of_year(day, as_of_date) -%}
    floor({{ days_between(day, as_of_date) }} * 12 / 365.0)
{%- endmacro %}
