{% macro channel_phrases() %}
    {{ return({
        'channel.orders': {
            'en': 'Buys {kind@channel_kind}: {online:order} online, {store} in stores, {other} elsewhere in 365 days',
            'zh': '购买渠道为{kind@channel_kind}：365天内线上{online}单，门店{store}单，其他{other}单'},
        'channel.main': {
            'en': 'Main channel {channel}: {most} of {orders:order}',
            'zh': '主要渠道为{channel}：{orders}单中的{most}单'},
        'channel.unknown': {
            'en': 'Channel unknown: no order in 365 days of which the channel is known',
            'zh': '渠道未知：365天内没有渠道已知的订单'},
    }) }}
{% endmacro %}


{% macro channel_terms() %}
    {{ return({
        'channel_kind': {
            'online': {'en': 'online', 'zh': '线上'},
            'store': {'en': 'in stores', 'zh': '门店'},
            'omnichannel': {'en': 'online and in stores', 'zh': '全渠道'},
            'other': {'en': 'in other channels', 'zh': '其他渠道'},
        },
    }) }}
{% endmacro %}
