{# Why a customer moved in a learned scheme, and the column that counts them (models/moves.py). #}
{% macro causes_of_moves() %}
    {{ return({
        'own': 'moved_themselves', 'refit': 'moved_by_refit', 'border': 'moved_at_border',
    }) }}
{% endmacro %}


{# `segment_changes` reads its own causes, also in the first night after they came to be. #}
{% macro add_cause() %}
    {% if is_incremental() %}
        alter table {{ this }} add column if not exists cause varchar
    {% endif %}
{% endmacro %}
