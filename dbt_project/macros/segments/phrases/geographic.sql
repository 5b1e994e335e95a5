{% macro geographic_phrases() %}
    {{ return({
        'geographic.city_tier': {
            'en': 'City of the {tier}: {city}',
            'zh': '城市等级为{tier}：{city}'},
        'geographic.region': {
            'en': 'Region {region}',
            'zh': '地区为{region}'},
        'geographic.distance': {
            'en': 'Distance to the usual store {band}',
            'zh': '到常去门店的距离为{band}'},
        'geographic.usual_store': {
            'en': 'Usual store {store}: {orders:order} there in 365 days',
            'zh': '常去门店为{store}：365天内有{orders}单'},
        'geographic.unknown': {
            'en': 'Place unknown: not in the files, or of no use there',
            'zh': '地点未知：文件中没有，或无法使用'},
    }) }}
{% endmacro %}
