{#
    What a contract's status says where its dates do not: `offered` is no contract yet, `ended` and
    `cancelled` without a date is over, `ending` and `suspended` still runs and will or may end. A
    status of another name says nothing, and the dates decide. Houses differ: a word of one's own
    goes into its list.
#}
{% macro contract_state(status) -%}
    {%- set states = {
        'offered': [
            'pending', 'offered', 'quoted', 'draft', 'applied', 'declined', 'rejected', '待生效',
            '未生效', '草稿',
        ],
        'suspended': ['suspended', 'paused', 'frozen', 'on hold', 'past due', '暂停', '冻结'],
        'ending': ['notice', 'notice given', 'ending', 'not renewing', '待终止'],
        'cancelled': ['cancelled', 'canceled', '已取消', '已退订'],
        'ended': [
            'ended', 'terminated', 'closed', 'expired', 'lapsed', 'matured', 'surrendered',
            '终止', '已终止', '已结束', '到期', '已到期', '已关闭', '已销户',
        ],
    } -%}
    case
        {%- for state, words in states.items() %}
        when replace(replace(lower({{ status }}), '_', ' '), '-', ' ') in (
            '{{ words | join("', '") }}'
        ) then '{{ state }}'
        {%- endfor %}
        else 'running'
    end
{%- endmacro %}
