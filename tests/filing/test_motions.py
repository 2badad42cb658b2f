"""Changes of claims, objections, challenges, time: each with what follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Outcome, Role, Seat, Stage, Track
from odr.filing.claim.changes import SubstituteInput
from odr.filing.claim.queries import claims_of, reliefs_of
from odr.filing.inputs import JoinInput
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.parties.joining_by_code import join
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, NotFound, OutOfTime
from odr.ground.text import T
from odr.procedure.acts.events import Served
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.counting import Suspension
from odr.procedure.time.reckoning import reckon
from odr.service.models import Packet
from tests.scene import Scene

MONEY = [{"kind": "money", "what": "The price back", "amount": "9,000.00"}]
LESS = [{"kind": "money", "what": "The price back", "amount": "5,000.00"}]
FACTS = [{"what": "The buyer kept the goods."}]


def windows(scene: Scene, kind: str, state: WindowState | None = None) -> list[Window]:
    with scene.court.database.read() as session:
        query = select(Window).where(Window.case_id == scene.case_id, Window.kind == kind).order_by(Window.id)
        return list(session.scalars(query.where(Window.state == state) if state else query))


def request_of(scene: Scene, kind: RequestKind) -> Request:
    with scene.court.database.read() as session:
        return session.scalars(
            select(Request).where(Request.case_id == scene.case_id, Request.kind == kind).order_by(Request.id.desc())
        ).first() or pytest.fail("no request")


def seat(scene: Scene, role: Role) -> Seat | None:
    with scene.court.database.read() as session:
        return session.scalar(
            select(Seat).where(Seat.case_id == scene.case_id, Seat.role == role, Seat.until_at.is_(None))
        )


def acts(scene: Scene) -> list[str]:
    with scene.court.database.read() as session:
        return list(
            session.scalars(
                select(DocketEntry.act).where(DocketEntry.case_id == scene.case_id).order_by(DocketEntry.number)
            )
        )


def test_a_raised_claim_restarts_evidence_and_is_assessed_anew(pending: Scene) -> None:
    """More asked for: the amount stands anew, everybody's time for evidence begins again and the fee follows (EV 55,
    FEE 21).
    """
    before = len(windows(pending, "evidence", WindowState.OPEN))
    pending.clock.advance(timedelta(days=2))
    pending.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.")
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        assert [c.amount_minor for c in claims_of(session, case)] == [900_000] and [
            r.number for r in reliefs_of(session, case)
        ] == [1]
    assert (
        len(windows(pending, "evidence", WindowState.OPEN))
        == before
        == len(windows(pending, "evidence", WindowState.ENDED))
    )
    assert acts(pending)[-1] == "assess_fee" or "assess_fee" in acts(pending)[-2:]


def test_a_lowered_claim_moves_no_evidence_period(pending: Scene) -> None:
    """Less asked for of the same kind leaves the time for evidence alone."""
    pending.do("amend_claim", "li", relief=LESS, reasons="Part was paid.")
    assert windows(pending, "evidence", WindowState.ENDED) == []


def test_only_who_has_a_claim_changes_it(pending: Scene) -> None:
    """A respondent without a counterclaim has nothing to change; the clerk never changes a claim; a case not accepted
    is corrected instead.
    """
    with pytest.raises(ActNotOpen):
        pending.do("amend_claim", "haiyun", relief=MONEY, reasons="Because.")
    with pytest.raises(Forbidden):
        pending.do("amend_claim", "clerk", relief=MONEY, reasons="Because.")


def test_a_claim_before_acceptance_is_withdrawn_without_leave(small_scene: Scene) -> None:
    """Before acceptance nobody's leave is needed, and nothing keeps running."""
    small_scene.lodge()
    small_scene.do("withdraw_claim", "li")
    assert small_scene.case().stage is Stage.CLOSED and small_scene.case().outcome is Outcome.WITHDRAWN
    assert windows(small_scene, "registry_review", WindowState.OPEN) == []


def test_after_acceptance_the_judge_gives_leave(pending: Scene) -> None:
    """The claimant asks, once; the judge refuses or gives leave, which ends the case and settles its fees (CPL 148)."""
    pending.do("withdraw_claim", "li")
    with pytest.raises(ActNotOpen):
        pending.do("withdraw_claim", "li")
    ruling = {"request": request_of(pending, RequestKind.WITHDRAWAL).reference, "reasons": "The law is circumvented."}
    pending.do("rule_on_withdrawal", "judge", answer="refuse", **ruling)
    assert pending.case().stage is Stage.PENDING
    pending.do("withdraw_claim", "li")
    ruling["request"] = request_of(pending, RequestKind.WITHDRAWAL).reference
    with pytest.raises(Forbidden):
        pending.do("rule_on_withdrawal", "haiyun", answer="allow", **ruling)
    pending.do("rule_on_withdrawal", "judge", answer="allow", **ruling)
    assert pending.case().outcome is Outcome.WITHDRAWN and acts(pending)[-2:] == ["settle_fees", "demand_halved_fee"]


def test_a_counterclaim_ends_small_claims_and_outlives_the_claim(pending: Scene) -> None:
    """It moves the case to simple procedure by itself (CPI 278), has a fee, and goes on when the claim is withdrawn
    (CPI 239).
    """
    pending.do("file_counterclaim", "haiyun", facts=FACTS, relief=MONEY)
    assert pending.case().track is Track.SIMPLE and acts(pending).count("assess_fee") >= 2
    with pytest.raises(ActNotOpen):
        pending.do("file_counterclaim", "haiyun", facts=FACTS, relief=MONEY)
    pending.do("withdraw_claim", "li")
    pending.do(
        "rule_on_withdrawal",
        "judge",
        answer="allow",
        reasons="No objection.",
        request=request_of(pending, RequestKind.WITHDRAWAL).reference,
    )
    assert pending.case().stage is Stage.PENDING


def _countered(scene: Scene) -> None:
    """The respondent brings a counterclaim, and it reaches the claimant."""
    brought = scene.do("file_counterclaim", "haiyun", facts=FACTS, relief=MONEY)
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        sent = sitting.session.scalars(
            select(Packet).where(Packet.case_id == case.id, Packet.party_id == case.parties[0].id)
        )
        packet = next(p for p in sent if brought.number in p.entry_ids)
        sitting.follow(
            case,
            lambda: sitting.announce(
                Served(case, case.parties[0], "notice", sitting.now, T("Proof of service 1."), tuple(packet.entry_ids))
            ),
        )


@pytest.mark.parametrize("position", ["admit", "partly"])
def test_a_counterclaim_is_admitted_with_special_powers_alone(pending: Scene, position: str) -> None:
    """Whoever acts on an ordinary mandate disputes it; to admit it, wholly or in part, they need special powers (CPL 62)."""
    _countered(pending)
    pending.represent("li", "stranger", scope="ordinary")
    with pytest.raises(Forbidden):
        pending.do("answer_counterclaim", "stranger", position=position, statement="It is so.")
    pending.do("answer_counterclaim", "stranger", position="defend", statement="It is not so.")


def test_the_claimant_answers_a_counterclaim_from_her_own_receipt(pending: Scene) -> None:
    """Her time runs from the day the counterclaim reached her; before that there is none (CPL 128)."""
    with pytest.raises(ActNotOpen):
        pending.do("answer_counterclaim", "li", position="defend", statement="No.")
    _countered(pending)
    pending.do("answer_counterclaim", "li", position="defend", statement="No.")
    with pytest.raises(ActNotOpen):
        pending.do("answer_counterclaim", "li", position="defend", statement="No.")


def test_an_objection_halts_evidence_until_it_is_ruled_on(pending: Scene) -> None:
    """While the objection waits evidence stands still; in small claims the ruling is final at once and the days are
    given back (EV 55, CPI 276).
    """
    old = windows(pending, "evidence", WindowState.OPEN)[0]
    pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    assert windows(pending, "evidence", WindowState.OPEN) == []
    with pytest.raises(ActNotOpen):
        pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    pending.clock.advance(timedelta(days=4))
    asked = request_of(pending, RequestKind.JURISDICTION).reference
    pending.do(
        "rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="The goods were delivered here."
    )
    now = windows(pending, "evidence", WindowState.OPEN)[0]
    assert (
        old.due_at and now.due_at and now.due_at >= old.due_at + timedelta(days=3) and now.working["key"] == "evidence"
    )
    assert "EV 55" in now.working["articles"]


def test_a_right_objection_sends_the_case_away(pending: Scene) -> None:
    """The ruling must name the court; then the case is transferred (CPL 130)."""
    pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    asked = request_of(pending, RequestKind.JURISDICTION).reference
    with pytest.raises(InvalidInput):
        pending.do("rule_on_jurisdiction", "judge", request=asked, answer="allow", reasons="It is so.")
    pending.do(
        "rule_on_jurisdiction",
        "judge",
        request=asked,
        answer="allow",
        court="Harbour District Court",
        reasons="It is so.",
    )
    assert pending.case().outcome is Outcome.TRANSFERRED


def test_who_answered_has_accepted_the_court(pending: Scene) -> None:
    """After the answer there is no objection any more (CPL 130)."""
    pending.do("file_answer", "haiyun", position="defend", statement="No.")
    with pytest.raises(ActNotOpen):
        pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")


def test_a_challenged_judge_pauses_and_the_president_decides(pending: Scene) -> None:
    """She cannot act meanwhile; refused she stays, reviewed once; the decision is not hers (CPL 48–50)."""
    sitting = seat(pending, Role.JUDGE)
    assert sitting is not None
    pending.do("challenge", "li", seat=str(sitting.id), words="She dined with the other side.")
    with pytest.raises(ActNotOpen, match="challenged you"):
        pending.do("convert_track", "judge", to="simple", reasons="Disputed facts.")
    with pytest.raises(ActNotOpen, match="No application for preservation"):
        # What is urgent goes on: only that nothing is asked for stands in the way (CPL 48).
        pending.do(
            "rule_on_preservation", "judge", motion="x", result="refused", orders="No.", reasons="None is asked."
        )
    asked = request_of(pending, RequestKind.RECUSAL).reference
    pending.do("decide_recusal", "president", request=asked, answer="refuse", reasons="Nothing shows it.")
    assert seat(pending, Role.JUDGE) is not None
    with pytest.raises(ActNotOpen):
        pending.do("ask_recusal_review", "haiyun", request=asked, words="Not mine.")
    with pytest.raises(InvalidInput):
        pending.do("challenge", "li", seat="999999", words="Nobody.")
    pending.do("ask_recusal_review", "li", request=asked, words="There is a picture.")
    pending.do("convert_track", "judge", to="simple", reasons="Disputed facts.")
    pending.do("decide_recusal", "president", request=asked, answer="allow", reasons="The picture shows it.")
    assert seat(pending, Role.JUDGE) is None, "the only judge left; nobody else is free"
    with pytest.raises(ActNotOpen):
        pending.do("ask_recusal_review", "li", request=asked, words="Once more.")


def test_an_undecided_challenge_comes_back_first(pending: Scene) -> None:
    """After three days it lies on the decider's desk with more weight; the clock decides nothing."""
    sitting = seat(pending, Role.JUDGE)
    assert sitting is not None
    pending.do("challenge", "haiyun", seat=str(sitting.id), words="A relative of the claimant.")
    pending.later(days=5)
    assert request_of(pending, RequestKind.RECUSAL).state is RequestState.ASKED
    with pytest.raises(ActNotOpen, match="challenged you"):
        pending.do("convert_track", "judge", to="simple", reasons="Disputed facts.")


def test_a_repeated_challenge_is_answered_and_stops_nothing(pending: Scene) -> None:
    """What was refused and is said again pauses nobody, and is decided on all the same (court rule)."""
    sitting = seat(pending, Role.JUDGE)
    assert sitting is not None
    words = "She dined with the other side."
    pending.do("challenge", "li", seat=str(sitting.id), words=words)
    asked = request_of(pending, RequestKind.RECUSAL).reference
    pending.do("decide_recusal", "president", request=asked, answer="refuse", reasons="Nothing shows it.")
    pending.do("challenge", "li", seat=str(sitting.id), words=words)
    pending.do("convert_track", "judge", to="simple", reasons="Disputed facts.")
    again = request_of(pending, RequestKind.RECUSAL)
    assert again.state is RequestState.ASKED and again.details["repeat"] is True
    pending.do("decide_recusal", "president", request=again.reference, answer="refuse", reasons="It was answered.")


def test_nobody_is_challenged_after_the_debate(pending: Scene) -> None:
    """A challenge comes at the start, or on what became known later, until the debate ends (CPL 48)."""
    sitting = seat(pending, Role.JUDGE)
    assert sitting is not None
    with pending.court.database.write() as session:
        session.get_one(Case, pending.case_id).stage = Stage.DELIBERATION
    with pytest.raises(ActNotOpen):
        pending.do("challenge", "li", seat=str(sitting.id), words="She dined with the other side.")


def test_tracks_move_only_where_the_pack_lets_them(pending: Scene) -> None:
    """Small to simple, simple to ordinary; never back to small claims."""
    pending.do("convert_track", "judge", to="simple", reasons="The facts are disputed.")
    assert pending.case().track is Track.SIMPLE
    with pytest.raises(InvalidInput):
        pending.do("convert_track", "judge", to="small_claims", reasons="Simple after all.")
    pending.do("convert_track", "judge", to="ordinary", reasons="Difficult.")
    assert pending.case().track is Track.ORDINARY


def test_evidence_may_be_lengthened_for_all_and_the_answer_not(pending: Scene) -> None:
    """The judge lengthens the time for evidence, for everybody (EV 54); the time to answer is the law's."""
    mine, answer = windows(pending, "evidence", WindowState.OPEN), windows(pending, "answer", WindowState.OPEN)[0]
    own = next(w for w in mine if w.party_id == answer.party_id)
    with pytest.raises(InvalidInput):
        pending.do("ask_extension", "haiyun", window=answer.reference, days=5, words="Too much to do.")
    pending.do("ask_extension", "haiyun", window=own.reference, days=5, words="The expert is abroad.")
    pending.do(
        "rule_on_extension",
        "judge",
        request=request_of(pending, RequestKind.TIME).reference,
        answer="allow",
        reasons="Fair.",
    )
    for before, after in zip(mine, windows(pending, "evidence", WindowState.OPEN), strict=True):
        assert before.due_at and after.due_at and after.due_at >= before.due_at + timedelta(days=5)


def test_more_time_is_not_given_for_days_that_are_over(pending: Scene) -> None:
    """Asked for in time and ruled on late, the days are counted from the old end: too few of them give nothing, and the judge
    is told so before a letter names a day that is over (EV 54).
    """
    own = windows(pending, "evidence", WindowState.OPEN)[0]
    who = "li" if own.party_id == pending.actor("li").party_id else "haiyun"
    pending.do("ask_extension", who, window=own.reference, days=2, words="The expert is abroad.")
    pending.later(days=20)
    ruling = {"request": request_of(pending, RequestKind.TIME).reference, "answer": "allow", "reasons": "Fair."}
    with pytest.raises(InvalidInput, match="that is over"):
        pending.do("rule_on_extension", "judge", **ruling)
    assert not windows(pending, "evidence", WindowState.OPEN)
    pending.do("rule_on_extension", "judge", **ruling, days=30)
    assert all(w.due_at and w.due_at > pending.clock.now() for w in windows(pending, "evidence", WindowState.OPEN))


def test_relief_for_lateness_is_asked_for_within_ten_days(pending: Scene) -> None:
    """A missed answer comes back after an obstacle; ten days after its end nothing does (CPL 86)."""
    pending.later(days=20)
    missed = windows(pending, "answer", WindowState.LAPSED)[0]
    today = pending.clock.now().date()
    with pytest.raises(OutOfTime):
        pending.do(
            "ask_relief_for_lateness",
            "haiyun",
            window=missed.reference,
            ended_on=str(today - timedelta(days=15)),
            words="Flood.",
        )
    with pytest.raises(InvalidInput):
        pending.do(
            "ask_relief_for_lateness",
            "haiyun",
            window=missed.reference,
            ended_on=str(today + timedelta(days=2)),
            words="Flood.",
        )
    pending.do(
        "ask_relief_for_lateness",
        "haiyun",
        window=missed.reference,
        ended_on=str(today - timedelta(days=3)),
        words="Flood.",
    )
    pending.do(
        "rule_on_lateness",
        "judge",
        request=request_of(pending, RequestKind.LATENESS).reference,
        answer="allow",
        days=7,
        reasons="A flood.",
    )
    again = windows(pending, "answer", WindowState.OPEN)[0]
    assert again.due_at and again.due_at >= pending.clock.now() + timedelta(days=6)
    receipt = pending.do("file_answer", "haiyun", position="defend", statement="No.")
    assert receipt.number


def test_a_judge_sends_a_case_to_another_court(pending: Scene) -> None:
    """Of the court's own motion (CPL 37); nothing keeps running, and nobody acts any more."""
    with pytest.raises(Forbidden):
        pending.do("transfer_case", "clerk", ground="exclusive", court="Harbour District Court", reasons="Theirs.")
    pending.do("transfer_case", "judge", ground="exclusive", court="Harbour District Court", reasons="Theirs.")
    assert pending.case().outcome is Outcome.TRANSFERRED and windows(pending, "answer", WindowState.OPEN) == []
    with pytest.raises(ActNotOpen):
        pending.do("transfer_case", "judge", ground="exclusive", court="Harbour District Court", reasons="Theirs.")


def test_a_successor_is_invited_and_the_old_account_is_out(pending: Scene) -> None:
    """After a merger the old account no longer acts; a wrongly written name changes nothing but the name (CPI 55)."""
    with pending.court.database.read() as session:
        respondent = next(p for p in session.get_one(Case, pending.case_id).parties if p.role is Role.RESPONDENT)
    change = {"party": respondent.reference, "kind": "company", "reasons": "Register of companies."}
    pending.do(
        "substitute_party",
        "judge",
        SubstituteInput.model_validate({**change, "ground": "wrong_name", "name": "Haiyun Technology Ltd."}),
    )
    assert pending.actor("haiyun").role is Role.RESPONDENT
    pending.do(
        "substitute_party",
        "judge",
        SubstituteInput.model_validate(
            {**change, "ground": "merger", "name": "Big Sea Ltd.", "email": "law@bigsea.example"}
        ),
    )
    with pytest.raises(LookupError):
        pending.actor("haiyun")
    with pending.court.database.read() as session:
        sent = session.scalars(
            select(Packet).where(Packet.party_id == respondent.id, Packet.first_contact.is_(True)).order_by(Packet.id)
        ).all()
    assert len(sent) == 2 and sent[-1].recipient_name == "Big Sea Ltd."
    assert sent[-1].letter == "successor" and "party to a case" in sent[-1].title["text"], (
        "a successor is no new respondent: nobody claims against her anew"
    )
    given = JoinInput(name="Haiyun Technology Ltd.", email="legal@haiyun.example")
    with pytest.raises(NotFound):
        join(pending.court, pending.people["haiyun"], sent[0].code, given)


@given(halted=st.integers(1, 40), after=st.integers(0, 10))
def test_a_standstill_gives_back_every_day(halted: int, after: int) -> None:
    """A window that stood still for n days ends at least n days later than it would have."""
    pack = PackRegistry.load().in_force("cn", date(2026, 3, 2))
    start = datetime(2026, 3, 2, 2, tzinfo=UTC)
    still = Suspension(
        start + timedelta(days=after), start + timedelta(days=after + halted), T("objection to jurisdiction"), "EV 55"
    )
    period = Period(amount=15, unit=Unit.DAYS)
    plain, longer = (
        reckon(pack, period, start, article="EV 51"),
        reckon(pack, period, start, article="EV 51", suspensions=[still]),
    )
    assert longer.due_at >= start + timedelta(days=15 + halted - 1) and longer.due_at >= plain.due_at
