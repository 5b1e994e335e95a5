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
        'lifecycle.no_contract': {
            'en': 'Stage {stage@stage}: no contract and no balance yet',
            'zh': '阶段为{stage@stage}：尚无合同，也没有余额'},
        'lifecycle.contracts_over': {
            'en': 'Stage {stage@stage}: the last contract ended {days:day} ago, no balance is left',
            'zh': '阶段为{stage@stage}：最后一份合同在{days}天前终止，且没有余额'},
        'lifecycle.nothing_left': {
            'en': 'Stage {stage@stage}: no contract runs and no balance is left',
            'zh': '阶段为{stage@stage}：没有生效合同，且没有余额'},
        'lifecycle.contracts': {
            'en': 'Stage {stage@stage}: {contracts:contract} running, {money} a month',
            'zh': '阶段为{stage@stage}：{contracts}份生效合同，每月{money}'},
        'lifecycle.balance_alone': {
            'en': 'Stage {stage@stage}: no contract, a balance of {money}',
            'zh': '阶段为{stage@stage}：没有合同，余额{money}'},
        'lifecycle.contract_ends': {
            'en': 'Contract ending: in {days:day}, and no other goes on; warned {limit} days before',
            'zh': '合同即将终止：{days}天后，且没有其他合同延续；提前{limit}天预警'},
        'lifecycle.contract_unsure': {
            'en': 'Contract in doubt: notice given or suspended, and no other goes on',
            'zh': '合同存疑：已通知终止或已暂停，且没有其他合同延续'},
        'lifecycle.balance_fell': {
            'en': 'Balance falling: it was {before} 90 days ago',
            'zh': '余额下降：90天前为{before}'},
        'lifecycle.contract_return': {
            'en': 'Came back: {days:day} ago after {gap:day} without contract or balance',
            'zh': '重新回来：{days}天前，此前{gap}天没有合同或余额'},
        'lifecycle.contract_tenure': {
            'en': 'Customer since: {days:day} ago',
            'zh': '成为客户：{days}天前'},
        'lifecycle.balance': {
            'en': 'Balance: {money}; 90 days ago {before}',
            'zh': '余额：{money}；90天前为{before}'},
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
