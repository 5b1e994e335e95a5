{#
    Every segmentation scheme there is or will be, one row each. It is a macro, not a seed file,
    because dbt reads references while it parses, when no seed can be read: `customer_segments`
    takes its references from here, so a new rule scheme is a model named like the scheme and a row
    here.

    is_built      a model of the scheme's name stands in models/segments
    settings      columns of ops.night that are part of the scheme's rules, for `scheme_version`
    allowed_use   what the segments may be used for
    reason        why the scheme has no rows, when it is not built
#}
{% macro segment_schemes() %}
    {% set everywhere = 'Reporting, service and marketing to customers who consented.' %}
    {% set reporting = 'Reporting only; not for decisions about a single person.' %}
    {% set not_built = 'This version of Strata does not compute this scheme.' %}
    {{ return([
        {'scheme': 'rfm', 'kind': 'rule', 'is_built': true, 'allowed_use': everywhere,
         'settings': ['rfm_window_days', 'rfm_map', 'freq_cut_1', 'freq_cut_2', 'freq_cut_3',
                      'freq_cut_4']},
        {'scheme': 'rf_matrix', 'kind': 'rule', 'is_built': false, 'allowed_use': everywhere,
         'reason': not_built},
        {'scheme': 'value_tier', 'kind': 'rule', 'is_built': true, 'allowed_use': everywhere,
         'settings': []},
        {'scheme': 'lifecycle', 'kind': 'rule', 'is_built': true, 'allowed_use': everywhere,
         'settings': ['lifecycle_min_days_1', 'lifecycle_min_days_2', 'lifecycle_min_days_3',
                      'relationship']},
        {'scheme': 'loyalty', 'kind': 'rule', 'is_built': false, 'allowed_use': everywhere,
         'reason': not_built},
        {'scheme': 'engagement', 'kind': 'rule', 'is_built': false, 'allowed_use': everywhere,
         'reason': not_built},
        {'scheme': 'channel', 'kind': 'rule', 'is_built': false, 'allowed_use': everywhere,
         'reason': not_built},
        {'scheme': 'price_sensitivity', 'kind': 'rule', 'is_built': false,
         'allowed_use': reporting, 'reason': not_built},
        {'scheme': 'demographic', 'kind': 'rule', 'is_built': false, 'allowed_use': reporting,
         'reason': not_built},
        {'scheme': 'geographic', 'kind': 'rule', 'is_built': false, 'allowed_use': everywhere,
         'reason': not_built},
        {'scheme': 'attitude', 'kind': 'rule', 'is_built': false, 'allowed_use': reporting,
         'reason': not_built},
        {'scheme': 'journey_stage', 'kind': 'rule', 'is_built': false, 'allowed_use': everywhere,
         'reason': not_built},
        {'scheme': 'needs', 'kind': 'rule', 'is_built': false, 'allowed_use': everywhere,
         'reason': not_built},
        {'scheme': 'psychographic', 'kind': 'rule', 'is_built': false, 'allowed_use': reporting,
         'reason': not_built},
        {'scheme': 'influence', 'kind': 'rule', 'is_built': false, 'allowed_use': everywhere,
         'reason': not_built},
        {'scheme': 'risk_appetite', 'kind': 'rule', 'is_built': false, 'allowed_use': reporting,
         'reason': not_built},
        {'scheme': 'credit_risk', 'kind': 'rule', 'is_built': false, 'allowed_use': reporting,
         'reason': not_built},
        {'scheme': 'asset_tier', 'kind': 'rule', 'is_built': false, 'allowed_use': reporting,
         'reason': not_built},
        {'scheme': 'behaviour', 'kind': 'learned', 'is_built': true, 'allowed_use': everywhere,
         'settings': []},
        {'scheme': 'churn_risk', 'kind': 'learned', 'is_built': true, 'allowed_use': everywhere,
         'settings': ['churn_risk_high', 'churn_risk_medium']},
        {'scheme': 'clv_tier', 'kind': 'learned', 'is_built': true, 'allowed_use': everywhere,
         'settings': []},
    ]) }}
{% endmacro %}


{# The schemes that have a model, in order. #}
{% macro built_schemes() %}
    {{ return(segment_schemes() | selectattr('is_built') | map(attribute='scheme') | list) }}
{% endmacro %}
