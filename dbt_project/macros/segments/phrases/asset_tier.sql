{% macro asset_tier_phrases() %}
    {{ return({
        'asset_tier.balance': {
            'en': 'Asset tier {asset_tier@asset_tier}: a balance of {money}',
            'zh': '资产层级为{asset_tier@asset_tier}：余额{money}'},
        'asset_tier.no_balance': {
            'en': 'Asset tier prospect: no balance told in {days:day}',
            'zh': '资产层级为潜在客户：{days}天内没有余额记录'},
        'asset_tier.holdings': {
            'en': 'Holdings: {products:product}, last told {days:day} ago',
            'zh': '持仓：{products}种产品，最近记录于{days}天前'},
        'asset_tier.distance': {
            'en': 'Away from {asset_tier@asset_tier}: {money}',
            'zh': '距{asset_tier@asset_tier}：{money}'},
    }) }}
{% endmacro %}


{% macro asset_tier_terms() %}
    {{ return({
        'asset_tier': {
            'high_net_worth': {'en': 'high net worth', 'zh': '高净值'},
            'mass_affluent': {'en': 'mass affluent', 'zh': '大众富裕'},
            'mass': {'en': 'mass', 'zh': '大众'},
        },
    }) }}
{% endmacro %}
