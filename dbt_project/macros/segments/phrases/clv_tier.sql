{% macro clv_tier_phrases() %}
    {{ return({
        'clv_tier.no_order': {
            'en': 'No counted order yet, so no expectation',
            'zh': '尚无有效订单，因此没有预期'},
        'clv_tier.spend': {
            'en': 'Expected to spend {money} in the next 365 days',
            'zh': '预期未来365天消费{money}'},
        'clv_tier.spend_as_before': {
            'en': 'Expected to spend {money} in the next 365 days, as in the last period',
            'zh': '预期未来365天消费{money}（按上一期推算）'},
        'clv_tier.place': {
            'en': 'Place {place} of {customers} customers with expected spend',
            'zh': '在{customers}位有预期消费的客户中排第{place}位'},
        'clv_tier.orders': {
            'en': '{orders} orders expected in 90 days; spent {money} in the last 365',
            'zh': '预期90天内{orders}单；近365天消费{money}'},
    }) }}
{% endmacro %}
