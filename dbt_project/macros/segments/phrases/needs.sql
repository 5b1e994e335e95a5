{% macro needs_phrases() %}
    {{ return({
        'needs.answers': {
            'en': 'Need {need@need} by survey: answered {lead} points of 100 above everybody, {answers:answer}',
            'zh': '需求为{need@need}（调查）：回答比所有人平均高{lead}分（满分100），共{answers}个回答'},
        'needs.share': {
            'en': "Need {need@need} by purchases: {share} % of their spend, {base} % of everybody's",
            'zh': '需求为{need@need}（购买）：占其消费的{share}%，全体为{base}%'},
        'needs.too_little': {
            'en': 'Need unknown: {lines:line} in 365 days of categories with a need, {least} needed, and most of the spend',
            'zh': '需求未知：365天内有需求归属品类的销售行为{lines}行，至少需要{least}行且占消费的大部分'},
        'needs.next': {
            'en': 'Next is {next@need}: {points} points of 100 behind',
            'zh': '其次为{next@need}：相差{points}分（满分100）'},
        'needs.coverage': {
            'en': 'Covered by the list of needs: {coverage} % of their spend, {lines:line}',
            'zh': '需求清单覆盖：其消费的{coverage}%，共{lines}行'},
    }) }}
{% endmacro %}


{% macro needs_terms() %}
    {{ return({
        'need': {
            'emotional': {'en': 'emotional', 'zh': '情感型'},
            'functional': {'en': 'functional', 'zh': '功能型'},
            'social': {'en': 'social', 'zh': '社会型'},
        },
    }) }}
{% endmacro %}
