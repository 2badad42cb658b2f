"""A third party's own claim goes on as a case of its own when the claim it began beside is withdrawn (CPI 237)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Outcome, Role, Seat, Stage
from odr.docket.queries import parties
from odr.evidence.models import Exhibit
from odr.filing.claim.going_on import claims_elsewhere
from odr.filing.claim.queries import claims_of
from odr.filing.models import Fact
from odr.payments.books.ledger import trial_balance
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import AssessmentState, FeeAssessment, FeeBasis, Refund
from odr.procedure.audit.docket_audit import audit
from odr.procedure.models import Task, Window, WindowState
from odr.service.models import Packet
from tests.filing.test_motions import acts
from tests.filing.third import OWNER, begun, leave, other_case, with_claim
from tests.filing.visitor import Visitor
from tests.scene import Scene


def test_the_third_party_is_the_claimant_of_a_case_of_its_own(pending: Scene) -> None:
    """Leave given, the case is over and closed; hers goes on with its own number and caption, she as claimant, both former sides
    as respondents, before the same judge, with her facts, their answers and everybody's exhibits (CPI 237).
    """
    with_claim(pending)
    sent = pending.upload("stranger", b"a bill of sale")
    given = {"title": "Commission", "proves": "Whose the goods are", "source": "My files"}
    pending.do("submit_exhibit", "stranger", upload=sent.reference, facts=["3"], **given)
    sent = pending.upload("haiyun", b"a delivery note")
    pending.do("submit_exhibit", "haiyun", upload=sent.reference, **{**given, "title": "Delivery"})
    number = leave(pending)
    old, new = pending.case(), other_case(pending)
    assert (old.stage, old.outcome) == (Stage.CLOSED, Outcome.WITHDRAWN)
    with pending.court.database.read() as session:
        new = session.get_one(Case, new.id)
        assert new.stage is Stage.PENDING and new.number not in (None, old.number)
        assert new.caption.render("en") == f"{OWNER} v Li Wen"
        assert [(p.label, p.name) for p in parties(new)] == [
            ("claimant/1", OWNER),
            ("respondent/1", "Li Wen"),
            ("respondent/2", "Haiyun Information Technology Co., Ltd."),
        ]
        assert [(c.kind, c.amount_minor) for c in claims_of(session, new)] == [("claim", 500_000)]
        assert claims_of(session, session.get_one(Case, old.id)) == []
        assert len(session.scalars(select(Fact).where(Fact.case_id == new.id)).all()) == 3
        exhibits = session.scalars(select(Exhibit).where(Exhibit.case_id == new.id).order_by(Exhibit.id)).all()
        assert [(e.label, e.provenance["from_label"], e.facts) for e in exhibits] == [
            ("C-1", "T-1", [3]),
            ("R2-1", "R-1", []),
        ]
        answered = select(Window.state).where(Window.case_id == new.id, Window.kind == "answer")
        assert session.scalars(answered).all() == [WindowState.MET] * 2, "who answered her claim has answered it"
        bench = select(Seat.account_id).where(Seat.role == Role.JUDGE, Seat.until_at.is_(None))
        assert len(set(session.scalars(bench))) == 1
        told = session.scalars(select(DocketEntry).where(DocketEntry.case_id == old.id, DocketEntry.number == number))
        result = json.loads(told.one().payload)["result"]
        assert result["goes_on"] is False and result["into"][0]["case"] == new.number
        assert result["into"][0]["parties"][0] == {"party": "claimant/1", "name": OWNER}
        assert audit(pending.court, session) == []


def test_everybody_is_told_of_the_new_case_and_has_time_for_evidence(pending: Scene) -> None:
    """A letter of its own goes to each of the three; served, everybody's time for evidence begins, and who had not answered yet
    has their time to answer (CPL 128; EV 50, 55).
    """
    with_claim(pending, answered=False)
    pending.do("answer_third_party", "haiyun", position="defend", statement="It is owed to nobody else.")
    leave(pending)
    with pending.court.database.read() as session:
        letters = session.scalars(select(Packet).where(Packet.occasion == "open_case_going_on")).all()
        assert len(letters) == 3 and all(one.attempts for one in letters)
    pending.later(days=1)
    new = other_case(pending)
    with pending.court.database.read() as session:
        rows = session.scalars(select(Window).where(Window.case_id == new.id, Window.party_id.is_not(None))).all()
        labels = {p.id: p.label for p in session.get_one(Case, new.id).parties}
        found = {(labels[w.party_id or 0], w.kind): w.state for w in rows if w.kind in ("answer", "evidence")}
    assert found == {
        ("claimant/1", "evidence"): WindowState.OPEN,
        ("respondent/1", "answer"): WindowState.OPEN,
        ("respondent/1", "evidence"): WindowState.OPEN,
        ("respondent/2", "answer"): WindowState.MET,
        ("respondent/2", "evidence"): WindowState.OPEN,
    }
    pending.case_id = new.id
    pending.do("file_answer", "li", position="defend", statement="It is mine.")
    assert acts(pending).count("file_answer") == 1


def test_each_case_leads_to_the_other(pending: Scene) -> None:
    """The page of the case that is over says where the third party's claim goes on, that of the new one where it comes from: a link for
    whoever may open it (CPI 237).
    """
    with_claim(pending)
    leave(pending)
    old, new = pending.case(), other_case(pending)
    with pending.court.database.read() as session:
        look = pending.court.look(session)
        for who in ("li", "haiyun", "stranger", "judge"):
            for here, there in ((old, new), (new, old)):
                (found,) = claims_elsewhere(look, session.get_one(Case, here.id), pending.actor(who, here.id))
                assert found.reference == there.reference and str(there.number) in str(found.words)
    page = Visitor(create_app(court=pending.court), pending, "stranger")
    for here, there in ((old, new), (new, old)):
        assert f'href="/cases/{there.reference}"' in page.get(f"/cases/{here.reference}")


def test_half_the_claimants_fee_goes_back_and_nobody_else_pays_more(small_scene: Scene) -> None:
    """Whoever withdraws bears half of their fee (FEE 15, 34); what the third party paid is her fee in the new case, halved as it was
    (FEE 18): nothing is asked of her for what another does, and the books balance.
    """
    scene = begun(small_scene, "ordinary")
    scene.pay()
    with_claim(scene)
    with scene.court.database.read() as session:
        rows = select(FeeAssessment).where(FeeAssessment.case_id == scene.case_id)
        paid = {row.matter: row.amount_minor for row in session.scalars(rows)}
    leave(scene)
    new = other_case(scene)
    with scene.court.database.read() as session:
        (back,) = session.scalars(select(Refund)).all()
        assert back.amount_minor * 2 == paid[Matter.CLAIM]
        basis = session.scalars(select(FeeBasis).where(FeeBasis.case_id == new.id, FeeBasis.until.is_(None))).one()
        assert (basis.matter, basis.joined, basis.amounts) == (Matter.CLAIM, True, [500_000])
        rows = select(FeeAssessment).where(FeeAssessment.case_id == new.id).order_by(FeeAssessment.id)
        hers = [(row.matter, row.state, row.amount_minor) for row in session.scalars(rows)]
        assert hers == [
            (Matter.CLAIM, AssessmentState.PAID, paid[Matter.THIRD_PARTY_CLAIM]),
            (Matter.CLAIM, AssessmentState.NOTHING, 0),
        ]
        assert sum(b.debit - b.credit for b in trial_balance(session)) == 0


@pytest.mark.parametrize("track", ["simple", "ordinary"])
def test_an_unpaid_fee_is_asked_for_where_the_claim_is(small_scene: Scene, track: str) -> None:
    """The notice of the withdrawn case is cancelled; the same sum is asked for in the new one, in every procedure (FEE 18)."""
    scene = begun(small_scene, track)
    with_claim(scene, paid=False)
    with scene.court.database.read() as session:
        asked = select(FeeAssessment).where(FeeAssessment.matter == Matter.THIRD_PARTY_CLAIM)
        before = session.scalars(asked).one().amount_minor
    leave(scene)
    with scene.court.database.read() as session:
        assert session.scalars(asked).one().state is AssessmentState.CANCELLED
        rows = select(FeeAssessment).where(FeeAssessment.case_id == other_case(scene).id)
        due = session.scalars(rows).one()
        assert (due.state, due.amount_minor) == (AssessmentState.DUE, before)


def test_a_counterclaim_goes_on_in_the_case_and_the_third_partys_claim_beside_it(pending: Scene) -> None:
    """Both go on, each for itself: the counterclaim where it was brought, hers as a case of its own with her own exhibits; the
    others' stay with the counterclaim (CPI 237, 239).
    """
    with_claim(pending)
    relief = [{"kind": "money", "what": "Lost bottles", "amount": "900.00"}]
    pending.do("file_counterclaim", "haiyun", relief=relief, facts=[{"what": "Half the bottles came back empty."}])
    for who, content in (("stranger", b"a bill of sale"), ("haiyun", b"a delivery note")):
        sent = pending.upload(who, content)
        given = {"title": "Paper", "proves": "Whose the goods are", "source": "My files"}
        pending.do("submit_exhibit", who, upload=sent.reference, **given)
    leave(pending)
    new = other_case(pending)
    with pending.court.database.read() as session:
        old = session.get_one(Case, pending.case_id)
        assert old.stage is Stage.PENDING and [c.kind for c in claims_of(session, old)] == ["counterclaim"]
        exhibits = {e.case_id: e.label for e in session.scalars(select(Exhibit))}
        assert exhibits == {old.id: "R-1", new.id: "C-1"}
        assert audit(pending.court, session) == []


def test_nothing_goes_on_by_itself_while_one_of_those_who_began_still_claims(pending: Scene) -> None:
    """Leave refused, or her own claim withdrawn: no other case is opened; what is left goes on here (CPL 148; CPI 239)."""
    with_claim(pending)
    leave(pending, answer="refuse")
    leave(pending, "stranger")
    with pending.court.database.read() as session:
        assert len(session.scalars(select(Case)).all()) == 1
        case = session.get_one(Case, pending.case_id)
        assert case.stage is Stage.PENDING and [c.kind for c in claims_of(session, case)] == ["claim"]


def test_it_goes_on_where_the_claim_counts_as_withdrawn_for_its_fee(pending: Scene) -> None:
    """The claimant does not pay: the claim counts as withdrawn and the case is over, hers goes on by itself as where leave is given
    (CPI 213, 237).
    """
    with_claim(pending)
    pending.later(days=9)
    with pending.court.database.read() as session:
        asked = (FeeAssessment.matter == Matter.CLAIM, FeeAssessment.state == AssessmentState.DUE)
        row = session.scalars(select(FeeAssessment).where(*asked)).one()
    pending.do("deem_withdrawn", "judge", assessment=row.reference, reasons="Not paid in seven days.")
    assert (pending.case().stage, pending.case().outcome) == (Stage.CLOSED, Outcome.DEEMED_WITHDRAWN)
    with pending.court.database.read() as session:
        new = session.get_one(Case, other_case(pending).id)
        assert parties(new, Role.CLAIMANT)[0].name == OWNER and audit(pending.court, session) == []


def test_it_goes_on_after_the_hearing_and_is_examined_anew(pending: Scene) -> None:
    """Withdrawn before the judgment, when everything was heard: hers goes on with every exhibit, is heard with everybody in their new
    position, and is decided (CPL 148; CPI 237).
    """
    pending.pay()
    with_claim(pending)
    sent = pending.upload("stranger", b"a bill of sale")
    given = {"title": "Commission", "proves": "Whose the goods are", "source": "My files"}
    pending.do("submit_exhibit", "stranger", upload=sent.reference, **given)
    pending.later(days=30)
    pending.hear()
    assert pending.case().stage is Stage.DELIBERATION
    leave(pending)
    old = pending.case_id
    pending.case_id = other_case(pending).id
    pending.later(days=1)
    with pending.court.database.read() as session:
        waits = [task.kind for task in session.scalars(select(Task).where(Task.case_id == pending.case_id))]
        owner = parties(session.get_one(Case, pending.case_id), Role.CLAIMANT)[0]
    assert "identity_shown" in waits, "nobody is a claimant whom the registry has not seen"
    pending.do("verify_identity", "clerk", party=owner.reference, means="register")
    pending.later(days=40)
    with pending.court.database.read() as session:
        assert session.scalars(select(Exhibit.case_id)).all() == [pending.case_id]
    pending.hear()
    assert pending.case().stage is Stage.DELIBERATION
    assert pending.case().number != old
