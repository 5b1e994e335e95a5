{% macro lifecycle_phrases() %}
    {{ return({
        'lifecycle.no_order': {
            'en': 'Stage {stage@stage}: no counted order yet',
            'zh': '阶段为{stage@stage}：尚无有效订单'},
        'lifecycle.silence': {
            'en': 'Stage {stage@stage}: last order {days:day} ago; limit {limit}',
            'zh': '阶段为{stage@stage}：上次订单在{days}天前；界限{limit}天'},
        'lifecycle.rhythm': {
            'en': 'Own rhythm: {mean} days on average over {gaps:gap}',
            'zh': '自身节奏：{gaps}次间隔，平均{mean}天'},
        'lifecycle.no_rhythm': {
            'en': "Own rhythm: one order day so far, so the account's rhythm counts",
            'zh': '自身节奏：目前只有一个下单日，因此以全体客户的节奏为准'},
        'lifecycle.return': {
            'en': 'Came back {days:day} ago after {silence:day} of silence',
            'zh': '沉默{silence}天之后，于{days}天前回来'},
        'lifecycle.limits': {
            'en': 'Limits: at risk after {first}, dormant after {second}, churned after {third} days',
            'zh': '界限：{first}天后有风险，{second}天后沉睡，{third}天后流失'},
    }) }}
{% endmacro %}


{% macro lifecycle_terms() %}
    {{ return({
        'stage': {
            'active': {'en': 'active', 'zh': '活跃'},
            'reactivated': {'en': 'reactivated', 'zh': '重新激活'},
            'new': {'en': 'new', 'zh': '新客'},
            'at_risk': {'en': 'at risk', 'zh': '有风险'},
            'dormant': {'en': 'dormant', 'zh': '沉睡'},
            'churned': {'en': 'churned', 'zh': '已流失'},
            'prospect': {'en': 'prospect', 'zh': '潜在客户'},
        },
    }) }}
{% endmacro %}
