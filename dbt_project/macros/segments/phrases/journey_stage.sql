{% macro journey_stage_phrases() %}
    {{ return({
        'journey_stage.aware': {
            'en': 'Stage aware: known, no counted order, and nothing looked for lately',
            'zh': '阶段为认知：已知客户，没有有效订单，近期也没有浏览或搜索'},
        'journey_stage.considering': {
            'en': 'Stage considering: looked around {days:day} ago, without a counted order; counts for {limit:day}',
            'zh': '阶段为考虑：{days}天前曾浏览，尚无有效订单；{limit}天内有效'},
        'journey_stage.orders': {
            'en': 'Stage {stage@journey_stage}: {orders:order day}, the last {days:day} ago; lapsed after {limit}',
            'zh': '阶段为{stage@journey_stage}：{orders}个下单日，最后一个在{days}天前；超过{limit}天为流失'},
        'journey_stage.referred': {
            'en': 'Advocacy by referral: recommended us to somebody',
            'zh': '倡导方式为推荐：向他人推荐了我们'},
        'journey_stage.reviewed': {
            'en': 'Advocacy by review: wrote a review',
            'zh': '倡导方式为评价：写过评价'},
        'journey_stage.promoter': {
            'en': 'Advocacy by survey: would recommend us, {score} of 10',
            'zh': '倡导方式为调查：愿意推荐，10分中打{score}分'},
        'journey_stage.touches': {
            'en': 'Touches from {first} to {last}: first on {first_date}, last on {last_date}',
            'zh': '接触由{first}到{last}：首次{first_date}，最近{last_date}'},
    }) }}
{% endmacro %}


{% macro journey_stage_terms() %}
    {{ return({
        'journey_stage': {
            'first_purchase': {'en': 'first purchase', 'zh': '首次购买'},
            'repeat': {'en': 'repeat', 'zh': '重复购买'},
            'advocate': {'en': 'advocate', 'zh': '倡导'},
            'lapsed': {'en': 'lapsed', 'zh': '流失'},
        },
    }) }}
{% endmacro %}
