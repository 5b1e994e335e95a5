-- What is written often. Shares and ratios to nine places, so that no last digit decides anything.
create or replace temp macro ratio_of(part, whole) as
    round(part::double / nullif(whole, 0), 9);
create or replace temp macro share_of(part, whole) as
    case
        when part is not null and whole > 0
            then greatest(least(round(part::double / whole, 9), 1.0), 0.0)
    end;

-- A place and what it is ranked by as one whole number: the largest of them is found much faster
-- than the largest of rows. Of equal amounts the lower place counts; places are below 1,024.
create or replace temp macro ranked(amount, place) as
    (amount::double * 10000)::bigint * 1024 + 1023 - place;
create or replace temp macro place_of(ranked) as 1023 - (ranked & 1023);

-- Figures in sentences.
create or replace temp macro counted(number, noun) as
    number || ' ' || noun || if(number = 1, '', 's');
create or replace temp macro money(amount) as round(amount, 2)::decimal(18, 2)::varchar;
create or replace temp macro whole(number) as round(number)::bigint::varchar;
