{#
    A phrase in the night's language, filled with values; null where a value is. The language is
    looked at in every row, which costs a million customers 0.05 s a scheme. A phrase or language
    that nobody declared stops, it is never said in another language instead.

    key        of a phrase, which begins with its scheme
    values     expressions by the names in the phrase
    language   expression of the language
#}
{% macro said(key, values={}, language='night.language') -%}
    {%- set phrases = phrases_of(key.split('.')[0]) -%}
    {%- if key not in phrases -%}
        {{ exceptions.raise_compiler_error('No phrase is called ' ~ key) }}
    {%- endif -%}
    {{ in_language(language, phrases[key], values) }}
{%- endmacro %}


{% macro in_language(language, texts, values) -%}
    case {{ language }}
        {%- for each in ['en', 'zh'] %}
        when '{{ each }}' then {{ filled(texts[each], values, each) }}
        {%- endfor %}
        else {{ raised('Nothing is said in this language') }}
    end
{%- endmacro %}


{# One text of one language as an expression. #}
{% macro filled(text, values, language) -%}
    {%- set parts = [] -%}
    {%- for piece in text.split('{') -%}
        {%- set slot, brace, rest = piece.partition('}') -%}
        {%- if not brace -%}
            {%- set rest = slot -%}
        {%- else -%}
            {%- set name, colon, noun = slot.partition(':') -%}
            {%- set name, at, kind = name.partition('@') -%}
            {%- if kind -%}
                {%- do parts.append(term(kind, values[name], language)) -%}
            {%- elif noun -%}
                {%- do parts.append(counted(values[name], noun)) -%}
            {%- else -%}
                {%- do parts.append('cast(' ~ values[name] ~ ' as varchar)') -%}
            {%- endif -%}
        {%- endif -%}
        {%- if rest -%}
            {%- do parts.append("'" ~ rest.replace("'", "''") ~ "'") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ parts | join(' || ') }}
{%- endmacro %}


{# The word for a code; a code that nobody declared stops. #}
{% macro term(kind, value, language) -%}
    case {{ value }}
        {%- for code, words in terms()[kind].items() %}
        when '{{ code }}' then '{{ words[language] }}'
        {%- endfor %}
        else case when {{ value }} is not null then {{ raised('No word for a ' ~ kind) }} end
    end
{%- endmacro %}


{# The state of one measure that a reason begins with, in any language. #}
{% macro state_of(reason) -%}
    split_part(replace({{ reason }}, '：', ':'), ':', 1)
{%- endmacro %}
