-- Segments by purchases: loyalty, channel, deals, needs.
create or replace table segments.loyalty as
select
    customer_id,
    'loyalty' as scheme,
    'loyalty.' || loyalty_group as segment_id,
    active_periods::double as score,
    case
        when loyalty_group = 'none'
            then 'Loyalty none: no counted order in the months or quarters that are looked at'
        else 'Loyalty ' || replace(loyalty_group, '_', ' ') || ': orders in ' || active_periods
            || if(is_by_months, ' of the last 12 months', ' of the last 8 quarters')
    end as reason_1,
    case
        when recency_days is null then 'No counted order yet'
        when periods_since_last < recent_periods
            then 'Bought lately: last order ' || counted(recency_days, 'day') || ' ago'
        else 'Not bought lately: last order ' || counted(recency_days, 'day') || ' ago'
    end as reason_2,
    'Counted in ' || if(is_by_months, 'months', 'quarters')
        || ': the median gap between order days of all customers is '
        || money(median_gap_days) || ' days' as reason_3
from features.customer_loyalty;

create or replace table segments.channel as
with customers as (
    select
        customer_id, channels.* exclude (customer_id),
        online_orders + store_orders + other_orders as orders,
        share_of(least(online_orders, store_orders), online_orders + store_orders)
            as lesser_share,
        case
            when orders is null then 'unknown'
            when lesser_share > 0 then 'omnichannel'
            when online_orders >= store_orders and online_orders >= other_orders then 'online'
            when store_orders >= other_orders then 'store'
            else 'other'
        end as kind
    from features.night_customers
    left join features.customer_channels as channels using (customer_id)
)
select
    customer_id,
    'channel' as scheme,
    'channel.' || kind as segment_id,
    lesser_share as score,
    case
        when kind = 'unknown'
            then 'Channel unknown: no order in 365 days of which the channel is known'
        else 'Buys '
            || case kind
                when 'online' then 'online'
                when 'store' then 'in stores'
                when 'omnichannel' then 'online and in stores'
                else 'in other channels'
            end
            || ': ' || counted(online_orders, 'order') || ' online, ' || store_orders
            || ' in stores, ' || other_orders || ' elsewhere in 365 days'
    end as reason_1,
    'Main channel ' || main_channel || ': ' || main_channel_orders || ' of '
        || counted(orders, 'order') as reason_2,
    cast(null as varchar) as reason_3
from customers;

create or replace table segments.price_sensitivity as
with customers as (
    select
        customer_id, coalesce(deal_lines, 0) as deal_lines, own_discount_share,
        expected_discount_share, coupon_share, category_coverage_share,
        case when deals.deal_lines >= 20 then deals.deal_index end as index_known,
        case
            when index_known is null then 'unknown'
            when index_known >= 1.2 then 'deal_prone'
            when index_known <= 0.8 then 'full_price'
            else 'average'
        end as proneness
    from features.night_customers
    left join features.customer_deals as deals using (customer_id)
)
select
    customer_id,
    'price_sensitivity' as scheme,
    'price_sensitivity.' || proneness as segment_id,
    index_known as score,
    case
        when proneness <> 'unknown'
            then 'Deal proneness '
                || case proneness
                    when 'deal_prone' then 'high' when 'full_price' then 'low' else 'average'
                end
                || ': ' || money(index_known)
                || ' times the share on deal that their categories and weeks let expect ('
                || whole(100 * own_discount_share) || ' % against '
                || whole(100 * expected_discount_share) || ' %)'
        when deal_lines < 20
            then 'Deal proneness unknown: ' || counted(deal_lines, 'line')
                || ' of known category in 365 days, 20 needed'
        else 'Deal proneness unknown: nothing was on deal in the categories and weeks they bought in'
    end as reason_1,
    'Coupons: ' || money(100 * coupon_share) || ' % of list price, counted apart' as reason_2,
    'Known of purchases: ' || counted(deal_lines, 'line') || ', '
        || whole(100 * category_coverage_share) || ' % of list price with a category' as reason_3
from customers;

create or replace table segments.needs as
select
    customer_id,
    'needs' as scheme,
    'needs.' || coalesce(need, 'unknown') as segment_id,
    lead as score,
    case basis
        when 'survey'
            then 'Need ' || need || ' by survey: answered ' || whole(100 * lead)
                || ' points of 100 above everybody, ' || counted(answers, 'answer')
        when 'purchases'
            then 'Need ' || need || ' by purchases: '
                || whole(100 * case need
                    when 'emotional' then emotional_share
                    when 'functional' then functional_share
                    else social_share
                end) || ' % of their spend, '
                || whole(100 * case need
                    when 'emotional' then emotional_base
                    when 'functional' then functional_base
                    else social_base
                end) || ' % of everybody''s'
        else 'Need unknown: ' || counted(need_lines, 'line')
            || ' in 365 days of categories with a need, 10 needed, and most of the spend'
    end as reason_1,
    'Next is ' || next_need || ': ' || whole(100 * margin) || ' points of 100 behind' as reason_2,
    'Covered by the list of needs: ' || whole(100 * coverage_share) || ' % of their spend, '
        || counted(need_lines, 'line') as reason_3
from features.customer_needs;
