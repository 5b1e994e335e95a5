{% macro credit_risk_phrases() %}
    {{ return({
        'credit_risk.worst': {
            'en': 'Credit {bucket@bucket}: {days:day} past due at worst, open now or in the last {window:day}',
            'zh': '信用状况为{bucket@bucket}：当前未结清或近{window}天内最长逾期{days}天'},
        'credit_risk.no_event': {
            'en': 'Credit unknown: no days past due were ever told',
            'zh': '信用状况未知：没有任何逾期天数记录'},
        'credit_risk.open': {
            'en': 'Open: {days:day} past due when last told, {ago:day} ago',
            'zh': '未结清：{ago}天前最近一次记录逾期{days}天'},
        'credit_risk.paid': {
            'en': 'Nothing open: paid on time when last told, {ago:day} ago',
            'zh': '无未结清：{ago}天前最近一次记录按时还款'},
        'credit_risk.distance': {
            'en': 'Away from {bucket@bucket}: {days:day} past due',
            'zh': '距{bucket@bucket}：逾期天数相差{days}天'},
    }) }}
{% endmacro %}


{% macro credit_risk_terms() %}
    {{ return({
        'bucket': {
            'current': {'en': 'current', 'zh': '正常'},
            'past_due_1_29': {'en': '1-29 days past due', 'zh': '逾期1-29天'},
            'past_due_30_59': {'en': '30-59 days past due', 'zh': '逾期30-59天'},
            'past_due_60_89': {'en': '60-89 days past due', 'zh': '逾期60-89天'},
            'past_due_90_plus': {'en': '90 or more days past due', 'zh': '逾期90天及以上'},
        },
    }) }}
{% endmacro %}
