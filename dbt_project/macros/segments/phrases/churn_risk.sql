{% macro churn_risk_phrases() %}
    {{ return({
        'churn_risk.chance': {
            'en': 'Chance of no order in the next 90 days {chance} %',
            'zh': '未来90天内没有订单的概率为{chance}%'},
        'churn_risk.chance_by_recency': {
            'en': 'Chance of no order in the next 90 days {chance} %, by recency alone',
            'zh': '未来90天内没有订单的概率为{chance}%，仅按距上次订单的天数推算'},
        'churn_risk.chance_by_contract': {
            'en': 'Chance of leaving in the next 90 days, by contract or balance: {chance} %',
            'zh': '未来90天内按合同或余额流失的概率为{chance}%'},
        'churn_risk.nothing_left': {
            'en': 'No active contract and no balance: nobody left to lose',
            'zh': '没有生效合同且没有余额：已不存在流失问题'},
        'churn_risk.no_order': {
            'en': 'No counted order yet',
            'zh': '尚无有效订单'},
        'churn_risk.nobody_to_lose': {
            'en': 'No counted order in the last 180 days: nobody left to lose',
            'zh': '近180天内没有有效订单：已不存在流失问题'},
        'churn_risk.rhythm': {
            'en': 'Last order {days:day} ago; own rhythm {mean} days on average',
            'zh': '上次订单在{days}天前；自身节奏平均{mean}天'},
        'churn_risk.no_rhythm': {
            'en': 'Last order {days:day} ago; one order day so far',
            'zh': '上次订单在{days}天前；目前只有一个下单日'},
        'churn_risk.alive': {
            'en': 'Chance of still being a customer {chance} % (MBG/NBD)',
            'zh': '仍是客户的概率为{chance}%（MBG/NBD）'},
    }) }}
{% endmacro %}
