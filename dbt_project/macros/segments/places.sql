{#
    Kilometres between two points given in degrees, along the great circle on a sphere of the Earth's
    mean radius (6,371.0088 km, IUGG): the haversine formula, which unlike the law of cosines keeps its
    digits at short distances (Sinnott 1984, "Virtues of the Haversine", Sky & Telescope 68). Null where
    a coordinate is.
#}
{% macro great_circle_km(latitude, longitude, other_latitude, other_longitude) -%}
    case
        {# `least` passes over a null. #}
        when {{ latitude }} + {{ longitude }} + {{ other_latitude }} + {{ other_longitude }} is not null
            then {{ rounded(
                '2 * 6371.0088 * asin(sqrt(least(1.0,'
                ~ ' power(sin(radians(' ~ other_latitude ~ ' - ' ~ latitude ~ ') / 2), 2)'
                ~ ' + cos(radians(' ~ latitude ~ ')) * cos(radians(' ~ other_latitude ~ '))'
                ~ ' * power(sin(radians(' ~ other_longitude ~ ' - ' ~ longitude ~ ') / 2), 2))))'
            ) }}
    end
{%- endmacro %}


{# How a city is looked up: in any case, with or without the Chinese word for city behind it. #}
{% macro city_key(city) -%}
    regexp_replace(lower(trim({{ city }})), '市$', '')
{%- endmacro %}
