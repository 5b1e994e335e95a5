{#
    The account's own rules of tonight, which come as rows of `ops.own_rules` and not as models: dbt
    reads references while it parses, long before anybody writes a rule. What is a condition there was
    parsed, and found to be one over columns of `customer_base` alone, when the settings were read.

    Returns a list of schemes: `scheme`, `has_rest`, and `rules` in order of priority, each with
    `number` (over all schemes), `segment_id`, `name`, `name_zh`, `text`, `predicate` (none for
    everybody else) and `columns`.
#}
{% macro own_schemes() %}
    {% set schemes = [] %}
    {% if execute %}
        {% set rows = run_query(
            'select scheme, segment_id, segment_name, segment_name_zh, rule_text, predicate, looks_at '
            ~ 'from ' ~ source('ops', 'own_rules').render() ~ ' order by scheme, place'
        ).rows %}
        {% for row in rows %}
            {% if not schemes or schemes[-1].scheme != row[0] %}
                {% do schemes.append({'scheme': row[0], 'rules': [], 'has_rest': false}) %}
            {% endif %}
            {% do schemes[-1].rules.append({
                'number': loop.index, 'segment_id': row[1], 'name': row[2], 'name_zh': row[3],
                'text': row[4], 'predicate': row[5],
                'columns': row[6].split(',') if row[6] else []}) %}
            {% if row[5] is none %}
                {% do schemes[-1].update({'has_rest': true}) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(schemes) }}
{% endmacro %}


{# The rules that are conditions. #}
{% macro conditions_of(schemes) %}
    {{ return(schemes | map(attribute='rules') | sum(start=[]) | selectattr('predicate') | list) }}
{% endmacro %}


{# What the rules look at beside ids and dates of the night, which are there anyway. #}
{% macro columns_of_own_rules(schemes) %}
    {% set columns = conditions_of(schemes) | map(attribute='columns') | sum(start=[]) %}
    {{ return(columns | unique | reject('in', ['as_of_date', 'customer_id']) | list) }}
{% endmacro %}


{# Of the first rule that holds, one of its texts; of the rest, that of everybody else. #}
{% macro first_met(scheme, text) -%}
    case
        {%- for rule in scheme.rules if rule.predicate %}
        when met.met_{{ rule.number }} then {{ as_text(rule[text]) }}
        {%- endfor %}
        {%- if scheme.has_rest %}
        else {{ as_text(scheme.rules[-1][text]) }}
        {%- endif %}
    end
{%- endmacro %}


{% macro any_met(rules) -%}
    (
        {%- for rule in rules if rule.predicate -%}
        {{ ' or ' if not loop.first }}met.met_{{ rule.number }}
        {%- endfor -%}
    )
{%- endmacro %}


{# The rule that put the customer there, in the words of whoever wrote it. #}
{% macro own_rule_met(scheme) -%}
    case
        when {{ any_met(scheme.rules) }}
            then
                {{ said('own_rules.met', {
                    'segment': in_own_language(
                        first_met(scheme, 'name'), first_met(scheme, 'name_zh')),
                    'rule': first_met(scheme, 'text')}) }}
        else {{ said('own_rules.none_met') }}
    end
{%- endmacro %}


{# What the customer is in all that the rule looks at. #}
{% macro own_rule_figures(scheme) -%}
    case
        {%- for rule in scheme.rules if rule.predicate %}
        when met.met_{{ rule.number }}
            then
                {{ said('own_rules.figures', {'figures': figures_of(rule.columns)}) }}
        {%- endfor %}
    end
{%- endmacro %}


{% macro figures_of(columns) -%}
    {%- for column in columns -%}
    {{ " || ', ' || " if not loop.first }}'{{ column }} ' || coalesce(cast(met.{{ column }} as varchar), '-')
    {%- else -%}
    ''
    {%- endfor -%}
{%- endmacro %}


{# Rules further down that hold as well: where rules overlap, the order has decided. #}
{% macro own_rules_met_too(scheme) -%}
    {%- set rules = scheme.rules | selectattr('predicate') | list -%}
    case
        {%- for rule in rules[:-1] %}
        when met.met_{{ rule.number }} and {{ any_met(rules[loop.index:]) }}
            then
                {{ said('own_rules.met_too', {'segments': in_own_language(
                    names_met(rules[loop.index:], 'name'),
                    names_met(rules[loop.index:], 'name_zh'))}) }}
        when met.met_{{ rule.number }} then null
        {%- endfor %}
        when false then ''
    end
{%- endmacro %}


{# The names of all rules of a list that hold. #}
{% macro names_met(rules, name) -%}
    substr(
        {%- for rule in rules -%}
        {{ ' || ' if not loop.first }}
        case when met.met_{{ rule.number }} then {{ as_text(', ' ~ rule[name]) }} else '' end
        {%- endfor -%}
    , 3)
{%- endmacro %}


{# Names that the account gave, in the language of the night. #}
{% macro in_own_language(english, chinese) -%}
    case night.language when 'zh' then {{ chinese }} else {{ english }} end
{%- endmacro %}


{% macro as_text(value) -%}
    '{{ value | replace("'", "''") }}'
{%- endmacro %}


{# Take back what own rules gave tonight, also of schemes that are no longer there. #}
{% macro forget_own_segments() %}
    delete from {{ ref('customer_segments').render() }}
    where
        as_of_date = (select night.as_of_date from {{ source('ops', 'night') }} as night)
        and scheme not in ('{{ built_schemes() | join("', '") }}')
{% endmacro %}


{#
    Add tonight's own segments to those of the other schemes: from there on they are like them. They
    cannot be among them at once, for the rules may ask in which segment of another scheme somebody is.
#}
{% macro add_own_segments() %}
    insert into {{ ref('customer_segments').render() }} by name
    {{ segment_rows(this) }}
{% endmacro %}
