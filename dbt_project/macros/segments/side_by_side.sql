{#
    The segments of all schemes that `customer_360` has a column for, side by side in a few numbers a
    customer: twenty joins of all customers at once take gigabytes of memory, and comparing two nights
    row by row takes as long as making one. Each scheme has a field of 20 bits for the number of its
    segment (`segment_numbers`), three schemes a number; an empty field is no segment.
#}
{% macro bits_of_a_segment() -%}{{ return(20) }}{%- endmacro %}


{# How many columns `segments_<n>` there are, from 1. #}
{% macro columns_side_by_side() -%}
    {{ return((built_schemes_with_a_column() | length + 2) // 3) }}
{%- endmacro %}


{# The number of the column that holds a scheme's field. #}
{% macro column_side_by_side(scheme) -%}
    {{ return(built_schemes_with_a_column().index(scheme) // 3 + 1) }}
{%- endmacro %}


{# Which scheme has which field; numbers of another version with other schemes are not compared. #}
{% macro fields_side_by_side() -%}
    {{ return(built_schemes_with_a_column() | join(' ')) }}
{%- endmacro %}


{# The number of a scheme's segment in the row `relation`, null where there is none. #}
{% macro segment_number_in(relation, scheme, columns='segments') -%}
    {%- set place = built_schemes_with_a_column().index(scheme) -%}
    nullif({{ bits_from(
        relation ~ '.' ~ columns ~ '_' ~ column_side_by_side(scheme), place % 3 * bits_of_a_segment(),
        bits_of_a_segment()
    ) }}, 0)
{%- endmacro %}
