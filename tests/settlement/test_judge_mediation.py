"""The judge mediates, a moderator keeps the tone, an offer starts from neutral words: who reads what, and who need not
take part (CPL 97; OMR 5, 18, 24).
"""

from __future__ import annotations

import ast
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role, Seat
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.trial_limit.excluded_time import excluded_of
from odr.identity.models import AccountRole
from odr.settlement.before_filing import pages as before_filing_pages
from odr.settlement.mediation import judge as judge_mediation
from odr.settlement.models import Mediation, MediationState
from tests.judgment.bench import Bench
from tests.judgment.web import Visitor
from tests.kept import kept
from tests.settlement.test_room_guards import changed, true
from tests.settlement.test_room_pages import mediation, mediator

SAID, PRIVATE = "said-to-the-judge", "said-in-the-private-room"
AWARE = {"aware": True}


@kept
def runs(bench: Bench) -> None:
    """The judge offers, both agree."""
    bench.do("judge", "offer_to_mediate", {})
    for who in ("claimant/1", "respondent/1"):
        bench.do(who, "agree_judge_mediates", AWARE)


def state(bench: Bench) -> MediationState:
    """Where the newest mediation stands."""
    with bench.court.database.read() as session:
        return session.scalars(select(Mediation).order_by(Mediation.id.desc())).first().state  # type: ignore[union-attr]


def another_judge(bench: Bench) -> None:
    """The case goes to another judge: Mei, who is one now."""
    with bench.court.database.write() as session:
        for seat in session.scalars(select(Seat).where(Seat.case_id == bench.case_id, Seat.role == Role.JUDGE)):
            seat.until_at = bench.clock.now()
        session.add(AccountRole(account_id=bench.account("mei").id, role=Role.JUDGE, granted_at=bench.clock.now()))
        session.add(
            Seat(case_id=bench.case_id, account_id=bench.account("mei").id, role=Role.JUDGE, from_at=bench.clock.now())
        )


def test_the_judge_mediates_only_when_everybody_agrees(bench: Bench) -> None:
    """An offer begins nothing; who agrees must know who decides; anybody ends it at any time, and the time runs from
    the last agreement (OMR 24).
    """
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "agree_judge_mediates", AWARE)
    bench.do("judge", "offer_to_mediate", {})
    with pytest.raises((InvalidInput, ValueError)):
        bench.do("claimant/1", "agree_judge_mediates", {"aware": False})
    bench.do("claimant/1", "agree_judge_mediates", AWARE)
    with pytest.raises(ActNotOpen, match="does not mediate now"):
        bench.do("judge", "say_to_judge", {"words": "Shall we begin?"})
    with pytest.raises(Forbidden):
        bench.do("clerk", "end_judge_mediation", {})
    bench.do("respondent/1", "agree_judge_mediates", AWARE)
    assert state(bench) is MediationState.RUNNING
    bench.do("respondent/1", "end_judge_mediation", {})
    assert state(bench) is MediationState.ENDED
    runs(bench)
    bench.wait(days=12)
    assert state(bench) is MediationState.ENDED, "seven days in simple procedure (OMR 24)"


def test_a_pack_without_the_mode_knows_no_such_mediation(bench: Bench) -> None:
    """Where the rules do not switch it on the judge cannot even offer it."""
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        case.pack_id, case.pack_version = "ew", "2024-05-01"
    with pytest.raises(ActNotOpen, match="By the rules of this case"):
        bench.do("judge", "offer_to_mediate", {})


@pytest.mark.slow
def test_only_this_judge_and_the_parties_read_what_is_said_to_her(bench: Bench) -> None:
    """She reads what is said to her and nothing of the private room; clerk, assistant, and the judge after her read
    neither; each guard is needed.
    """
    runs(bench)
    bench.do("claimant/1", "say_to_judge", {"words": SAID})
    bench.do("claimant/1", "say_in_room", {"words": PRIVATE})
    app = create_app(court=bench.court)
    judge, clerk, assistant, haiyun, stranger = (
        Visitor(app, bench, who) for who in ("judge", "clerk", "assistant", "haiyun", "stranger")
    )
    paths = ("", "/docket", "/judge-mediation", "/settlement")

    def reads(visitor: Visitor, secret: str) -> bool:
        return any(
            secret in visitor.client.get(visitor.base + path, base_url="http://court.test").text for path in paths
        )

    assert reads(judge, SAID) and not reads(judge, PRIVATE)
    assert reads(haiyun, SAID) and reads(haiyun, PRIVATE)
    for who in (clerk, assistant, stranger):
        assert not reads(who, SAID) and not reads(who, PRIVATE)
    clerk.get("/judge-mediation", 403)
    another_judge(bench)
    later = Visitor(app, bench, "mei")
    assert later.get("") and not reads(later, SAID), "the judge who takes the case over reads nothing of it"
    guard = app.view_functions["mediation.with_judge"].__guard__  # type: ignore[attr-defined]
    assert Role.JUDGE in guard.roles and not guard.roles & {Role.CLERK, Role.ASSISTANT, Role.PRESIDENT, Role.MEDIATOR}


def test_a_longer_time_by_everybody_does_not_count_towards_the_trial_limit(bench: Bench) -> None:
    """The days by which a mediation in a filed case was prolonged are excluded, seen from the docket alone (OMR 24)."""
    mediation(bench)
    for who in ("claimant/1", "respondent/1"):
        bench.do(who, "extend_mediation", {"until": "2026-04-30"})
    bench.wait(days=30)
    with bench.court.database.read() as session:
        (span,) = excluded_of(bench.court.look(session), session.get_one(Case, bench.case_id))
    assert span.ground == "extended_mediation" and span.until_at == bench.clock.now() > span.from_at > datetime(
        2026, 3, 1, tzinfo=UTC
    )


def test_a_moderator_keeps_the_tone(bench: Bench) -> None:
    """Either side asks for one; she puts a message in milder words for everybody who looks, proposes nothing, and goes
    when anybody wants it.
    """
    with pytest.raises(ActNotOpen, match="No mediator is free"):
        bench.do("claimant/1", "ask_moderator", {})
    with bench.court.database.write() as session:
        session.add(AccountRole(account_id=bench.account("mei").id, role=Role.MEDIATOR, granted_at=bench.clock.now()))
    bench.do("claimant/1", "ask_moderator", {})
    with pytest.raises(ActNotOpen, match="already"):
        bench.do("respondent/1", "ask_moderator", {})
    number = bench.do("respondent/1", "say_in_room", {"words": "You are a swindler."}).number
    with pytest.raises(ActNotOpen):
        bench.do(
            "mediator",
            "propose_text",
            {"amount": "0", "deed": "Nothing.", "deed_by": "claimant/1"},
            actor=mediator(bench),
        )
    with pytest.raises(Forbidden):
        bench.do("claimant/1", "reword_message", {"message": number, "words": "I feel cheated."})
    bench.do("mediator", "reword_message", {"message": number, "words": "I feel cheated."}, actor=mediator(bench))
    with pytest.raises(ActNotOpen):
        bench.do("mediator", "reword_message", {"message": number, "words": "Again."}, actor=mediator(bench))
    li = Visitor(create_app(court=bench.court), bench, "li")
    page = li.get("/settlement")
    assert "I feel cheated." in page and "swindler" not in page and "reads along as moderator" in page
    bench.do("respondent/1", "leave_moderation", {})
    with bench.court.database.read() as session:
        assert not session.scalars(
            select(Seat).where(Seat.case_id == bench.case_id, Seat.role == Role.MEDIATOR, Seat.until_at.is_(None))
        ).all()


@pytest.mark.parametrize(("locale", "words"), [("en", "meet in the middle"), ("zh-Hans", "各让一步")])
def test_an_offer_may_start_from_neutral_words(bench: Bench, locale: str, words: str) -> None:
    """A chosen wording stands in the form, in the reader's language, to be changed before it is sent; an unknown one
    changes nothing.
    """
    li = Visitor(create_app(court=bench.court), bench, "li", locale)
    page = li.get("/settlement?act=make_offer&wording=middle")
    assert words in str(li.form(page, "/settlement/make_offer")["words"])
    assert not li.form(li.get("/settlement?act=make_offer&wording=rude"), "/settlement/make_offer")["words"]


def test_the_page_of_the_judge_asks_who_she_is(bench: Bench) -> None:
    """Were the question forgotten whether she is the judge who mediates, the page's own check would still stand;
    without both she would enter.
    """
    runs(bench)
    bench.do("claimant/1", "say_to_judge", {"words": SAID})
    another_judge(bench)
    later = Visitor(create_app(court=bench.court), bench, "mei")

    def anyone(node: ast.AST) -> ast.AST | None:
        return (
            true()
            if isinstance(node, ast.Compare) and ast.unparse(node) == "taken.account_id == found.mediator_id"
            else None
        )

    with changed(judge_mediation.led_by_judge, anyone):
        later.get("/judge-mediation", 404)

    def unasked(node: ast.AST) -> ast.AST | None:
        return (
            ast.Constant(value=False)
            if isinstance(node, ast.Compare) and ast.unparse(node) == "actor.account_id != found.mediator_id"
            else None
        )

    with changed(judge_mediation.led_by_judge, anyone), changed(before_filing_pages._with_judge, unasked):
        assert SAID in later.get("/judge-mediation")
