{% macro rfm_phrases() %}
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
    }) }}
{% endmacro %}
