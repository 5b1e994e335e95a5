{% macro price_sensitivity_phrases() %}
    {{ return({
        'price_sensitivity.index': {
            'en': 'Deal proneness {proneness@proneness}: {index} times the share on deal that their categories and weeks let expect ({own} % against {expected} %)',
            'zh': '促销倾向{proneness@proneness}：折扣占比是其所购品类与周次预期的{index}倍（{own}%对{expected}%）'},
        'price_sensitivity.too_few': {
            'en': 'Deal proneness unknown: {lines:line} of known category in 365 days, {least} needed',
            'zh': '促销倾向未知：365天内已知品类的销售行为{lines}行，至少需要{least}行'},
        'price_sensitivity.no_deals': {
            'en': 'Deal proneness unknown: nothing was on deal in the categories and weeks they bought in',
            'zh': '促销倾向未知：所购品类在相应周次没有任何折扣'},
        'price_sensitivity.coupons': {
            'en': 'Coupons: {share} % of list price, counted apart',
            'zh': '优惠券：占标价的{share}%，单独计算'},
        'price_sensitivity.basis': {
            'en': 'Known of purchases: {lines:line}, {coverage} % of list price with a category',
            'zh': '购买依据：{lines}行，标价的{coverage}%有品类'},
    }) }}
{% endmacro %}


{% macro price_sensitivity_terms() %}
    {{ return({
        'proneness': {
            'deal_prone': {'en': 'high', 'zh': '高'},
            'average': {'en': 'average', 'zh': '一般'},
            'full_price': {'en': 'low', 'zh': '低'},
        },
    }) }}
{% endmacro %}
