{% macro demographic_phrases() %}
    {{ return({
        'demographic.known': {
            'en': '{attribute@attribute} {value}',
            'zh': '{attribute@attribute}为{value}'},
        'demographic.unknown': {
            'en': '{attribute@attribute} unknown: not in the files, or of no use there',
            'zh': '{attribute@attribute}未知：文件中没有，或无法使用'},
        'demographic.by_birth_date': {
            'en': 'Known by the birth date on the night',
            'zh': '依据当夜的出生日期得知'},
        'demographic.by_landed_band': {
            'en': 'Known by the age band in the customers file, which does not grow older',
            'zh': '依据客户文件中的年龄段得知，该年龄段不会随时间增长'},
    }) }}
{% endmacro %}


{% macro demographic_terms() %}
    {{ return({
        'attribute': {
            'age_band': {'en': 'Age band', 'zh': '年龄段'},
            'gender': {'en': 'Gender', 'zh': '性别'},
            'income_band': {'en': 'Income band', 'zh': '收入段'},
        },
    }) }}
{% endmacro %}
