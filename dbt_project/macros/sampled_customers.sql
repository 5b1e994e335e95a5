{# Of past nights at most so many customers are told: coefficients of six features settle by fewer. #}
{% macro enough_customers() -%}
    50000
{%- endmacro %}


{# The night's customers with what `is_sampled` goes by. #}
{% macro customers_to_sample() -%}
select
    customer_id,
    substr(md5(customer_id), 1, 4) as bucket,
    count(*) over () as all_customers
from {{ ref('night_customers') }}
{%- endmacro %}


{# Whether past nights tell of a customer: always the same ones, in 65,536ths by the digest of the id. #}
{% macro is_sampled(customers) -%}
(
    {{ customers }}.all_customers <= {{ enough_customers() }}
    or {{ customers }}.bucket < {{
        four_hex_digits('65536.0 * ' ~ enough_customers() ~ ' / ' ~ customers ~ '.all_customers')
    }}
)
{%- endmacro %}
