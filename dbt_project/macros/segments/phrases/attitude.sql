{% macro attitude_phrases() %}
    {{ return({
        'attitude.nps': {
            'en': 'Recommendation as a {group@attitude}: {answer} of 10, answered {days:day} ago',
            'zh': '推荐意愿为{group@attitude}：{days}天前回答{answer}分（满分10）'},
        'attitude.no_nps': {
            'en': 'Recommendation unknown: no answer in the last {days:day}',
            'zh': '推荐意愿未知：近{days}天内没有回答'},
        'attitude.csat': {
            'en': 'Customer is {group@attitude}: {answer} of {scale}, answered {days:day} ago',
            'zh': '客户{group@attitude}：{days}天前回答{answer}分（满分{scale}）'},
        'attitude.open_complaints': {
            'en': 'Complaint open: {open} of {complaints} in the last {days:day}',
            'zh': '有未解决的投诉：近{days}天内{complaints}件中的{open}件'},
        'attitude.settled_complaints': {
            'en': 'Complaints settled: {complaints} in the last {days:day}',
            'zh': '投诉均已解决：近{days}天内{complaints}件'},
    }) }}
{% endmacro %}


{% macro attitude_terms() %}
    {{ return({
        'attitude': {
            'promoter': {'en': 'promoter', 'zh': '推荐者'},
            'passive': {'en': 'passive', 'zh': '中立者'},
            'detractor': {'en': 'detractor', 'zh': '贬损者'},
            'satisfied': {'en': 'satisfied', 'zh': '满意'},
            'dissatisfied': {'en': 'not satisfied', 'zh': '不满意'},
        },
    }) }}
{% endmacro %}
