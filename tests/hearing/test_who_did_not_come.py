"""Who does not come to a hearing, and what the judge rules on it (CPL 146, 147; CPI 235, 236, 240)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Document, Outcome, Party, Role, Stage
from odr.filing.claim.queries import claims_of
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.courtroom.absence.waiting import absences
from odr.hearing.models import Hearing, Summons
from odr.hearing.vocabulary import HearingState
from odr.judgment.decision.checks import absent_claims_first
from odr.judgment.decision.default import defaulting, not_heard
from odr.judgment.decision.queries import reliefs_by_key
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import FeeAssessment, Refund
from odr.procedure.audit.docket_audit import audit
from odr.procedure.case.before_doing import said_before
from odr.procedure.case.next_box import NextBox
from odr.procedure.models import Task
from odr.register.publication.models import Publication
from odr.service.models import Packet, ProofOfService
from tests.box import looked_at
from tests.filing.third import OWNER, begun, brought_in, other_case, with_claim
from tests.scene import PAPERS, Scene

WHY = "The summons reached her on time, and she told the court nothing."
GUARDIAN = {"guardian": {"name": "Li Mu", "ties": "parent", "verified": {"means": "appointed", "entry": 1}}}


@pytest.fixture
def pending(small_scene: Scene) -> Scene:
    """A claim accepted in ordinary procedure and served; the respondent is there."""
    scene = begun(small_scene, "ordinary")
    scene.pay()
    return scene


def hear(scene: Scene, *absent: str, summoned: bool = True, **rows: dict[str, Any]) -> None:
    """A hearing in the courtroom: everybody comes but ``absent``; ``rows`` say of somebody what else there is to say."""
    if scene.case().stage is Stage.PENDING:
        scene.later(days=40)
        scene.do("open_examination", "judge", mode="offline")
    day = (scene.clock.now() + timedelta(days=14)).date()
    scene.do("summon", "clerk", mode="offline", on=day.isoformat(), at="09:30", place="Courtroom 3")
    if not summoned:
        with scene.court.database.write() as session:
            whose = session.scalars(select(Party).where(Party.case_id == scene.case_id, Party.name == OWNER)).one()
            for one in session.scalars(select(Summons).where(Summons.party_id == whose.id)):
                session.delete(one)
    scene.work()
    scene.later(days=14, hours=9)
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        fixed = select(Hearing.reference).where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED)
        (reference,) = session.scalars(fixed)
        there = [
            {"who": p.reference, "presence": "absent", **rows.get(p.label.replace("/", ""), {})}
            if p.label in absent
            else {
                "who": p.reference,
                "presence": "courtroom",
                "identity": "document",
                **rows.get(p.label.replace("/", ""), {}),
            }
            for p in case.parties
            if p.left_at is None
        ]
    said = {"begun": "09:32", "ended": "11:05", "debated": "yes", "last_words": "yes", "minutes": "Heard."}
    scene.do("record_hearing", "clerk", hearing=reference, attendance=there, **said)


def waits(scene: Scene) -> list[str]:
    """What of absences lies on the judge's desk."""
    with scene.court.database.read() as session:
        rows = session.scalars(
            select(Task).where(Task.case_id == scene.case_id, Task.kind == "absence", Task.done_at.is_(None))
        )
        return [row.title["en"] for row in rows]


def absence(scene: Scene, label: str) -> str:
    """The absence of a party, as the form names it."""
    with scene.court.database.read() as session:
        look = scene.court.look(session)
        found = {one.party.label: one.reference for one in absences(look, session.get_one(Case, scene.case_id))}
    return found[label]


def rule(scene: Scene, label: str, answer: str, who: str = "judge") -> dict[str, Any]:
    """The judge rules; what the entry says."""
    number = scene.do("rule_on_absence", who, absence=absence(scene, label), answer=answer, reasons=WHY).number
    with scene.court.database.read() as session:
        entry = select(DocketEntry.payload).where(DocketEntry.case_id == scene.case_id, DocketEntry.number == number)
        found: dict[str, Any] = json.loads(session.scalars(entry).one())["result"]
        return found


def test_a_third_partys_own_claim_counts_as_withdrawn(pending: Scene) -> None:
    """Summoned in time and away without a reason told: by ruling her claim counts as withdrawn, she bears her fee, halved already, and the
    claim between the others is decided; nothing can be decided on hers any more (CPI 236; FEE 15, 18, 34).
    """
    with_claim(pending)
    hear(pending, "third_party/1")
    assert len(waits(pending)) == 1 and "art. 236" in waits(pending)[0]
    with pytest.raises(Forbidden):
        rule(pending, "third_party/1", "withdrawn", "clerk")
    result = rule(pending, "third_party/1", "withdrawn")
    assert (result["party"], result["goes_on"], result["told"]) == ("third_party/1", True, None) and result["called_at"]
    assert waits(pending) == []
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        assert case.stage is Stage.HEARING and [c.kind for c in claims_of(session, case)] == ["claim"]
        assert session.scalars(select(Refund)).all() == [], "what was halved once is not halved again"
        assert session.scalars(select(Packet).where(Packet.occasion == "rule_on_absence")).all()
        assert audit(pending.court, session) == []
    with pytest.raises(ActNotOpen):
        pending.do("rule_on_absence", "judge", absence="x", answer="withdrawn", reasons=WHY)
    with pytest.raises(ActNotOpen):
        pending.do("explain_absence", "stranger", why="I was ill.")
    with pytest.raises(ActNotOpen):
        pending.do(
            "amend_claim", "stranger", relief=[{"kind": "money", "what": "x", "amount": "1.00"}], reasons="More."
        )


def test_nothing_falls_without_a_summons_that_came_in_time(pending: Scene) -> None:
    """Never called: the judge is told so, the ruling is refused at its field with the reason, and no judgment is given (CPI 236;
    CPL 139, 177).
    """
    with_claim(pending)
    hear(pending, "third_party/1", summoned=False)
    assert len(waits(pending)) == 1 and "was not summoned" in waits(pending)[0]
    for answer in ("withdrawn", "decided"):
        with pytest.raises(InvalidInput, match="was not summoned"):
            rule(pending, "third_party/1", answer)
    with pending.court.database.read() as session:
        look, case = pending.court.look(session), session.get_one(Case, pending.case_id)
        assert [p.label for p, _ in not_heard(look, case)] == ["third_party/1"]


def test_a_forged_proof_of_the_summons_carries_nothing(pending: Scene) -> None:
    """The proof of service is read as for a decision in default: one whose reasoning is not what was sealed is none (CPL 147)."""
    with_claim(pending)
    hear(pending, "third_party/1")
    with pending.court.database.write() as session:
        whose = session.scalars(select(Party).where(Party.case_id == pending.case_id, Party.name == OWNER)).one()
        sent = session.scalars(select(Packet).where(Packet.party_id == whose.id, Packet.occasion == "summons")).one()
        proof = session.scalars(select(ProofOfService).where(ProofOfService.packet_id == sent.id)).one()
        proof.reasoning = {**proof.reasoning, "rule": "other"}
    with pytest.raises(InvalidInput, match="does not match its digest"):
        rule(pending, "third_party/1", "withdrawn")


def test_whoever_had_a_good_reason_is_heard_in_another_hearing(pending: Scene) -> None:
    """She tells why, once; the judge's task says so; with a good reason nothing falls, the registry fixes another hearing, and until
    it was held no judgment rests on the one she missed (CPL 149(1)).
    """
    with_claim(pending)
    hear(pending, "third_party/1")
    with pytest.raises(ActNotOpen):
        pending.do("explain_absence", "li", why="I was there.")
    told = pending.do("explain_absence", "stranger", why="My train stood still for three hours.").number
    with pytest.raises(ActNotOpen):
        pending.do("explain_absence", "stranger", why="My train stood still for three hours.")
    assert len(waits(pending)) == 1 and "tells the court why" in waits(pending)[0]
    result = rule(pending, "third_party/1", "excused")
    assert result["told"] == told and waits(pending) == []
    with pending.court.database.read() as session:
        look, case = pending.court.look(session), session.get_one(Case, pending.case_id)
        assert [str(reason) for _, reason in not_heard(look, case)] and len(claims_of(session, case)) == 2
        tasks = session.scalars(select(Task).where(Task.kind == "summon", Task.done_at.is_(None))).all()
        assert [task.role for task in tasks] == [Role.CLERK]
    with pytest.raises(ActNotOpen):
        rule_again(pending)
    hear(pending)
    with pending.court.database.read() as session:
        look, case = pending.court.look(session), session.get_one(Case, pending.case_id)
        assert list(not_heard(look, case)) == [] and absences(look, case) == []


def first_read(scene: Scene, who: str) -> tuple[NextBox, list[str]]:
    """The box of a party with everything that must hold of it, and what the page says before they tell why they were away."""
    with scene.court.database.read() as session:
        look, case, actor = scene.court.look(session), session.get_one(Case, scene.case_id), scene.actor(who)
        said = said_before(look, case, actor, look.court.table["explain_absence"])
        for locale in ("en", "zh-Hans"):
            assert all("[C" not in one.render(locale) for one in said)
        return looked_at(look, case, actor), [str(one) for one in said]


def test_who_was_away_reads_first_that_the_court_waits_for_a_reason(pending: Scene) -> None:
    """Before everything else, with what may follow and what it costs: the claimant's claim and the third party's own count as
    withdrawn; who has told, or was there, has nothing to do (CPL 146; CPI 236).
    """
    with_claim(pending)
    hear(pending, "claimant/1", "third_party/1")
    for who, article in (("li", "art. 146"), ("stranger", "art. 236")):
        box, said = first_read(pending, who)
        assert box.owed_act is not None and box.owed_act.name == "explain_absence" and not box.is_quiet
        assert box.owed is not None and article in str(box.owed.otherwise) and "did not come" in str(box.waits)
        assert "No day is set" in said[1] and article in said[2] and "borne by" in said[3]
    assert first_read(pending, "haiyun")[0].owed is None
    pending.do("explain_absence", "li", why="My train stood still for three hours.")
    assert first_read(pending, "li")[0].owed is None


def test_nobody_is_pressed_for_a_reason_from_which_nothing_follows(pending: Scene) -> None:
    """A respondent may be decided on without being there; who was never called has nothing to fear, and may tell why all the
    same (CPL 147; CPI 236).
    """
    with_claim(pending)
    hear(pending, "respondent/1", "third_party/1", summoned=False)
    box, said = first_read(pending, "haiyun")
    assert box.owed is not None and "decided without you" in str(box.owed.otherwise) and len(said) == 3
    box, said = first_read(pending, "stranger")
    assert box.owed is None and "nothing follows" in said[1]


def rule_again(scene: Scene) -> None:
    """A second ruling on the same absence."""
    scene.do("rule_on_absence", "judge", absence="aaaa/1", answer="decided", reasons=WHY)


def test_a_claimant_who_stays_away_loses_the_claim_for_now_and_the_third_party_goes_on(pending: Scene) -> None:
    """The claim counts as withdrawn and the case is over; what the third party claims goes on as a case of its own, as where leave to
    withdraw is given (CPL 146; CPI 237).
    """
    with_claim(pending)
    hear(pending, "claimant/1")
    result = rule(pending, "claimant/1", "withdrawn")
    new = other_case(pending)
    assert (pending.case().stage, pending.case().outcome) == (Stage.CLOSED, Outcome.DEEMED_WITHDRAWN)
    assert result["goes_on"] is False and result["into"][0]["case"] == new.number
    with pending.court.database.read() as session:
        assert session.get_one(Case, new.id).caption.render("en") == f"{OWNER} v Li Wen"
        assert audit(pending.court, session) == []


def test_a_claimant_alone_who_stays_away_ends_the_case_with_half_the_fee(pending: Scene) -> None:
    """Nothing else is claimed: the case is over, half the fee goes back (CPL 146; FEE 15, 34)."""
    hear(pending, "claimant/1")
    rule(pending, "claimant/1", "withdrawn")
    assert (pending.case().stage, pending.case().outcome) == (Stage.CLOSED, Outcome.DEEMED_WITHDRAWN)
    with pending.court.database.read() as session:
        fee = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.CLAIM)).first()
        (back,) = session.scalars(select(Refund)).all()
        assert fee is not None and back.amount_minor * 2 == fee.amount_minor


def test_a_third_party_without_a_claim_changes_nothing_by_staying_away(pending: Scene) -> None:
    """Called in time: nothing lies on the judge's desk and nothing can count as withdrawn; the case is decided, and says that she did
    not come (CPI 240).
    """
    brought_in(pending)
    hear(pending, "third_party/1")
    assert waits(pending) == []
    with pytest.raises(InvalidInput, match="has no claim"):
        rule(pending, "third_party/1", "withdrawn")
    with pending.court.database.read() as session:
        look, case = pending.court.look(session), session.get_one(Case, pending.case_id)
        assert list(not_heard(look, case)) == [] and defaulting(look, case) == []


def test_a_third_party_without_a_claim_who_was_never_called_is_told_of(pending: Scene) -> None:
    """Nothing is decided on whom nobody called: that lies on the judge's desk at once (CPL 177; CPI 240)."""
    brought_in(pending)
    hear(pending, "third_party/1", summoned=False)
    assert len(waits(pending)) == 1 and "before they were called" in waits(pending)[0]


def test_who_leaves_without_leave_is_as_one_who_did_not_come(pending: Scene) -> None:
    """She came and left before the end: the same follows (CPI 236); a failure that cut somebody off is no leaving (OLR 25)."""
    with_claim(pending)
    with pytest.raises(InvalidInput, match="did not leave"):
        hear(pending, third_party1={"away": "left", "by_failure": True})
    retold(pending, third_party1={"away": "left"})
    assert len(waits(pending)) == 1
    rule(pending, "third_party/1", "withdrawn")
    with pending.court.database.read() as session:
        assert [c.kind for c in claims_of(session, session.get_one(Case, pending.case_id))] == ["claim"]


def retold(scene: Scene, **rows: dict[str, Any]) -> None:
    """The record of the hearing that is fixed is written once more."""
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        fixed = select(Hearing.reference).where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED)
        (reference,) = session.scalars(fixed)
        there = [
            {
                "who": p.reference,
                "presence": "courtroom",
                "identity": "document",
                **rows.get(p.label.replace("/", ""), {}),
            }
            for p in case.parties
        ]
    said = {"begun": "09:32", "ended": "11:05", "debated": "yes", "last_words": "yes", "minutes": "Heard."}
    scene.do("record_hearing", "clerk", hearing=reference, attendance=there, **said)


def with_guardian(scene: Scene, who: Role) -> None:
    """A guardian acts in the place of the first party of a role."""
    with scene.court.database.write() as session:
        party = session.scalars(select(Party).where(Party.case_id == scene.case_id, Party.role == who)).one()
        party.details = {**party.details, **GUARDIAN}


def test_a_childs_claim_counts_as_withdrawn_where_the_guardian_does_not_come(pending: Scene) -> None:
    """The child alone is nobody who could be heard: the guardian, summoned, did not come, and the claim counts as withdrawn (CPI
    235). Of who has no guardian it cannot be said.
    """
    with_guardian(pending, Role.CLAIMANT)
    with pytest.raises(InvalidInput, match="No guardian acts"):
        hear(pending, claimant1={"away": "no_guardian"}, respondent1={"away": "no_guardian"})
    retold(pending, claimant1={"away": "no_guardian"})
    assert waits(pending) and "Li Mu, guardian of Li Wen" in waits(pending)[0]
    rule(pending, "claimant/1", "withdrawn")
    assert pending.case().outcome is Outcome.DEEMED_WITHDRAWN


def test_on_the_respondents_side_it_is_decided_without_them(pending: Scene) -> None:
    """A guardian of the respondent who does not come: decided in their absence, never withdrawn (CPI 235; CPL 147)."""
    with_guardian(pending, Role.RESPONDENT)
    hear(pending, respondent1={"away": "no_guardian"})
    with pytest.raises(InvalidInput, match="has no claim"):
        rule(pending, "respondent/1", "withdrawn")
    rule(pending, "respondent/1", "decided")
    with pending.court.database.read() as session:
        look, case = pending.court.look(session), session.get_one(Case, pending.case_id)
        assert [p.label for p in defaulting(look, case)] == ["respondent/1"]


def test_the_ruling_says_what_it_rests_on(pending: Scene) -> None:
    """Sealed, with the day on which the summons came and that nobody told a reason; the entry names the paper (CPL 157)."""
    with_claim(pending)
    hear(pending, "third_party/1")
    rule(pending, "third_party/1", "withdrawn")
    with pending.court.database.read() as session:
        kept = session.scalars(PAPERS.where(Document.case_id == pending.case_id, Document.kind == "ruling")).all()
        assert kept[-1].content.startswith(b"%PDF")


@pytest.mark.parametrize(("answer", "standing"), [("decided", 2), ("withdrawn", 1)])
def test_no_judgment_before_it_is_ruled_on_whoever_claims_and_stayed_away(
    pending: Scene, answer: str, standing: int
) -> None:
    """Signing waits for the ruling on the third party's absence; then it is decided on what still stands (CPL 146; CPI 236). A
    ruling is numbered in the ledger once it is served.
    """
    with_claim(pending)
    hear(pending, "third_party/1")

    def waits_for() -> list[str]:
        with pending.court.database.read() as session:
            look, case = pending.court.look(session), session.get_one(Case, pending.case_id)
            return [why.render("en") for why in absent_claims_first(look, case)]

    assert len(waits_for()) == 1 and OWNER in waits_for()[0]
    rule(pending, "third_party/1", answer)
    assert waits_for() == []
    pending.later(days=2)
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        assert len(claims_of(session, case)) == len(reliefs_by_key(session, case)) == standing
        kinds = [row.kind for row in session.scalars(select(Publication).where(Publication.case_id == case.id))]
        assert kinds == ["in_case"]
