{% macro risk_appetite_phrases() %}
    {{ return({
        'risk_appetite.class': {
            'en': 'Risk class {class}: {share} % of the points of {answers:question}',
            'zh': '风险等级{class}：{answers}道题得分占比{share}%'},
        'risk_appetite.expired': {
            'en': 'Assessment expired: {class}, told {days:day} ago; valid for {limit}',
            'zh': '风险测评已过期：{class}，{days}天前测评；有效期{limit}天'},
        'risk_appetite.not_assessed': {
            'en': 'Not assessed: no risk questionnaire answered',
            'zh': '未测评：没有回答过风险问卷'},
        'risk_appetite.revealed': {
            'en': 'Risk held: {risk} of 5 on average, by balance, over {money}',
            'zh': '实际持仓风险：{money}按余额加权平均{risk}级（最高5级）'},
        'risk_appetite.valid': {
            'en': 'Assessment valid: {days:day} old; expires after {limit}',
            'zh': '风险测评有效：已{days}天；超过{limit}天过期'},
    }) }}
{% endmacro %}
