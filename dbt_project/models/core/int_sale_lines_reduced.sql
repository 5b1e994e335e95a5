{{ config(schema='work') }}

{#
    Returns take from sale lines one after the other, each from what the earlier ones left: a step of
    the recursion handles one return of every scope. A line is carried as what is left of its `size`,
    in pieces where it has a quantity, else in money.
#}
with recursive returns as (

    select * from {{ ref('int_returns_sequenced') }}

),

sale_lines as (

    select * from {{ ref('int_sale_lines_exposed') }}

),

reduced as (

    select
        scope_number,
        newness,
        sale_line_key,
        order_key,
        product_id,
        has_pieces,
        amount,
        size,
        ordered_at,
        cast(0 as bigint) as return_number,
        cast(null as bigint) as return_line_key,
        cast(size as decimal(28, 10)) as left_before,
        cast(size as decimal(28, 10)) as left_after
    from sale_lines

    union all

    (
        with wanted as (

            select
                reduced.*,
                returns.return_number as next_return_number,
                returns.return_line_key as next_return_line_key,
                returns.pieces,
                returns.amount as return_amount,
                returns.pieces is not null as wants_pieces,
                coalesce(returns.pieces, returns.amount) as demand,
                reduced.ordered_at <= returns.returned_at
                and coalesce(reduced.product_id = returns.product_id, returns.product_id is null)
                and coalesce(reduced.order_key = returns.named_order_key, true)
                    as is_candidate
            from reduced
            inner join returns
                on
                    reduced.scope_number = returns.scope_number
                    and reduced.return_number + 1 = returns.return_number
            where reduced.left_after > 0

        ),

        {# What a line can give, in the unit of the return. #}
        offered as (

            select
                *,
                case
                    when not is_candidate then 0
                    when wants_pieces = has_pieces then left_after
                    when not wants_pieces
                        then greatest({{ ratio('amount', 'left_after', 'size', scale=4) }}, 0)
                    when return_amount > 0
                        then {{ ratio('left_after', 'pieces', 'return_amount') }}
                    else 0
                end as capacity
            from wanted

        ),

        taken as (

            select
                *,
                greatest(
                    least(
                        capacity,
                        demand - coalesce(
                            sum(capacity) over (
                                partition by scope_number
                                order by newness
                                rows between unbounded preceding and 1 preceding
                            ),
                            0
                        )
                    ),
                    0
                ) as portion
            from offered

        )

        select
            scope_number,
            newness,
            sale_line_key,
            order_key,
            product_id,
            has_pieces,
            amount,
            size,
            ordered_at,
            next_return_number,
            next_return_line_key,
            left_after as left_before,
            case
                when portion = 0 then left_after
                when portion = capacity then 0
                when wants_pieces = has_pieces then left_after - portion
                when has_pieces then left_after - {{ ratio('portion', 'size', 'amount') }}
                else left_after - {{ ratio('portion', 'return_amount', 'pieces', scale=4) }}
            end as left_after
        from taken
    )

)

select
    sale_line_key,
    order_key,
    return_line_key,
    has_pieces,
    amount,
    size,
    left_before,
    left_after
from reduced
where left_after < left_before
