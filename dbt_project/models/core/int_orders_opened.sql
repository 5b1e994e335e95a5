{{ config(materialized='view') }}

{{ orders_opened(ref('order_days')) }}
