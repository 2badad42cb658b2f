"""What earlier cases say beside a draft: guiding cases to be answered, the drafted sum beside its range; and both for programs."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date

import pytest
from pydantic import ValidationError
from sqlalchemy import event, select, update

from odr.app import create_app
from odr.assist.similar.acts import reasons_of
from odr.assist.similar.beside import drafted_sum, from_cases
from odr.assist.similar.looking import Rank, in_scope
from odr.assist.similar.profiles import of_case
from odr.docket.models import Case
from odr.docket.queries import entries_of
from odr.filing.models import Fact
from odr.ground.errors import InvalidInput
from odr.ground.text import Money
from odr.judgment.decision.file_before_judge import case_file
from odr.judgment.models import Decision, Order
from odr.judgment.queries import current_draft
from odr.judgment.vocabulary import OrderKind
from odr.procedure.hooks import FromCases
from odr.procedure.rules.court_rules import GuidingCase
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.sitting import Sitting
from odr.register.publication.models import Publication
from odr.register.search.desk import reader_of
from odr.register.search.keeping import shown_columns
from tests.assist.test_similar import CITES, NEW, OWN, PROFILE, laid, one
from tests.assist.test_similar_pages import SEARCH, bench_words, words
from tests.judgment.bench import Bench, lay_case
from tests.judgment.web import Visitor

TODAY = date(2026, 7, 1)
EW = PackRegistry.load().in_force("ew", TODAY)


def draft_on_desk(bench: Bench) -> str:
    """A draft, and the judge's desk with it."""
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    return html.unescape(Visitor(create_app(court=bench.court), bench, "judge").get("/decision/desk"))


def relies_on(bench: Bench, number: int) -> None:
    """The first fact names a guiding case."""
    with bench.court.database.write() as session:
        fact = session.scalars(select(Fact).where(Fact.case_id == bench.case_id).order_by(Fact.number)).first()
        assert fact is not None
        fact.what += f" 参照指导性案例第{number}号。"


def another(bench: Bench) -> int:
    """A case of its own for what was decided before: none of it is weighed with what is done in this one."""
    return lay_case(bench.court, bench.clock, number="(2026)浙0192民初77号").case_id


def told(bench: Bench) -> FromCases:
    """What stands beside the draft."""
    with bench.court.database.read() as session:
        sitting = Sitting(bench.court, session, bench.clock.now())
        case = session.get_one(Case, bench.case_id)
        found = from_cases(sitting, case, case_file(sitting, case), current_draft(session, case))
    assert found is not None
    return found


def test_a_guiding_case_a_party_relies_on_stands_beside_the_draft_until_the_reasons_name_it(bench: Bench) -> None:
    """Who relies on it and whether it is answered; one the rules do not hold is said to be looked for elsewhere (SIM 10)."""
    relies_on(bench, 17)
    page = words(draft_on_desk(bench))
    assert "Guiding cases the parties rely on: 1" in page and "Guiding case 17 Not answered yet" in page
    assert "It is not entered in the rules of this court" in page
    reasons = bench.draft()["reasons"]
    answered = [{**reasons[0], "text": reasons[0]["text"] + " Guiding case 17 is of another kind and not followed."}]
    bench.do("judge", "draft_decision", bench.draft(reasons=[*answered, *reasons[1:]]))
    page = words(html.unescape(Visitor(create_app(court=bench.court), bench, "judge").get("/decision/desk")))
    assert "Guiding case 17 Named in the reasons" in page and "Not answered yet" not in page


def test_the_drafted_sum_stands_beside_the_range_only_from_the_least_number_on(bench: Bench) -> None:
    """Of four decisions each is linked and nothing is said together; of six the lowest, the middle half and the highest."""
    shared, others = f"经查，{bench_words(bench)}。{CITES}", another(bench)
    laid(bench.court, others, 4, shared)
    page = draft_on_desk(bench)
    few = told(bench).awarded
    assert few is not None and few.reach is None and few.count == 4 == len(few.cases)
    assert "Of fewer than 5 nothing is said together" in page and page.count('href="/decisions/') >= 4
    assert "the middle half" not in page
    laid(bench.court, others, 2, shared, first=5)
    many = told(bench).awarded
    assert many is not None and many.reach is not None and many.count == 6 == len(many.cases)
    sums = [case.awarded.minor for case in many.cases]
    low, first, third, high = (one.minor for one in many.reach)
    assert sums == sorted(sums) and (low, high) == (sums[0], sums[-1]) and low <= first <= third <= high
    page = Visitor(create_app(court=bench.court), bench, "judge").get("/decision/desk")
    assert all(f'href="/decisions/{case.address}"' in page for case in many.cases)
    assert "Awarded in 6 decisions like this one" in words(html.unescape(page))
    assert many.drafted.minor > 0


def searches_of(bench: Bench, look: Callable[[], object]) -> int:
    """How often the texts of decisions alike are read meanwhile: once for each search."""
    seen = list[str]()

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(" ".join(statement.split()))

    engine, texts = bench.court.database.engine, " ".join(str(shown_columns()).split()).partition(" FROM ")[0]
    event.listen(engine, "before_cursor_execute", note)
    try:
        look()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum(one.startswith(texts) for one in seen)


def test_a_desk_that_is_opened_again_looks_for_nothing_again(bench: Bench) -> None:
    """Once for a version of the draft, and once more when the register has grown; a judgment without effect is out at once."""
    shared, others = f"经查，{bench_words(bench)}。{CITES}", another(bench)
    laid(bench.court, others, 6, shared)
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    judge = Visitor(create_app(court=bench.court), bench, "judge")

    def look() -> str:
        return judge.get("/decision/desk")

    assert [searches_of(bench, look) for _ in range(3)] == [1, 0, 0]
    reasons = bench.draft()["reasons"]
    said = [{**reasons[0], "text": reasons[0]["text"] + " The goods were not as shown."}, *reasons[1:]]
    bench.do("judge", "draft_decision", bench.draft(reasons=said))
    assert [searches_of(bench, look) for _ in range(2)] == [1, 0], "another draft, another question"
    laid(bench.court, others, 1, shared, first=7)
    assert [searches_of(bench, look) for _ in range(2)] == [1, 0]
    assert "Awarded in 7 decisions like this one" in words(html.unescape(look()))
    first = told(bench).awarded
    assert first is not None
    with bench.court.database.write() as session:
        session.execute(
            update(Publication).where(Publication.address == first.cases[0].address).values(lost_at=bench.clock.now())
        )
    assert searches_of(bench, look) == 0
    left = told(bench).awarded
    assert left is not None and [case.address for case in left.cases] == [case.address for case in first.cases[1:]]


def test_a_sum_is_that_of_all_orders_to_pay_in_one_currency() -> None:
    """Nothing to pay, or two currencies: there is no one sum."""

    def decision(*orders: tuple[OrderKind, int | None, str | None]) -> Decision:
        return Decision(
            orders=[Order(number=n, kind=k, amount_minor=m, currency=c) for n, (k, m, c) in enumerate(orders, 1)]
        )

    pay, dismiss = OrderKind.PAY, OrderKind.DISMISS
    assert drafted_sum(decision((pay, 100, "CNY"), (pay, 50, "CNY"), (dismiss, None, None))) == Money(150, "CNY")
    assert drafted_sum(decision((dismiss, None, None))) is None
    assert drafted_sum(decision((pay, 100, "CNY"), (pay, 50, "GBP"))) is None


def test_a_case_without_a_draft_has_no_sum(bench: Bench) -> None:
    """Guiding cases stand there before anything is written; a sum does not."""
    relies_on(bench, 24)
    found = told(bench)
    assert found.awarded is None and [(case.number, case.answered) for case in found.guiding] == [(24, False)]


# England and Wales


def test_the_rules_of_england_and_wales_name_their_own_ranks_and_reasons() -> None:
    """No guiding cases, two reasons, and what rests on no law is said."""
    rules = EW.similar
    assert rules is not None and rules.provisional and rules.note is not None
    assert [key for key, _ in reasons_of(rules)] == ["no_rule", "other"]
    scope = in_scope(rules, PROFILE, [one(OWN, NEW, 1)], TODAY)
    assert [step.rank for step in scope.steps] == [Rank.SUPREME, Rank.HIGH, Rank.OWN]
    assert scope.steps[0].label.render("en") == "Decisions of the Supreme Court"
    assert [each.hit.facts.number for each in scope.found] == ["1"]


def in_england(bench: Bench) -> None:
    """The case follows the rules of England and Wales."""
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        case.pack_id, case.pack_version = "ew", "2024-05-01"


def test_a_judge_there_looks_and_puts_the_search_on_file_for_a_reason_the_rules_know(bench: Bench) -> None:
    """The page says what is the court's own; a reason of elsewhere is refused at its field."""
    in_england(bench)
    with pytest.raises(InvalidInput) as refused:
        bench.do("judge", "record_similar_search", {**SEARCH, "trigger": "meeting"})
    assert refused.value.faults[0].location == ("trigger",)
    page = words(Visitor(create_app(court=bench.court), bench, "judge").get("/decision/similar"))
    assert "No rule of procedure orders this search" in page and "Decisions of the Supreme Court" in page
    assert "guiding case" not in page.casefold() and "meeting" not in page
    form = words(Visitor(create_app(court=bench.court), bench, "judge").get("/do/record_similar_search"))
    assert "The judge knows of no decision that settles the question" in form
    assert "meeting or the committee" not in form and "division’s head" not in form, "reasons of other rules"
    bench.do("judge", "record_similar_search", SEARCH)
    with bench.court.database.read() as session:
        assert len(entries_of(session, session.get_one(Case, bench.case_id), "record_similar_search")) == 1


def test_rules_that_contradict_themselves_are_no_rules() -> None:
    """A guiding case where there is no such rank, two with one number, and a court that leaves out its own decisions."""
    rules = EW.similar
    assert rules is not None
    case = GuidingCase(number=1, title=EW.title, gist=EW.title, published=NEW)
    whole = rules.model_dump()
    for wrong in ({"guiding": [case]}, {"ranks": {}, "guiding": [case, case]}, {"ranks": {"high": EW.title}}):
        with pytest.raises(ValidationError):
            type(rules).model_validate({**whole, **wrong})


def test_what_the_draft_says_is_not_told_to_the_president_by_what_is_found(bench: Bench) -> None:
    """A draft is the bench's until it is issued: articles and words that only the draft names are found by the judge alone."""
    bench.findings()
    reasons = bench.draft()["reasons"]
    said = [{**reasons[0], "articles": "CC 577"}, *reasons[1:]]
    bench.do("judge", "draft_decision", bench.draft(reasons=said))
    with bench.court.database.read() as session:
        sitting = Sitting(bench.court, session, bench.clock.now())
        case = session.get_one(Case, bench.case_id)
        reader = reader_of(sitting.pack(case))
        judge, president = (of_case(sitting, case, reader, bench.actor(who)) for who in ("judge", "president"))
    assert judge.articles and not president.articles
    assert said[0]["text"] in judge.words and said[0]["text"] not in president.words and president.words
