{#
    The words of segments that settings, seeds or the data make, by what they are; {name} is the
    segment's own name. Those of segments that are always there stand in the seed `segment_names`.
#}
{% macro segment_texts() %}
    {{ return({
        'age': {
            'description': {
                'en': 'Customers whose age on the night lies in the band {name}.',
                'zh': '当夜年龄处于{name}的客户。'},
            'rule_text': {
                'en': 'Age in whole years by the birth date, else an age band in the customers file that lies within {name}.',
                'zh': '按出生日期计算的周岁，否则为客户文件中完全落在{name}之内的年龄段。'},
            'recommended_action': {
                'en': 'Choose pictures, range and sizes that fit the age; never a price, nor who is offered credit.',
                'zh': '按年龄选择合适的图片、商品和尺码；不得据此定价或决定授信。'}},
        'attribute': {
            'description': {
                'en': 'Customers of whom the customers file says {name}.',
                'zh': '客户文件中标为{name}的客户。'},
            'rule_text': {
                'en': 'The value {name} as landed; nothing is inferred.',
                'zh': '以导入的值{name}为准；不做推断。'},
            'recommended_action': {
                'en': 'Use to read reports and to check that offers reach all alike; never for a price, nor for credit.',
                'zh': '用于阅读报表和检查活动是否公平触达；不得据此定价或授信。'}},
        'city_tier': {
            'description': {
                'en': 'Customers who live in a city of the {name}.',
                'zh': '居住在{name}的客户。'},
            'rule_text': {
                'en': 'The city stands in the seed city_tiers under {name}.',
                'zh': '城市在种子文件city_tiers中列为{name}。'},
            'recommended_action': {
                'en': 'Plan range, delivery and stores by the tier.',
                'zh': '按城市等级规划商品、配送和门店。'}},
        'region': {
            'description': {
                'en': 'Customers who live in the region {name}.',
                'zh': '居住在{name}地区的客户。'},
            'rule_text': {
                'en': 'The region {name} as landed, where the city has no tier or tiers are not asked for.',
                'zh': '以导入的地区{name}为准，用于城市没有等级或不按等级划分时。'},
            'recommended_action': {
                'en': 'Plan range, delivery, stores and events by the region.',
                'zh': '按地区规划商品、配送、门店和活动。'}},
        'distance': {
            'description': {
                'en': 'Customers who live {name} from their usual store.',
                'zh': '住处到常去门店的距离为{name}的客户。'},
            'rule_text': {
                'en': 'Great-circle distance from home to the store with most counted orders of the window: {name}.',
                'zh': '住处到统计窗口内有效订单最多的门店的大圆距离：{name}。'},
            'recommended_action': {
                'en': 'Invite the near ones to the store; offer delivery to the far ones.',
                'zh': '邀请近处客户到店；为远处客户提供配送。'}},
        'factor': {
            'description': {
                'en': 'Customers who lean to {name} more than to anything else, against all respondents.',
                'zh': '与全体受访者相比，最倾向于{name}的客户。'},
            'rule_text': {
                'en': 'Of all factors, {name} is the one in which the mean of the answers stands most standard deviations above the mean of the respondents.',
                'zh': '在所有因子中，{name}的回答均值高于受访者均值的标准差数最多。'},
            'recommended_action': {
                'en': 'Choose words, pictures and range that speak to {name}.',
                'zh': '选择契合{name}的文案、图片和商品。'}},
    }) }}
{% endmacro %}


{# One of these texts in one language, by the `kind` of the row; `name` is an expression. #}
{% macro segment_text(text, language, name) -%}
    case kind
        {%- for kind, texts in segment_texts().items() %}
        when '{{ kind }}' then {{ filled(texts[text][language], {'name': name}, language) }}
        {%- endfor %}
    end
{%- endmacro %}
