{{ config(materialized='table', schema='work') }}

{{ look_up_touched_lines() }}
