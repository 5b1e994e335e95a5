-- Typed rows as they land. `not null` marks what a row is rejected without.
create schema raw;

create table raw.files (
    file_seq bigint, source_table varchar, file_name varchar,
    rows_in bigint, rejected bigint
);
create table raw.rejected_rows (
    file_seq bigint, row_number bigint, source_table varchar, row_json varchar
);
-- Rows that do not stand: 'duplicate' or 'superseded'.
create table raw.lost (
    source_table varchar, file_seq bigint, row_number bigint, row_status varchar
);

create table raw.customers (
    file_seq bigint not null, row_number bigint not null,
    customer_id varchar not null, updated_at timestamp, created_at timestamp,
    email varchar, phone varchar, first_name varchar, last_name varchar, birth_date date,
    age_band varchar, gender varchar, income_band varchar, education varchar,
    occupation varchar, marital_status varchar, household_size bigint, children_count bigint,
    home_ownership varchar, country varchar, region varchar, city varchar, postal_code varchar,
    latitude double, longitude double, loyalty_tier varchar, loyalty_points double,
    loyalty_enrolled_at timestamp, acquisition_channel varchar,
    acquisition_cost decimal(18, 4), marketing_consent boolean, profiling_consent boolean,
    email_consent boolean, sms_consent boolean, ads_consent boolean
);
create table raw.transactions (
    file_seq bigint not null, row_number bigint not null,
    order_id varchar not null, line_id varchar, customer_id varchar,
    ordered_at timestamp not null, product_id varchar, quantity decimal(18, 4),
    amount decimal(18, 4) not null, discount_amount decimal(18, 4),
    coupon_amount decimal(18, 4), cost_amount decimal(18, 4), currency varchar,
    channel varchar, store_id varchar, transaction_type varchar, original_order_id varchar
);
create table raw.products (
    file_seq bigint not null, row_number bigint not null,
    product_id varchar not null, name varchar, category varchar, subcategory varchar,
    department varchar, brand varchar, unit_cost decimal(18, 4), risk_level bigint
);
create table raw.engagement_events (
    file_seq bigint not null, row_number bigint not null,
    event_id varchar, customer_id varchar not null, event_type varchar not null,
    occurred_at timestamp not null, channel varchar, campaign_id varchar, product_id varchar,
    topic varchar, duration_seconds double, value double, resolved_at timestamp
);
create table raw.campaigns (
    file_seq bigint not null, row_number bigint not null,
    campaign_id varchar not null, name varchar, channel varchar, starts_on date,
    ends_on date, objective varchar, cost_amount decimal(18, 4)
);
create table raw.campaign_assignments (
    file_seq bigint not null, row_number bigint not null,
    campaign_id varchar not null, customer_id varchar not null, arm varchar not null,
    assigned_at timestamp not null, is_randomised boolean
);
create table raw.survey_responses (
    file_seq bigint not null, row_number bigint not null,
    customer_id varchar not null, survey varchar not null, question varchar,
    score double not null, scale_max double, responded_at timestamp not null
);
create table raw.stores (
    file_seq bigint not null, row_number bigint not null,
    store_id varchar not null, name varchar not null, region varchar, city varchar,
    latitude double, longitude double
);
create table raw.control_totals (
    file_seq bigint not null, row_number bigint not null,
    month varchar not null, revenue decimal(18, 4) not null, orders bigint
);
create table raw.contracts (
    file_seq bigint not null, row_number bigint not null,
    contract_id varchar not null, customer_id varchar not null, product_id varchar,
    status varchar not null, started_on date not null, ended_on date,
    monthly_amount decimal(18, 4)
);
create table raw.holdings (
    file_seq bigint not null, row_number bigint not null,
    customer_id varchar not null, product_id varchar not null, held_on date not null,
    balance decimal(18, 4) not null, risk_level bigint
);
create table raw.credit_events (
    file_seq bigint not null, row_number bigint not null,
    customer_id varchar not null, event_type varchar not null,
    occurred_at timestamp not null, days_past_due bigint, amount decimal(18, 4)
);
create table raw.identities (
    file_seq bigint not null, row_number bigint not null,
    customer_id varchar not null, identifier_type varchar not null,
    identifier_value varchar not null, seen_at timestamp
);
create table raw.referrals (
    file_seq bigint not null, row_number bigint not null,
    referrer_customer_id varchar not null, referred_customer_id varchar not null,
    referred_at timestamp not null
);
create table raw.erasure_requests (
    file_seq bigint not null, row_number bigint not null,
    customer_id varchar not null, requested_at timestamp not null
);
