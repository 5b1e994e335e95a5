{% macro value_tier_phrases() %}
    {{ return({
        'value_tier.value': {
            'en': 'Value tier {tier@tier}: {basis@basis} of {money} in 365 days',
            'zh': '价值分层为{tier@tier}：365天内{basis@basis}{money}'},
        'value_tier.place': {
            'en': 'Place {place} of {customers} customers with value',
            'zh': '在{customers}位有价值的客户中排第{place}位'},
        'value_tier.no_value': {
            'en': 'Value at or below zero',
            'zh': '价值为零或为负'},
        'value_tier.no_purchase': {
            'en': 'No purchase in 365 days',
            'zh': '365天内没有购买'},
        'value_tier.no_contract': {
            'en': 'No contract in 365 days and no balance',
            'zh': '365天内没有合同，且没有余额'},
        'value_tier.distance': {
            'en': '{money} from {tier@tier}',
            'zh': '与{tier@tier}相距{money}'},
    }) }}
{% endmacro %}


{% macro value_tier_terms() %}
    {{ return({
        'tier': {
            'high': {'en': 'high', 'zh': '高价值'},
            'medium': {'en': 'medium', 'zh': '中价值'},
            'low': {'en': 'low', 'zh': '低价值'},
            'unprofitable': {'en': 'unprofitable', 'zh': '无利润'},
            'none': {'en': 'none', 'zh': '无消费'},
        },
        'basis': {
            'revenue': {'en': 'revenue', 'zh': '收入'},
            'margin': {'en': 'margin', 'zh': '毛利'},
            'contracts': {'en': 'income by contract', 'zh': '合同收入'},
        },
    }) }}
{% endmacro %}
