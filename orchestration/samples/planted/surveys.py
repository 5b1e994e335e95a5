"""Answers to surveys as SQL: what a customer says fits what is true of them."""

from orchestration.samples.planted.draws import below, normal, uniform
from orchestration.samples.planted.events import AGAIN_DAYS
from orchestration.samples.planted.files import monthly_file
from orchestration.samples.planted.people import day_of
from orchestration.samples.planted.table import fate
from orchestration.samples.planted.world import NEEDS, PSYCHOGRAPHICS, SEGMENTS, PlantedSpec

RESPONDENT_SHARE = 0.15
# Question by question: survey, question, highest score, expected score in SQL.
_QUESTIONS = (
    *(
        ("needs", need, 7, f"case when need = {number} then 6.0 else 3.2 end")
        for number, need in enumerate(NEEDS, start=1)
    ),
    *(
        ("psychographic", kind, 5, f"case when psychographic = '{kind}' then 4.4 else 2.2 end")
        for kind in PSYCHOGRAPHICS
    ),
    *(("risk_profile", f"risk {number}", 5, "risk_appetite::double") for number in (1, 2, 3)),
    ("nps", None, 10, f"({[each.score for each in SEGMENTS]!r})[segment] - unhappy * 3"),
    ("csat", None, 5, f"({[each.score / 2 for each in SEGMENTS]!r})[segment] - unhappy"),
    ("ces", None, 7, "5.0 - unhappy"),
)


def survey_responses(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return the answers of some days; a few are sent again later, and count in that later file.

    Each respondent is asked once per survey, on a day while they are a customer; who leaves within
    90 days is unhappy.
    """
    again = fate(displaced_file=monthly_file(spec, "day"), displaced_as="duplicates")
    return [
        _answers(first, last, fate(), "true"),
        _answers(
            first - AGAIN_DAYS,
            last - AGAIN_DAYS,
            again,
            f"{uniform('answer_key', 'sent again')} < 0.01",
        ),
    ]


def _answers(first: int, last: int, outcome: str, condition: str) -> str:
    questions = ", ".join(
        f"({number}, '{survey}', {'null' if question is None else repr(question)}, {scale})"
        for number, (survey, question, scale, _) in enumerate(_QUESTIONS)
    )
    expected = " ".join(f"when {number} then {sql}" for number, (*_, sql) in enumerate(_QUESTIONS))
    asked_key = "hash(xor(key, md5_number_lower(survey)))"
    noisy = f"case question_no {expected} end + 0.8 * {normal('answer_key', 'noise')}"
    return f"""
        with asked as (
            select
                people.*,
                questions.*,
                {asked_key} as asked_key,
                hash(xor({asked_key}, question_no::ubigint)) as answer_key
            from people, (values {questions}) as questions(question_no, survey, question, scale)
            where {uniform("key", "responds")} < {RESPONDENT_SHARE}
        ),
        dated as (
            select
                *,
                start_day + 20 + {below("asked_key", "day", 700)} as day,
                (churn_day - day between 0 and 90)::integer as unhappy
            from asked
        )
        select
            customer_id,
            survey,
            question,
            greatest(
                case when survey = 'nps' then 0 else 1 end, least(scale, round({noisy}))
            )::double as score,
            scale::double as scale_max,
            {day_of("day")}::timestamp + to_seconds({below("asked_key", "second", 80_000)})
                as responded_at,
            {outcome}
        from dated
        where day between {first} and {last} and day < churn_day and {condition}
        order by day, customer_no, question_no
    """
