{#
    Every sentence about one customer, in each language beside the other. Filled by `said`:
    {value} stands for a value, {value:day} for a number with its English noun ("1 day", "2 days"),
    {value@tier} for one of `terms`. What stands before the first colon is the state of one measure;
    the figures after it differ every night (`state_of`).
#}
{% macro phrases() %}
    {{ return({
        'rfm.recency': {
            'en': 'Recency score {score} of 5: last order {days:day} ago',
            'zh': '最近度评分{score}（满分5）：上次订单在{days}天前'},
        'rfm.before_window': {
            'en': 'Recency none: last order {days:day} ago, before the window',
            'zh': '最近度无评分：上次订单在{days}天前，早于统计窗口'},
        'rfm.no_order': {
            'en': 'Recency none: no counted order yet',
            'zh': '最近度无评分：尚无有效订单'},
        'rfm.frequency': {
            'en': 'Frequency score {score} of 5: {orders:order}{window}',
            'zh': '频率评分{score}（满分5）：{window}{orders}单'},
        'rfm.monetary': {
            'en': 'Monetary score {score} of 5: {money}{window}',
            'zh': '金额评分{score}（满分5）：{window}消费{money}'},
        'rfm.window': {
            'en': ' in {days} days',
            'zh': '{days}天内'},
        'rfm.all_history': {
            'en': ' in all history',
            'zh': '全部历史内'},

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
        'value_tier.distance': {
            'en': '{money} from {tier@tier}',
            'zh': '与{tier@tier}相距{money}'},

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

        'entry.left': {
            'en': 'No longer in the scheme on this night',
            'zh': '当夜已不在该方案中'},
        'entry.not_kept': {
            'en': 'The figures of this night are no longer kept',
            'zh': '当夜的数据已不再保留'},
        'entry.first_night': {
            'en': 'First night of the scheme. {reason}',
            'zh': '该方案的第一夜。{reason}'},
        'entry.new': {
            'en': 'New in the scheme on this night. {reason}',
            'zh': '当夜新进入该方案。{reason}'},
        'entry.new_rules': {
            'en': 'The rules of the scheme changed. {reason}',
            'zh': '该方案的规则有变更。{reason}'},
        'entry.moved': {
            'en': '{reason} (before: {before})',
            'zh': '{reason}（此前：{before}）'},
    }) }}
{% endmacro %}


{# Words for what is stored as a code. #}
{% macro terms() %}
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
        },
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
