{#
    Every segmentation scheme there is or will be, one row each. It is a macro, not a seed file,
    because dbt reads references while it parses, when no seed can be read: `customer_segments`
    takes its references from here, so a new rule scheme is a model named like the scheme and a row
    here.

    is_built      a model of the scheme's name stands in models/segments/schemes
    settings      columns of ops.night that are part of the scheme's rules, for `scheme_version`
    enabled_by    landing columns without which nobody has a segment, every one of them; where one of
                  two will do, an entry is 'table.one or table.other'; answers to one survey
                  alone are 'survey_responses.score of nps'. Order lines alone do if empty
    allowed_use   what the segments may be used for, in words, and what they may not, in codes
                  that audiences read: `automated_decision` without a person who answers for it,
                  `credit_offer` and `insurance_offer` choosing whom to offer either,
                  `individual_price` a price of a single person's own, `marketing` choosing whom to
                  write to: such a scheme is in no file for marketing tools
#}
{% macro segment_schemes() %}
    {% set everywhere = {
        'text': 'Reporting, service and marketing to customers who consented.',
        'text_zh': '用于报表、服务，以及向已同意的客户营销。',
        'forbidden': []} %}
    {% set no_prices = {
        'text': 'Reporting, and marketing to customers who consented. Not for setting the price of '
            ~ 'a single person (PIPL art. 24).',
        'text_zh': '用于报表，以及向已同意的客户营销。不得用于为个人单独定价'
            ~ '（《个人信息保护法》第二十四条）。',
        'forbidden': ['individual_price']} %}
    {% set sensitive = {
        'text': 'Reporting, and service that the person asked for. Not for choosing who is offered '
            ~ 'credit, insurance or a price (GDPR art. 9, 22; PIPL art. 24, 28).',
        'text_zh': '用于报表，以及本人要求的服务。不得用于决定向谁提供信贷、保险或价格'
            ~ '（GDPR 第九、二十二条；《个人信息保护法》第二十四、二十八条）。',
        'forbidden': ['credit_offer', 'individual_price', 'insurance_offer', 'marketing']} %}
    {% set suitability = {
        'text': 'Reporting, and checks that a product suits its holder, by staff who answer for it. '
            ~ 'Not for choosing who is offered credit, nor for decisions by machine alone '
            ~ '(GDPR art. 22; PIPL art. 24, 28).',
        'text_zh': '用于报表，以及由负责的员工核查产品是否适合持有人。不得用于决定向谁提供信贷，'
            ~ '也不得仅由机器作出决定（GDPR 第二十二条；《个人信息保护法》第二十四、二十八条）。',
        'forbidden': ['automated_decision', 'credit_offer', 'marketing']} %}
    {{ return([
        {'scheme': 'rfm', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['rfm_window_days', 'rfm_map', 'rfm_frequency_cuts_1',
                      'rfm_frequency_cuts_2', 'rfm_frequency_cuts_3', 'rfm_frequency_cuts_4'],
         'enabled_by': []},
        {'scheme': 'rf_matrix', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['rfm_window_days', 'rfm_frequency_cuts_1', 'rfm_frequency_cuts_2',
                      'rfm_frequency_cuts_3', 'rfm_frequency_cuts_4'],
         'enabled_by': []},
        {'scheme': 'value_tier', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['relationship', 'value_tier_balance_margin', 'asset_tier_told_days'],
         'enabled_by': []},
        {'scheme': 'lifecycle', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['lifecycle_min_days_1', 'lifecycle_min_days_2', 'lifecycle_min_days_3',
                      'lifecycle_ending_days', 'lifecycle_new_days', 'lifecycle_gap_days',
                      'lifecycle_balance_fall', 'asset_tier_told_days', 'relationship'],
         'enabled_by': []},
        {'scheme': 'loyalty', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['loyalty_median_gap_days', 'loyalty_month_cuts_1', 'loyalty_month_cuts_2',
                      'loyalty_recent_months', 'loyalty_quarter_cuts_1',
                      'loyalty_quarter_cuts_2', 'loyalty_recent_quarters'],
         'enabled_by': []},
        {'scheme': 'engagement', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['engagement_weights', 'engagement_half_life_days',
                      'engagement_highly_engaged', 'engagement_engaged',
                      'engagement_lately_days'],
         'enabled_by': ['engagement_events.occurred_at']},
        {'scheme': 'channel', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['channel_online', 'channel_store', 'channel_omnichannel_share'],
         'enabled_by': ['transactions.channel']},
        {'scheme': 'price_sensitivity', 'kind': 'rule', 'is_built': true,
         'allowed_use': no_prices,
         'settings': ['price_sensitivity_deal_prone', 'price_sensitivity_full_price',
                      'price_sensitivity_min_lines'],
         'enabled_by': ['transactions.discount_amount', 'products.category']},
        {'scheme': 'demographic', 'kind': 'rule', 'is_built': true,
         'allowed_use': sensitive,
         'settings': ['demographic_by', 'demographic_age_bands'],
         'enabled_by': ['customers.birth_date or customers.age_band']},
        {'scheme': 'geographic', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['geographic_by', 'geographic_distance_km'],
         'enabled_by': ['customers.region or customers.city']},
        {'scheme': 'attitude', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['attitude_max_age_days', 'attitude_csat_scale_max',
                      'attitude_csat_satisfied'],
         'enabled_by': ['survey_responses.score of nps or survey_responses.score of csat']},
        {'scheme': 'journey_stage', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['journey_stage_considering_events', 'journey_stage_considering_days',
                      'journey_stage_advocate_days', 'journey_stage_promoter_score',
                      'journey_stage_detractor_score', 'journey_stage_review_rating',
                      'journey_stage_lapsed_days', 'lifecycle_min_days_1',
                      'lifecycle_min_days_2', 'lifecycle_min_days_3'],
         'enabled_by': []},
        {'scheme': 'needs', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['needs_min_lines', 'needs_min_coverage', 'needs_survey_days'],
         'enabled_by': ['products.category or survey_responses.question of needs']},
        {'scheme': 'psychographic', 'kind': 'rule', 'is_built': true,
         'allowed_use': sensitive,
         'settings': ['psychographic_max_age_days', 'psychographic_min_answers',
                      'psychographic_min_respondents'],
         'enabled_by': ['survey_responses.score of psychographic']},
        {'scheme': 'influence', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': ['influence_ambassador_referrals'],
         'enabled_by': ['referrals.referrer_customer_id']},
        {'scheme': 'risk_appetite', 'kind': 'rule', 'is_built': true,
         'allowed_use': suitability,
         'settings': ['risk_appetite_valid_days', 'risk_appetite_cuts_1', 'risk_appetite_cuts_2',
                      'risk_appetite_cuts_3', 'risk_appetite_cuts_4', 'risk_appetite_labels',
                      'asset_tier_told_days'],
         'enabled_by': ['survey_responses.score of risk_profile']},
        {'scheme': 'credit_risk', 'kind': 'rule', 'is_built': true,
         'allowed_use': suitability,
         'settings': ['credit_risk_lookback_days'],
         'enabled_by': ['credit_events.days_past_due']},
        {'scheme': 'asset_tier', 'kind': 'rule', 'is_built': true,
         'allowed_use': suitability,
         'settings': ['asset_tier_high_net_worth', 'asset_tier_mass_affluent', 'asset_tier_told_days'],
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


{# The condition on a scheme that `customer_360` has a column for it. #}
{% macro has_a_column(scheme) -%}
{{ scheme }} in ('{{ built_schemes_with_a_column() | join("',
'") }}')
{%- endmacro %}


{# That it has none. By the few schemes first: there are mostly none, and rows need not be looked at then. #}
{% macro has_no_column(scheme) -%}
{{ scheme }} in (
    select catalogue.scheme
    from {{ ref('segment_schemes') }} as catalogue
    where not {{ has_a_column('catalogue.scheme') }}
)
{%- endmacro %}


{# The columns of every model of a scheme, in order. #}
{% macro scheme_columns() -%}
as_of_date,
customer_id,
scheme,
segment_id,
score,
margin,
is_borderline,
next_segment_id,
reason_1,
reason_2,
reason_3
{%- endmacro %}
