{# The features by which segments are told apart, by the table that they come from. #}
{% macro features_of_segments() -%}
    {{ return({
        'rfm': [
            'recency_days', 'frequency', 'monetary', 'average_order_value', 'tenure_days',
            'spend_365d', 'discount_share', 'return_share', 'orders_365d',
        ],
        'behaviour': [
            'lines_per_order_365d', 'active_months_365d', 'department_breadth_365d',
            'engagement_events_90d',
        ],
    }) }}
{%- endmacro %}


{# What adds up of the customers of a segment, by how a customer's row gives it. #}
{% macro figures_that_add_up() -%}
    {% set figures = {
        'customers': 'count(*)',
        'reachable_customers': 'count(case when is_reachable then 1 end)',
        'consents_known': 'count(case when is_consent_known then 1 end)',
    } %}
    {% for features in features_of_segments().values() %}
        {% for feature in features %}
            {% do figures.update({
                feature ~ '_sum': 'sum(' ~ feature ~ ')',
                feature ~ '_count': 'count(' ~ feature ~ ')',
            }) %}
        {% endfor %}
    {% endfor %}
    {{ return(figures) }}
{%- endmacro %}


{# The medians of a segment, one expression each. #}
{% macro medians_of_segments() -%}
    {% for measure in ['recency_days', 'frequency', 'monetary'] %}
    percentile_cont(0.5) within group (order by measured_{{ measure }}) as median_{{ measure }}
    {{- ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}
