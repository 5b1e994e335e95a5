{# What schemes of recency and frequency scores say of `customers` in the window of `night`. #}

{% macro window_phrase() -%}
    case
        when rfm_window_days is null then {{ said('rfm.all_history', language='language') }}
        else {{ said('rfm.window', {'days': 'rfm_window_days'}, language='language') }}
    end
{%- endmacro %}


{% macro recency_reason() -%}
    case
        when customers.recency_days is null then {{ said('rfm.no_order') }}
        when customers.r_score is null
            then {{ said('rfm.before_window', {'days': 'customers.recency_days'}) }}
        else
            {{ said('rfm.recency', {
                'score': 'customers.r_score', 'days': 'customers.recency_days'}) }}
    end
{%- endmacro %}


{% macro frequency_reason() -%}
    case
        when customers.f_score is not null
            then
                {{ said('rfm.frequency', {
                    'score': 'customers.f_score', 'orders': 'customers.frequency',
                    'window': 'night.window_phrase'}) }}
    end
{%- endmacro %}
