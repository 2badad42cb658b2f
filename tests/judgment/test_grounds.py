"""What grounds no finding, and what grounds none alone (EV 4, 68, 90; CPL 81; CPI 106): each rule is refused when it is found,
and again when the decision is signed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role
from odr.evidence.models import Category, Exhibit, ExhibitState
from odr.evidence.requests.models import EvidenceRequest, RequestKind, RequestState as AskedState
from odr.filing.models import Fact
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.hearing import vocabulary
from odr.hearing.appraisal.models import Appraisal, AppraisalState, CallState, ExpertCall
from odr.hearing.models import Hearing, Opinion, Question, Witness
from odr.hearing.vocabulary import QuestionState, RequestState
from odr.judgment.models import Finding
from odr.judgment.vocabulary import Basis, Weakness
from tests.judgment.bench import Bench

Change = Callable[[Session, Case], None]


def change(bench: Bench, how: Change) -> None:
    """Something of the file is otherwise."""
    with bench.court.database.write() as session:
        how(session, session.get_one(Case, bench.case_id))


def exhibit(session: Session, case: Case, label: str) -> Exhibit:
    """An exhibit of the case."""
    return session.scalars(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == label)).one()


def find(bench: Bench, subject: str, **given: Any) -> None:
    """One finding of the judge."""
    one = {"subject": subject, "result": "adopted", "reasons": "The file shows it.", **given}
    bench.do("judge", "record_findings", {"findings": [one]})


def refused(bench: Bench, subject: str, **given: Any) -> tuple[str, str]:
    """Why a finding is not taken, in both languages."""
    with pytest.raises(InvalidInput) as error:
        find(bench, subject, **given)
    words = error.value.faults[0].message
    return words.render("en"), words.render("zh-Hans")


def not_signed(bench: Bench) -> str:
    """Why a draft is not signed."""
    bench.do("judge", "draft_decision", bench.draft())
    with pytest.raises(ActNotOpen) as error:
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    return str(error.value)


def category(label: str, kind: Category) -> Change:
    """Of which kind an exhibit is."""

    def apply(session: Session, case: Case) -> None:
        exhibit(session, case, label).category = kind

    return apply


def ask(bench: Bench, kind: RequestKind, state: AskedState, finding: str | None = None) -> None:
    """A request about exhibit C-1."""

    def apply(session: Session, case: Case) -> None:
        one = exhibit(session, case, "C-1")
        session.add(
            EvidenceRequest(
                case_id=case.id,
                party_id=case.parties[1].id,
                exhibit_id=one.id,
                kind=kind,
                what=one.title,
                grounds="It was taken from a locked telephone.",
                state=state,
                finding=finding,
                entry_number=1,
            )
        )

    change(bench, apply)


def test_what_was_obtained_unlawfully_grounds_nothing(bench: Bench) -> None:
    """Excluded after it was found on, no decision that rests on it is signed (CPI 106)."""
    bench.findings()
    ask(bench, RequestKind.EXCLUSION, AskedState.GRANTED)

    def exclude(session: Session, case: Case) -> None:
        exhibit(session, case, "C-1").state = ExhibitState.EXCLUDED

    change(bench, exclude)
    assert "obtained unlawfully" in not_signed(bench) and "106" in not_signed(bench)
    en, zh = refused(bench, "fact/2", rests_on=["C-1", "C-2"])
    assert "obtained unlawfully" in en and "第一百零六条" in zh
    find(bench, "fact/2", rests_on=["C-2"])
    assert "obtained unlawfully" not in not_signed_or_ready(bench)


def test_what_its_party_took_back_may_still_be_relied_on(bench: Bench) -> None:
    """Open to everybody and then taken back, an exhibit needs no finding, and a fact may still be found on it: nobody takes their
    own words out of the file when they turn out against them (EV 19, 94(1)).
    """
    bench.do("claimant/1", "withdraw_exhibit", {"exhibit": reference(bench, "C-2"), "reason": "We no longer need it."})
    find(bench, "fact/2", rests_on=["C-2"])
    change(bench, category("C-2", Category.STATEMENT))
    assert "alone" in refused(bench, "fact/2", rests_on=["C-2"])[0]
    change(bench, category("C-2", Category.RECORDS))
    bench.do("judge", "record_findings", {"adopt_undisputed": True})
    assert "C-2" not in not_signed_or_ready(bench)


def test_what_was_taken_back_before_anybody_spoke_to_it_grounds_nothing(bench: Bench) -> None:
    """Withdrawn before the other side could say anything of it, it was never examined (CPI 103)."""

    def unseen(session: Session, case: Case) -> None:
        session.execute(delete(Opinion).where(Opinion.exhibit_id == exhibit(session, case, "C-2").id))
        exhibit(session, case, "C-2").submitted_at = bench.clock.now()
        for hearing in session.scalars(select(Hearing).where(Hearing.case_id == case.id)):
            hearing.shown = []

    change(bench, unseen)
    bench.do("claimant/1", "withdraw_exhibit", {"exhibit": reference(bench, "C-2"), "reason": "We no longer need it."})
    assert "open to cross-examination" in refused(bench, "fact/2", rests_on=["C-2"])[0]


def reference(bench: Bench, label: str) -> str:
    """Reference of an exhibit."""
    with bench.court.database.read() as session:
        return exhibit(session, session.get_one(Case, bench.case_id), label).reference


def not_signed_or_ready(bench: Bench) -> str:
    """Why a draft is not signed; nothing where it is."""
    bench.do("judge", "draft_decision", bench.draft())
    try:
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    except ActNotOpen as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("kind", "says"), [(RequestKind.EXCLUSION, "106"), (RequestKind.LATE, "101, 102")])
def test_what_waits_for_a_ruling_grounds_nothing(bench: Bench, kind: RequestKind, says: str) -> None:
    """Whether it is excluded or admitted is ruled on first; nobody adopts it meanwhile as undisputed (CPI 101, 106)."""
    ask(bench, kind, AskedState.OPEN)
    en, zh = refused(bench, "exhibit/C-1")
    assert "not ruled on yet" in en and says in en and "尚未" in zh
    bench.do("judge", "record_findings", {"adopt_undisputed": True})
    with bench.court.database.read() as session:
        found = {f.exhibit_id for f in session.scalars(select(Finding))}
        assert exhibit(session, session.get_one(Case, bench.case_id), "C-1").id not in found


def test_silence_alone_grounds_nothing(bench: Bench) -> None:
    """A disputed fact rests on something; silence is named only after question and explanation (EV 4)."""
    en, zh = refused(bench, "fact/2")
    assert "silence alone admits nothing" in en and "arts. 4, 10" in en and "第四条" in zh
    en, zh = refused(bench, "fact/2", basis="silence")
    assert "explains it and asks again first" in en and "第四条" in zh

    def deem(session: Session, case: Case) -> None:
        fact = session.scalars(select(Fact).where(Fact.case_id == case.id, Fact.number == 2)).one()
        session.add(
            Question(
                case_id=case.id,
                number=1,
                asked_by_role=Role.JUDGE,
                party_id=case.parties[1].id,
                words="Was it so?",
                explained="If you say nothing, it may be taken as admitted.",
                fact_id=fact.id,
                state=QuestionState.DEEMED,
                entry_number=1,
            )
        )

    change(bench, deem)
    find(bench, "fact/2", basis="silence")
    with bench.court.database.read() as session:
        assert session.scalars(select(Finding).where(Finding.fact_id.is_not(None))).one().basis is Basis.SILENCE
    find(bench, "fact/2", result="rejected")


@pytest.mark.parametrize("basis", ["testimony", "withheld"])
def test_another_ground_is_there_or_it_is_none(bench: Bench, basis: str) -> None:
    """A witness was heard, or it was found that something was kept back (EV 48, 68)."""
    refused(bench, "fact/2", basis=basis)
    find(bench, "fact/2", basis="no_proof")
    find(bench, "fact/2", basis="admission")


def test_weak_evidence_grounds_nothing_alone(bench: Bench) -> None:
    """Each of the five kinds needs something that supports it: by its kind, by the file, or as the judge finds (EV 90)."""
    bench.findings()
    change(bench, category("C-1", Category.STATEMENT))
    en, zh = refused(bench, "fact/2", rests_on=["C-1"])
    assert "own statement" in en and "art. 90" in en and "第九十条" in zh
    find(bench, "fact/2", rests_on=["C-1", "C-2"])
    change(bench, category("C-1", Category.WEB))
    find(bench, "fact/2", rests_on=["C-1"])
    for weak in Weakness:
        find(bench, "exhibit/C-1", weak=weak.value)
        assert weak.label.render("en") in refused(bench, "fact/2", rests_on=["C-1"])[0]
    assert "rests on C-1 alone" in not_signed(bench)


def test_a_copy_whose_original_was_ordered_and_not_shown_grounds_nothing_alone(bench: Bench) -> None:
    """The file says it by itself (EV 90(5)); good reason not to show it leaves the copy to be weighed (CPI 111)."""
    ask(bench, RequestKind.ORIGINAL, AskedState.FOUND, "excused")
    find(bench, "fact/2", rests_on=["C-1"])
    ask(bench, RequestKind.ORIGINAL, AskedState.NOT_OBEYED)
    assert "compared with its original" in refused(bench, "fact/2", rests_on=["C-1"])[0]


def test_written_testimony_without_a_reason_to_stay_away_grounds_nothing(bench: Bench) -> None:
    """Not adopted, also not as undisputed; adopted of a witness with leave, a ground and the undertaking (EV 68, 71)."""
    change(bench, category("C-1", Category.TESTIMONY))
    bench.do("judge", "record_findings", {"adopt_undisputed": True})
    en, zh = refused(bench, "exhibit/C-1")
    assert "did not come" in en and "art. 68" in en and "第六十八条" in zh

    def admit(session: Session, case: Case) -> None:
        session.add(
            Witness(
                case_id=case.id,
                role=Role.WITNESS,
                name="Zhao",
                email="zhao@x.example",
                called_by=case.parties[0].id,
                about="They packed it.",
                manner=vocabulary.TestimonyManner.WRITTEN,
                ground=vocabulary.TestimonyGround.HEALTH,
                state=RequestState.GRANTED,
                entry_number=1,
            )
        )

    change(bench, admit)
    with bench.court.database.read() as session:
        witness = session.scalars(select(Witness.reference)).one()
    assert "did not come" in refused(bench, "exhibit/C-1", witness=witness)[0]

    def promise(session: Session, case: Case) -> None:
        session.scalars(select(Witness)).one().undertaken_by = 1

    change(bench, promise)
    find(bench, "exhibit/C-1", witness=witness)
    find(bench, "fact/2", basis="testimony", witness=witness)


def test_the_report_of_an_expert_who_refused_to_come_grounds_nothing(bench: Bench) -> None:
    """Found on before the expert stayed away, no decision that rests on it is signed (CPL 81; EV 81)."""
    bench.findings()

    def refuse(session: Session, case: Case) -> None:
        report = exhibit(session, case, "C-1")
        appraisal = Appraisal(
            case_id=case.id,
            bears_id=report.party_id,
            fact="An additive",
            questions="Which?",
            why="Only a laboratory can tell",
            materials=[],
            state=AppraisalState.REPORTED,
            exhibit_id=report.id,
            entry_number=1,
        )
        session.add(appraisal)
        session.flush()
        session.add(
            ExpertCall(
                case_id=case.id,
                appraisal_id=appraisal.id,
                travel_minor=0,
                board_minor=0,
                earnings_minor=0,
                currency="CNY",
                state=CallState.REFUSED,
                entry_number=1,
            )
        )
        report.state = ExhibitState.EXCLUDED

    change(bench, refuse)
    assert "refused to come" in not_signed(bench)
    en, zh = refused(bench, "fact/2", rests_on=["C-1", "C-2"])
    assert "art. 81" in en and "第八十一条" in zh
