{{ config(materialized='table', schema='work') }}

{{ look_up_touched_of_many('transactions') }}
