"""The private room over HTTP, and mediation in it."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.filing.models import Request
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T
from odr.hearing.mode.consents import Step, stands
from odr.identity.actors import Actor
from odr.identity.models import Account, AccountRole, Mandate, MandateScope
from odr.procedure.models import Task
from odr.settlement.mediation.moderation import messages_for
from odr.settlement.queries import mediation_of
from tests.judgment.bench import Bench
from tests.judgment.web import Options, Visitor
from tests.kept import kept


def visitors(bench: Bench, *names: str, locale: str = "en") -> list[Visitor]:
    """Signed-in people at one court."""
    app = create_app(court=bench.court)
    return [Visitor(app, bench, name, locale) for name in names]


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
@pytest.mark.slow
def test_an_offer_is_made_and_accepted_in_the_browser(bench: Bench, locale: str) -> None:
    """Offer, one key to accept, the judge's statement, two signatures: settled, without the judge seeing the room."""
    haiyun, li, judge = visitors(bench, "haiyun", "li", "judge", locale=locale)
    values = {
        "to": "claimant/1",
        "amount": "6000",
        "payer": "respondent/1",
        "days": "7",
        "ending": "statement",
        "words": "let us end this",
    }
    values |= {
        "instalments-0-on-day": "20",
        "instalments-0-on-month": "3",
        "instalments-0-on-year": "2026",
        "instalments-0-amount": "6000",
    }
    haiyun.send("/settlement", "/settlement/make_offer", values)
    assert "let us end this" in li.get("/settlement")
    for path in ("", "/docket"):
        seen = judge.get(path)
        assert "let us end this" not in seen and "6,000" not in seen
    asked = re.search(r"(/settlement/accept\?offer=[a-z2-7]{26})", li.get("/settlement"))
    assert asked is not None
    check = li.get(asked[1])
    assert "6,000.00" in check and T("When it binds you").render(locale) in check
    li.send(asked[1], "/settlement/accept_offer")
    assert "let us end this" not in judge.get("/agreement")
    judge.send("/agreement", "/agreement/sign_mediation", status=422, case_number="wrong")
    judge.send("/agreement", "/agreement/sign_mediation", case_number=bench.number)
    for who in (li, haiyun):
        who.send("/settlement/check/sign_statement", "/settlement/sign_statement")
    assert bench.case().stage is Stage.EFFECTIVE
    over = li.get("")
    assert "6,000.00" in over
    invited, kept = (T("Settle it between yourselves").render(locale), T("Read what was agreed").render(locale))
    assert invited not in over and kept in over, "a case that is settled asks nobody to settle it"


SOON = [{"on": "2026-03-20", "amount": "6000"}]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (
            {"amount": "6000", "payer": "respondent/1", "instalments": SOON},
            "An offer of CNY\u00a06,000.00 waits for you",
        ),
        (
            {"amount": "6000", "payer": "claimant/1", "instalments": SOON},
            "An offer waits for you: you would pay CNY\u00a06,000.00",
        ),
        ({"amount": "0", "deed": "The page is taken down.", "deed_by": "respondent/1"}, "An offer waits for you</h2>"),
    ],
)
def test_the_case_says_what_kind_of_offer_waits(bench: Bench, terms: dict[str, object], said: str) -> None:
    """Whoever would pay it themselves reads so, and nobody is offered nothing where something is to be done."""
    bench.do("respondent/1", "make_offer", {"to": "claimant/1", "days": 7, **terms})
    (li,) = visitors(bench, "li")
    assert said in li.get("")


def test_a_case_that_was_withdrawn_offers_no_settlement(bench: Bench) -> None:
    """While the case runs the parties are invited to settle; once it is over without an agreement nothing of it stands
    there.
    """
    (li,) = visitors(bench, "li")
    assert "Settle it between yourselves" in li.get("")
    bench.do("claimant/1", "withdraw_claim", {"reasons": "Paid."})
    with bench.court.database.read() as session:
        request = session.scalars(select(Request.reference)).one()
    bench.do("judge", "rule_on_withdrawal", {"request": request, "answer": "allow", "reasons": "Nobody objects."})
    over = li.get("")
    assert bench.case().stage is Stage.CLOSED
    assert "Settle it between yourselves" not in over and "private room" not in over


def test_a_case_that_ended_waits_for_nothing(bench: Bench) -> None:
    """Withdrawn, its pages announce no decision and no examination that will never come; before, they do."""
    (li,) = visitors(bench, "li")
    assert "You are told when there is one" in li.get("/decision")
    bench.do("claimant/1", "withdraw_claim", {"reasons": "Paid."})
    with bench.court.database.read() as session:
        request = session.scalars(select(Request.reference)).one()
    bench.do("judge", "rule_on_withdrawal", {"request": request, "answer": "allow", "reasons": "Nobody objects."})
    over = li.get("/decision")
    assert "The case ended without a judgment. How it ended: Withdrawn." in over and "You are told when" not in over


def test_the_room_is_shut_to_the_court_and_strangers(bench: Bench) -> None:
    """Judge, clerk and assistant are refused the page, its posts, the entries' bytes; a stranger finds nothing."""
    bench.do("respondent/1", "ask_mediation", {"words": "shall we talk"})
    number = 0
    with bench.court.database.read() as session:
        number = entries_of(session, session.get_one(Case, bench.case_id), "ask_mediation")[0].number
    judge, clerk, assistant, stranger = visitors(bench, "judge", "clerk", "assistant", "stranger")
    for who in (judge, clerk, assistant):
        who.get("/settlement", 403)
        who.get(f"/docket/{number}/entry.json", 404)
        assert "shall we talk" not in who.get(f"/docket/{number}") and "ask_mediation" not in who.get(
            f"/docket/{number}"
        )
    stranger.get("/settlement", 404)


def test_a_mandate_nobody_accepted_opens_no_room(bench: Bench) -> None:
    """The seated judge to whom a mandate was given without consent sees the case as its judge, and the room of
    mediation not at all.
    """
    with bench.court.database.write() as session:
        case, now = session.get_one(Case, bench.case_id), bench.clock.now()
        mine = next(p for p in case.parties if p.role is Role.CLAIMANT)
        given = {
            "case_id": case.id,
            "party_id": mine.id,
            "scope": MandateScope.ORDINARY,
            "from_at": now,
            "signed_at": now,
        }
        session.add_all([Mandate(account_id=bench.account(name).id, **given) for name in ("judge", "stranger")])
    judge, stranger = visitors(bench, "judge", "stranger")
    for page in ("/settlement", "/one-key"):
        assert judge.get(page, 403) and stranger.get(page, 404)
    assert judge.get("")


def test_no_page_of_the_room_has_one_id_twice(bench: Bench) -> None:
    """Labels lead to one field only."""
    bench.do("respondent/1", "ask_mediation", {})
    (li,) = visitors(bench, "li")
    for path in ("/settlement", "/settlement?act=make_offer", "/settlement?act=say_in_room", ""):
        forms = Options()
        forms.feed(li.get(path))
        assert [i for i, n in Counter(forms.ids).items() if n > 1] == [], path


def mediator(bench: Bench) -> Actor:
    """Mei, who is on the list and in the case."""
    account = bench.account("mei")
    return Actor(Role.MEDIATOR, account.id, "Mei", bench.case_id, strong_at=bench.clock.now())


@kept
def mediation(bench: Bench) -> None:
    """A mediation under way with Mei, whom nobody chose in time and the court designated."""
    with bench.court.database.write() as session:
        account = session.scalars(select(Account).where(Account.email == "mei@people.example")).one()
        session.add(AccountRole(account_id=account.id, role=Role.MEDIATOR, granted_at=bench.clock.now()))
    bench.do("respondent/1", "ask_mediation", {})
    bench.do("claimant/1", "agree_mediation", {})
    bench.wait(days=5)
    bench.do("mediator", "accept_mediation", {"untied": True}, actor=mediator(bench))


def test_who_leaves_mediation_online_is_met_in_person(bench: Bench) -> None:
    """Agreeing here is consent online (OLR 4(1)); taken back, the mediator is told, the room says so, and coming back
    ends it (OLR 5).
    """
    mediation(bench)
    waits = select(Task).where(Task.kind == "mediate_in_person", Task.done_at.is_(None))
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        assert all(stands(session, p) == {Step.MEDIATION: True} for p in case.parties)
    bench.do("respondent/1", "choose_steps", {"mediation": "offline"})
    with bench.court.database.read() as session:
        task = session.scalars(waits).one()
        assert task.role is Role.MEDIATOR and "Haiyun" in task.title["en"]
    (li,) = visitors(bench, "li")
    assert "In person, not in this room: Haiyun Ltd" in li.get("/settlement")
    bench.do("respondent/1", "choose_steps", {"mediation": "online"})
    with bench.court.database.read() as session:
        assert session.scalars(waits).all() == []


def test_a_mediation_from_asking_to_a_text_that_all_sign(bench: Bench) -> None:
    """Both agree, the court designates when they choose nobody in time, the mediator accepts and puts a text: signed,
    it goes to the court (OMR 10, 12, 20).
    """
    mediation(bench)
    text = {
        "amount": "5,000.00",
        "payer": "respondent/1",
        "payee": "claimant/1",
        "instalments": [{"on": "2026-04-01", "amount": "5,000.00"}],
    }
    bench.do("mediator", "propose_text", text, actor=mediator(bench))
    from tests.settlement.test_offers import agreement_of

    reference = agreement_of(bench).reference
    bench.do("claimant/1", "sign_agreement", {"agreement": reference})
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "sign_agreement", {"agreement": reference})
    bench.do("respondent/1", "sign_agreement", {"agreement": reference})
    with bench.court.database.read() as session:
        assert len(entries_of(session, session.get_one(Case, bench.case_id), "submit_agreement")) == 1


def test_a_caucus_is_for_one_party_and_the_mediator(bench: Bench) -> None:
    """What is said alone with the mediator the other side reads neither in the room nor on the docket."""
    mediation(bench)
    bench.do("claimant/1", "say_in_room", {"words": "my lowest is five", "alone": "claimant/1"})
    bench.do("mediator", "say_in_room", {"words": "noted", "alone": "claimant/1"}, actor=mediator(bench))
    with pytest.raises(InvalidInput):
        bench.do("claimant/1", "say_in_room", {"words": "x", "alone": "respondent/1"})
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        rows = entries_of(session, case, "say_in_room")
        for who, reads in (
            (bench.actor("claimant/1"), True),
            (mediator(bench), True),
            (bench.actor("respondent/1"), False),
            (bench.actor("judge"), False),
        ):
            assert [reads_entry(who, row) for row in rows] == [reads, reads]
        assert len(messages_for(session, case, bench.actor("claimant/1"))) == 2
        assert messages_for(session, case, bench.actor("respondent/1")) == []


def test_mediation_ends_by_itself_after_its_time(bench: Bench) -> None:
    """Seven days in simple procedure, then the trial goes on and the mediator reads nothing more (OMR 24)."""
    mediation(bench)
    bench.wait(days=10)
    with bench.court.database.read() as session:
        assert mediation_of(session, session.get_one(Case, bench.case_id)) is None
    with pytest.raises(Exception, match="nothing here"):
        bench.do("mediator", "say_in_room", {"words": "still here?"}, actor=mediator(bench))
