{% macro engagement_phrases() %}
    {{ return({
        'engagement.no_event': {
            'en': 'Engagement none: no event of their own so far',
            'zh': '互动程度无：至今没有自身的互动事件'},
        'engagement.score': {
            'en': 'Engagement {level@engagement_level}: {points} points, each halved every {days:day}',
            'zh': '互动程度{level@engagement_level}：{points}分，每{days}天减半'},
        'engagement.channel': {
            'en': 'Main channel {channel}: {points} points',
            'zh': '主要渠道为{channel}：{points}分'},
        'engagement.silent': {
            'en': 'Silent: last event of their own {days:day} ago',
            'zh': '沉默：上次自身的互动事件在{days}天前'},
        'engagement.lately': {
            'en': 'In contact: {events:event} in {days:day}, {negative} of them negative',
            'zh': '有接触：{days}天内{events}个事件，其中{negative}个为负面'},
    }) }}
{% endmacro %}


{% macro engagement_terms() %}
    {{ return({
        'engagement_level': {
            'highly_engaged': {'en': 'very high', 'zh': '很高'},
            'engaged': {'en': 'good', 'zh': '良好'},
            'low': {'en': 'low', 'zh': '低'},
            'dormant': {'en': 'dormant', 'zh': '沉睡'},
        },
    }) }}
{% endmacro %}
