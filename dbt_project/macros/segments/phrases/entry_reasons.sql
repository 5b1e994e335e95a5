{% macro entry_phrases() %}
    {{ return({
        'entry.left': {
            'en': 'No longer in the scheme on this night',
            'zh': '当夜已不在该方案中'},
        'entry.not_kept': {
            'en': 'The figures of this night are no longer kept',
            'zh': '当夜的数据已不再保留'},
        'entry.first_night': {
            'en': 'First night of the scheme. {reason}',
            'zh': '该方案的第一夜。{reason}'},
        'entry.new': {
            'en': 'New in the scheme on this night. {reason}',
            'zh': '当夜新进入该方案。{reason}'},
        'entry.new_rules': {
            'en': 'The rules of the scheme changed. {reason}',
            'zh': '该方案的规则有变更。{reason}'},
        'entry.moved': {
            'en': '{reason} (before: {before})',
            'zh': '{reason}（此前：{before}）'},
    }) }}
{% endmacro %}
