{% macro psychographic_phrases() %}
    {{ return({
        'psychographic.leaning': {
            'en': 'Leaning to {factor}: {above} standard deviations above the mean of {respondents} respondents',
            'zh': '倾向为{factor}：高于{respondents}位受访者均值{above}个标准差'},
        'psychographic.no_leaning': {
            'en': 'No leaning: in no factor above the mean of the respondents',
            'zh': '没有明显倾向：各因子均不高于受访者均值'},
        'psychographic.second': {
            'en': 'Next factor {factor}: {above} standard deviations from the mean',
            'zh': '其次的因子为{factor}：距均值{above}个标准差'},
        'psychographic.items': {
            'en': 'Survey answered: {items:item} in force',
            'zh': '已答问卷：{items}题有效'},
        'psychographic.unknown': {
            'en': 'No leaning known: {items} of the {needed:item} needed are answered',
            'zh': '倾向未知：至少需要{needed}题，已答{items}题'},
        'psychographic.coverage': {
            'en': 'Coverage of the survey: known of {known} of {customers} customers',
            'zh': '问卷覆盖情况：{customers}位客户中已知{known}位'},
    }) }}
{% endmacro %}
