{#
    Every segmentation scheme there is or will be, one row each. It is a macro, not a seed file,
    because dbt reads references while it parses, when no seed can be read: `customer_segments`
    takes its references from here, so a new rule scheme is a model named like the scheme and a row
    here.

    is_built      a model of the scheme's name stands in models/segments/schemes
    settings      columns of ops.night that are part of the scheme's rules, for `scheme_version`
    enabled_by    landing columns without which nobody has a segment, every one of them; where one of
                  two will do, an entry is 'table.one or table.other'. Order lines alone do if empty
    allowed_use   what the segments may be used for
#}
{% macro segment_schemes() %}
    {% set everywhere = 'Reporting, service and marketing to customers who consented.' %}
    {% set no_prices =
        'Reporting, and marketing to customers who consented. Not for setting the price of a '
        ~ 'single person (PIPL art. 24).' %}
    {% set sensitive =
        'Reporting, and service that the person asked for. Not for choosing who is offered credit, '
        ~ 'insurance or a price (GDPR art. 9, 22; PIPL art. 24, 28).' %}
    {% set suitability =
        'Reporting, and checks that a product suits its holder, by staff who answer for it. Not '
        ~ 'for choosing who is offered credit, nor for decisions by machine alone (GDPR art. 22; '
        ~ 'PIPL art. 24, 28).' %}
    {{ return([
        {'scheme': 'rfm', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['rfm_window_days', 'rfm_map', 'rfm_frequency_cuts_1',
                      'rfm_frequency_cuts_2', 'rfm_frequency_cuts_3', 'rfm_frequency_cuts_4'],
         'enabled_by': []},
        {'scheme': 'rf_matrix', 'kind': 'rule', 'is_built': false,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': []},
        {'scheme': 'value_tier', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': []},
        {'scheme': 'lifecycle', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['lifecycle_min_days_1', 'lifecycle_min_days_2', 'lifecycle_min_days_3',
                      'relationship'],
         'enabled_by': []},
        {'scheme': 'loyalty', 'kind': 'rule', 'is_built': false,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': []},
        {'scheme': 'engagement', 'kind': 'rule', 'is_built': false,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': ['engagement_events.occurred_at']},
        {'scheme': 'channel', 'kind': 'rule', 'is_built': false,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': ['transactions.channel']},
        {'scheme': 'price_sensitivity', 'kind': 'rule', 'is_built': false,
         'allowed_use': no_prices,
         'settings': [],
         'enabled_by': ['transactions.discount_amount', 'products.category']},
        {'scheme': 'demographic', 'kind': 'rule', 'is_built': false,
         'allowed_use': sensitive,
         'settings': [],
         'enabled_by': ['customers.birth_date', 'customers.age_band']},
        {'scheme': 'geographic', 'kind': 'rule', 'is_built': false,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': ['customers.region', 'customers.city']},
        {'scheme': 'attitude', 'kind': 'rule', 'is_built': false,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': ['survey_responses.score']},
        {'scheme': 'journey_stage', 'kind': 'rule', 'is_built': false,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': []},
        {'scheme': 'needs', 'kind': 'rule', 'is_built': false,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': ['products.category']},
        {'scheme': 'psychographic', 'kind': 'rule', 'is_built': false,
         'allowed_use': sensitive,
         'settings': [],
         'enabled_by': ['survey_responses.score']},
        {'scheme': 'influence', 'kind': 'rule', 'is_built': false,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': ['referrals.referrer_customer_id']},
        {'scheme': 'risk_appetite', 'kind': 'rule', 'is_built': false,
         'allowed_use': suitability,
         'settings': [],
         'enabled_by': ['survey_responses.score']},
        {'scheme': 'credit_risk', 'kind': 'rule', 'is_built': false,
         'allowed_use': suitability,
         'settings': [],
         'enabled_by': ['credit_events.days_past_due']},
        {'scheme': 'asset_tier', 'kind': 'rule', 'is_built': false,
         'allowed_use': suitability,
         'settings': [],
         'enabled_by': ['holdings.balance']},
        {'scheme': 'behaviour', 'kind': 'learned', 'is_built': true,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': []},
        {'scheme': 'churn_risk', 'kind': 'learned', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['churn_risk_high', 'churn_risk_medium'],
         'enabled_by': []},
        {'scheme': 'clv_tier', 'kind': 'learned', 'is_built': true,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': []},
    ]) }}
{% endmacro %}


{# The schemes that have a model, in order. #}
{% macro built_schemes() %}
    {{ return(segment_schemes() | selectattr('is_built') | map(attribute='scheme') | list) }}
{% endmacro %}


{#
    The columns that the published `customer_360` promises to readers, by its contract. dbt knows them
    once it has read all files, and not in its unit tests: until then, and there, those of the registry.
#}
{% macro columns_of_customer_360() %}
    {% set columns = [] %}
    {% if execute and 'nodes' in graph %}
        {% do columns.extend(graph.nodes['model.' ~ project_name ~ '.customer_360'].columns) %}
    {% else %}
        {% for scheme in segment_schemes() %}
            {% do columns.append(scheme.scheme ~ '_segment') %}
        {% endfor %}
    {% endif %}
    {{ return(columns) }}
{% endmacro %}


{#
    The schemes that have a column `<scheme>_segment` there. One that is added later without a column
    is told in `own_segments`, as own rules are.
#}
{% macro schemes_with_a_column() %}
    {% set columns = columns_of_customer_360() %}
    {% set found = [] %}
    {% for scheme in segment_schemes() if scheme.scheme ~ '_segment' in columns %}
        {% do found.append(scheme) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}


{% macro built_schemes_with_a_column() %}
    {{ return(
        schemes_with_a_column() | selectattr('is_built') | map(attribute='scheme') | list
    ) }}
{% endmacro %}
