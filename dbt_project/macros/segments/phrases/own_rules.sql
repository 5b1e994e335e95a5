{% macro own_rules_phrases() %}
    {{ return({
        'own_rules.met': {
            'en': 'Meets the rule of {segment}: {rule}',
            'zh': '符合“{segment}”的规则：{rule}'},
        'own_rules.none_met': {
            'en': 'Meets none of the rules of the scheme',
            'zh': '不符合该方案的任何规则'},
        'own_rules.figures': {
            'en': 'What the rule looks at: {figures}',
            'zh': '规则所看的数值：{figures}'},
        'own_rules.met_too': {
            'en': 'Also meets a rule further down: {segments}',
            'zh': '同时符合其后的规则：{segments}'},
    }) }}
{% endmacro %}
