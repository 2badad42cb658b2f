"""A whole dispute to its end by real acts only: a silent respondent is served by post, summoned, absent, decided
against, and pays what is enforced.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Document, Outcome, Stage
from odr.evidence.models import Exhibit
from odr.filing.models import Claim
from odr.ground.errors import ActNotOpen
from odr.hearing.models import Hearing
from odr.judgment.decision.default import default_gate, defaulting
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.queries import current_draft
from odr.payments.books.bookings import outstanding
from odr.payments.fee.assessment import assessments_of
from odr.payments.fee.fee_computation import Matter
from odr.service.models import Packet
from odr.service.vocabulary import PacketState
from tests.judgment.bench import to_the_cent
from tests.scene import Scene


def posted(scene: Scene, occasion: str) -> None:
    """The post brings back the signed return for the papers of an occasion; the clerk records it."""
    with scene.court.database.read() as session:
        respondent = session.get_one(Case, scene.case_id).parties[1].id
        found = session.scalars(
            select(Packet).where(
                Packet.party_id == respondent, Packet.occasion == occasion, Packet.state == PacketState.OUT
            )
        ).all()
    assert found, occasion
    day = (scene.clock.now() + timedelta(hours=8)).date().isoformat()
    for packet in found:
        scene.do(
            "record_outcome",
            "clerk",
            packet=packet.reference,
            way="post",
            what="signed",
            happened_on=day,
            hour="00:01",
            signer="legal_representative",
        )
    scene.later(minutes=5)


def gate(scene: Scene) -> list[str]:
    """What stands between the claimant and a decision in default."""
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        (respondent,) = defaulting(look, case)
        return [str(reason) for reason in default_gate(look, case, respondent)]


def draft(scene: Scene) -> str:
    """Reference of the decision that is written or rests."""
    with scene.court.database.read() as session:
        found = current_draft(session, session.get_one(Case, scene.case_id))
        assert found is not None
        return found.reference


def hear(scene: Scene) -> None:
    """Summons by post, the hour, an empty chair, the record, the end of the hearing."""
    scene.do("open_examination", "judge", mode="offline")
    day = (scene.clock.now() + timedelta(days=14)).date()
    scene.do("summon", "clerk", mode="offline", on=day.isoformat(), at="09:30", place="Courtroom 3")
    scene.later(hours=2)
    scene.later(days=2)
    posted(scene, "summons")
    assert any("held" in reason for reason in gate(scene)), "a summons alone is no hearing"
    scene.clock.set(scene.clock.now().replace(year=day.year, month=day.month, day=day.day, hour=6, minute=0))
    scene.work()
    with scene.court.database.read() as session:
        hearing = session.scalars(select(Hearing.reference).where(Hearing.case_id == scene.case_id)).one()
        claimant, respondent = (p.reference for p in session.get_one(Case, scene.case_id).parties)
    there = [
        {"who": claimant, "presence": "courtroom", "identity": "document"},
        {"who": respondent, "presence": "absent"},
    ]
    scene.do(
        "record_hearing",
        "clerk",
        hearing=hearing,
        begun="09:32",
        ended="10:15",
        attendance=there,
        debated="yes",
        last_words="yes",
        minutes="The claimant was heard; nobody came for the respondent.",
    )
    scene.do("close_hearing", "judge", reasons="Everything was heard.")
    for _ in range(20):
        if scene.case().stage is Stage.DELIBERATION:
            break
        scene.later(days=1)


def decide(scene: Scene) -> None:
    """Findings, draft, signature, rest, pronouncement, the clerk's signature."""
    with scene.court.database.read() as session:
        labels = list(session.scalars(select(Exhibit.label).where(Exhibit.case_id == scene.case_id)))
        key = f"{session.scalars(select(Claim.reference).where(Claim.case_id == scene.case_id)).one()}/1"
    found = [
        {
            "subject": f"fact/{n}",
            "result": "adopted",
            "reasons": "Shown at the hearing and not denied.",
            "rests_on": labels,
            "basis": None if labels else "admission",
        }
        for n in (1, 2)
    ]
    scene.do("record_findings", "judge", adopt_undisputed=bool(labels), findings=found)
    pay = {"kind": "pay", "relief": key, "debtor": "respondent/1", "creditor": "claimant/1", "amount": "8,000.00"}
    scene.do(
        "draft_decision",
        "judge",
        language="en",
        claims="The price back.",
        reasons=[{"text": "See fact 1 and fact 2."}],
        orders=[pay],
    )
    reference = draft(scene)
    scene.do("send_for_signing", "judge", decision=reference)
    scene.later(hours=26)
    with pytest.raises(ActNotOpen):
        scene.do("countersign_decision", "clerk", decision=reference)
    scene.do(
        "issue_decision",
        "judge",
        decision=reference,
        case_number=scene.case().number,
        premise=scene.premise("issue_decision", "judge"),
    )
    scene.do("countersign_decision", "clerk", decision=reference)


@pytest.mark.slow
def test_a_default_judgment_after_a_hearing_in_the_courtroom_is_enforced(scene: Scene) -> None:
    """Each missing step shuts the gate; served, summoned, absent and heard it is open; the paper says in default, and
    enforcement closes the case.
    """
    scene.lodge()
    scene.accept("simple")
    sent = scene.upload("li", b"The order and what was paid for it.")
    scene.do("submit_exhibit", "li", upload=sent.reference, title="Order", proves="The price", source="My telephone")
    scene.later(hours=1)
    with scene.court.database.read() as session:
        assert [
            outstanding(session, a).minor for a in assessments_of(session, session.get_one(Case, scene.case_id))
        ] == [2500]
    scene.pay()
    assert gate(scene)
    scene.later(days=3)
    posted(scene, "claim")
    assert any("answer" in reason for reason in gate(scene)), "the time to answer still runs"
    scene.later(days=20)
    hear(scene)
    assert gate(scene) == []
    decide(scene)
    scene.later(days=3)
    posted(scene, "decision")
    scene.later(days=40)
    assert scene.case().stage is Stage.EFFECTIVE
    with scene.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one()
        assert (
            session.scalars(select(Document).where(Document.kind == "decision")).one().content.count(b"/ByteRange") >= 2
        )
    scene.do("apply_for_enforcement", "li")
    with scene.court.database.read() as session:
        row = session.scalars(select(EnforcementCase)).one().claimed[0]
        fee = assessments_of(session, session.get_one(Case, scene.case_id))[-1]
    payer = next(p for p in scene.case().parties if p.id == fee.party_id)
    assert (fee.matter, fee.amount_minor, payer.label) == (Matter.ENFORCEMENT, 50_00, "respondent/1"), (
        "the debtor bears the fee of the enforcement (FEE 38)"
    )
    assert row["principal"] == 800_000 and row["late"] > 0
    day, paid = scene.clock.now().date().isoformat(), to_the_cent(scene.court, scene.case_id)
    scene.do("record_performance", "clerk", obligation=owed.reference, amount=paid, on=day)
    scene.do("end_enforcement", "judge", state="done", reasons="Paid from the account that was frozen.")
    assert (scene.case().stage, scene.case().outcome) == (Stage.CLOSED, Outcome.ENFORCED)
