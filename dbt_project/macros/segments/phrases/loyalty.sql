{% macro loyalty_phrases() %}
    {{ return({
        'loyalty.months': {
            'en': 'Loyalty {group@loyalty_group}: orders in {active} of the last 12 months',
            'zh': '忠诚度为{group@loyalty_group}：近12个月中有{active}个月下单'},
        'loyalty.quarters': {
            'en': 'Loyalty {group@loyalty_group}: orders in {active} of the last 8 quarters',
            'zh': '忠诚度为{group@loyalty_group}：近8个季度中有{active}个季度下单'},
        'loyalty.none': {
            'en': 'Loyalty none: no counted order in the months or quarters that are looked at',
            'zh': '忠诚度无：所统计的月份或季度内没有有效订单'},
        'loyalty.never': {
            'en': 'No counted order yet',
            'zh': '尚无有效订单'},
        'loyalty.lately': {
            'en': 'Bought lately: last order {days:day} ago',
            'zh': '近期有购买：上次订单在{days}天前'},
        'loyalty.not_lately': {
            'en': 'Not bought lately: last order {days:day} ago',
            'zh': '近期没有购买：上次订单在{days}天前'},
        'loyalty.by_months': {
            'en': 'Counted in months: the median gap between order days of all customers is {gap} days',
            'zh': '按月统计：全体客户下单日间隔的中位数为{gap}天'},
        'loyalty.by_quarters': {
            'en': 'Counted in quarters: the median gap between order days of all customers is {gap} days',
            'zh': '按季度统计：全体客户下单日间隔的中位数为{gap}天'},
        'loyalty.by_quarters_without_gaps': {
            'en': 'Counted in quarters: nobody has ordered on two days yet',
            'zh': '按季度统计：尚无客户在两天下过单'},
    }) }}
{% endmacro %}


{% macro loyalty_terms() %}
    {{ return({
        'loyalty_group': {
            'super_loyal': {'en': 'super loyal', 'zh': '超级忠诚'},
            'loyal': {'en': 'loyal', 'zh': '忠诚'},
            'high_potential': {'en': 'high potential', 'zh': '高潜力'},
            'fresh': {'en': 'fresh', 'zh': '新鲜'},
            'trial': {'en': 'trial', 'zh': '试用'},
            'lapsing': {'en': 'lapsing', 'zh': '渐离'},
        },
    }) }}
{% endmacro %}
