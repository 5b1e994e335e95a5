{# Shares and probabilities lie in [0, 1]; a share of 1.2 is a denominator that was left out. #}
{% test shares_in_range(model, columns) %}

select {{ columns | join(', ') }}
from {{ model }}
where
    {% for column in columns %}
    {% if not loop.first %}or {% endif %}{{ column }} < 0
    or {{ column }} > 1
    {% endfor %}

{% endtest %}
