"""A refusal to be questioned in person in front of who finds on the facts: it is weighed, and finds nothing by itself (CPI 110; EV
66).
"""

from __future__ import annotations

from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence.models import Category
from odr.filing.models import Fact
from odr.hearing.courtroom.party_questioning.models import PartyQuestioning, QuestioningOutcome, QuestioningState
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState, Mode
from odr.judgment.models import Finding
from odr.judgment.vocabulary import Basis
from tests.judgment.bench import Bench
from tests.judgment.test_grounds import change, exhibit, find, refused


def refuses(bench: Bench, label: str, state: QuestioningState = QuestioningState.REFUSED) -> None:
    """A party was called on fact 2, and was not questioned."""
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        party = next(p for p in case.parties if p.label == label)
        fact = session.scalars(select(Fact).where(Fact.case_id == case.id, Fact.number == 2)).one()
        hearing = Hearing(
            case_id=case.id,
            ordinal=1 + len(session.scalars(select(Hearing.id).where(Hearing.case_id == case.id)).all()),
            mode=Mode.OFFLINE,
            begins_at=bench.clock.now(),
            place="Courtroom 3",
            state=HearingState.HELD,
            summoned_by=1,
        )
        session.add(hearing)
        session.flush()
        session.add(
            PartyQuestioning(
                case_id=case.id,
                party_id=party.id,
                hearing_id=hearing.id,
                person=party.name,
                facts=[fact.id],
                about="What was agreed.",
                state=state,
                outcome=QuestioningOutcome.NOT_COME,
                words="No word came.",
                entry_number=1,
                recorded_by=1,
                ended_by=1,
            )
        )


def test_a_refusal_asks_for_reasons(bench: Bench) -> None:
    """Whatever is found on the fact, the judgment says what it makes of the refusal."""
    refuses(bench, "respondent/1")
    english, chinese = refused(bench, "fact/2", reasons=None, rests_on=["C-1"])
    assert "refusal" in english and "第六十六条" in chinese
    find(bench, "fact/2", reasons="The refusal shows it with C-1.", rests_on=["C-1"])


def test_a_fact_is_held_against_who_refused(bench: Bench) -> None:
    """Where the other side refused without a good reason, the finding may rest on that; with a good reason it may not."""
    refuses(bench, "respondent/1", QuestioningState.EXCUSED)
    assert "refused" in refused(bench, "fact/2", basis="refused")[0]
    refuses(bench, "respondent/1")
    find(bench, "fact/2", basis="refused")
    with bench.court.database.read() as session:
        found = session.scalars(select(Finding).where(Finding.fact_id.is_not(None), Finding.replaced_by.is_(None)))
        assert [one.basis for one in found] == [Basis.REFUSED]


def test_who_refused_proves_nothing_by_it(bench: Bench) -> None:
    """Their own fact is not found on their own refusal, nor on statements of parties alone: it is held unproven."""
    refuses(bench, "claimant/1")
    assert "refused" in refused(bench, "fact/2", basis="refused")[0]

    def own_words(session, case) -> None:  # type: ignore[no-untyped-def]
        for label in ("C-1", "C-2"):
            exhibit(session, case, label).category = Category.STATEMENT

    change(bench, own_words)
    english, chinese = refused(bench, "fact/2", rests_on=["C-1", "C-2"])
    assert "not adopted" in english and "第一百一十条" in chinese
    find(bench, "fact/2", result="rejected", reasons="Nothing but their own words supports it.")
