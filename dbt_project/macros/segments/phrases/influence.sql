{% macro influence_phrases() %}
    {{ return({
        'influence.made': {
            'en': 'Influence {influence@influence}: {made:referral} made, {successful} of them with an order',
            'zh': '影响力{influence@influence}：推荐{made}人，其中{successful}人已下单'},
        'influence.value': {
            'en': 'Value brought: {money} spent in 365 days by those they referred first',
            'zh': '带来的价值：其首先推荐的客户365天内消费{money}'},
        'influence.referred': {
            'en': 'Came on the recommendation of another customer',
            'zh': '由其他客户推荐而来'},
    }) }}
{% endmacro %}


{% macro influence_terms() %}
    {{ return({
        'influence': {
            'ambassador': {'en': 'strong', 'zh': '强'},
            'both': {'en': 'passed on', 'zh': '相传'},
            'referrer': {'en': 'some', 'zh': '有'},
            'referred': {'en': 'received', 'zh': '受推荐'},
            'none': {'en': 'none', 'zh': '无'},
        },
    }) }}
{% endmacro %}
