{#
    The nearest cell of another segment in one direction of a grid of recency and frequency scores, as
    the two columns that `way_length` goes by and that name it; nulls where the grid ends first.

    grid   segments by recency score, frequency scores 1 to 5 in a row
#}
{% macro cell_beyond(grid, recency, frequency, measure, way) -%}
    {%- set own = grid[recency][frequency - 1] -%}
    {%- set step = 1 if way == 'up' else -1 -%}
    {%- set found = [] -%}
    {%- for distance in range(1, 5) -%}
        {%- set row = recency + (distance * step if measure == 'recency' else 0) -%}
        {%- set place = frequency + (distance * step if measure == 'frequency' else 0) -%}
        {%- if 1 <= row <= 5 and 1 <= place <= 5 and grid[row][place - 1] != own -%}
            {%- do found.append((row if measure == 'recency' else place, grid[row][place - 1])) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if found -%}
    {{ found[0][0] }} as {{ measure }}_{{ way }}_score,
    'rf_matrix.{{ found[0][1] }}' as {{ measure }}_{{ way }}_segment_id,
    {%- else -%}
    cast(null as integer) as {{ measure }}_{{ way }}_score,
    cast(null as varchar) as {{ measure }}_{{ way }}_segment_id,
    {%- endif -%}
{%- endmacro %}
