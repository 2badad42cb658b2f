"""Fines, detention and release in public: numbered, published without names, withdrawn when the higher court revokes them (JDP 3(8))."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from odr.app import create_app
from odr.docket.models import Case, Document
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task
from odr.procedure.rules.registry import PackRegistry
from odr.register.enforcement_list.sanctions.models import Custody, Sanction, SanctionState
from odr.register.publication import redacting
from odr.register.publication.models import Publication, PublicationState
from odr.register.search import keeping, shelves
from odr.register.search.facts import FactReader
from odr.register.search.language import read
from odr.register.search.queries import Asked, Compiler
from odr.register.search.searching import Search
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_settlement import enforced
from tests.register.listing import debtor
from tests.register.publishing import numbered, proposal as public_text, propose, publish
from tests.register.test_register_checked import Outside
from tests.register.test_sanctions import BORN, begin, decide, heard, newest, ordered, proposal


def desks_of(bench: Bench) -> set[str]:
    """Kinds of task that are open in the case."""
    with bench.court.database.read() as session:
        return set(
            session.scalars(select(Task.kind).where(Task.case_id == bench.case_id, Task.done_at.is_(None))).all()
        )


def review(bench: Bench, answer: str, **given: Any) -> None:
    """The higher court was asked and has answered."""
    bench.do("respondent/1", "ask_sanction_review", {"words": "I have no money."})
    bench.do(
        "clerk",
        "record_sanction_review",
        {"sanction": newest(bench).reference, "answer": answer, "reasons": "As the file shows.", **given},
    )


def test_what_is_ordered_gets_a_number_and_lies_on_the_clerk_s_desk(bench: Bench) -> None:
    """A review halts nothing (CPL 119): it has effect at once, and is to be public seven working days later (JDP 7)."""
    ordered(bench)
    judgment, fine = numbered(bench)
    assert (judgment.kind, fine.kind, fine.number) == ("judgment", "sanction", judgment.number + 1)
    assert fine.effective_at == newest(bench).decided_at
    pack = bench.court.packs.in_force("cn", fine.decided_on)
    assert fine.due_on == pack.working_calendar.add_working(fine.decided_on, 7)
    assert "make_public" in desks_of(bench)


def test_what_orders_nothing_gets_none(bench: Bench) -> None:
    """The law has fines, detention and early release published: not that nothing was ordered, or that somebody stays."""
    heard(bench)
    decide(bench, answer="decline")
    assert [row.kind for row in numbered(bench)] == ["judgment"]


def test_a_release_has_a_number_and_staying_has_none(bench: Bench) -> None:
    """Decisions on an early release are published; where it is refused, the first decision goes on."""
    ordered(bench)
    begin(bench)
    given = {"sanction": newest(bench).reference, "reasons": "As the person says."}
    bench.do("president", "decide_release", {**given, "answer": "stay"})
    assert [row.kind for row in numbered(bench)] == ["judgment", "sanction"]
    bench.do("president", "decide_release", {**given, "answer": "release"})
    assert [row.kind for row in numbered(bench)] == ["judgment", "sanction", "release"]
    assert numbered(bench)[-1].effective_at == newest(bench).free_at


def test_it_is_published_without_the_name_and_adds_up_for_an_outsider(bench: Bench, tmp_path: Path) -> None:
    """Proposed, approved by another, published: a stranger reads what was done and how much, and not of whom; the account
    closes, and the record of it is proved in the log.
    """
    ordered(bench)
    row = publish(bench)
    stranger = create_app(court=bench.court).test_client()
    page = stranger.get(f"/decisions/{row.address}")
    with bench.court.database.read() as session:
        name = next(one.name for one in session.get_one(Case, bench.case_id).parties if one.label == "respondent/1")
    assert page.status_code == 200 and "2,000.00" in page.text and "sells every day" in page.text
    assert name not in page.text
    (tmp_path / "outside").mkdir()
    outside = Outside(tmp_path / "outside", bench)
    code, said = outside.run()
    assert code == 0 and "1 published + 0 withheld + 1 pending + 0 withdrawn = 2 decided, rest 0" in said, said
    told = outside.told
    told["records"] = [one for one in told["records"] if '"decision":2' not in one["body"].replace(" ", "")]
    outside.write(told)
    code, said = outside.run()
    assert code == 1 and "WRONG" in said, "a fine that is taken out of the list is missed"


def test_the_search_calls_it_no_end_of_a_case(bench: Bench) -> None:
    """It decides on no claim: no outcome, no sum awarded; found by its words."""
    ordered(bench)
    publish(bench)
    keeping.keep_index(bench.court)
    found = shelves.reading(keeping.folder_of(bench.court)).now()
    assert found is not None
    reader = FactReader(PackRegistry.load().in_force("cn", numbered(bench)[-1].decided_on))
    (facts,) = Search(Compiler(reader, found)).find(Asked(read("detention"))).facts
    assert (facts.outcome, facts.awarded) == (None, None)


def test_an_officer_s_name_is_known_and_replaced(bench: Bench) -> None:
    """Who of an organisation is fined stands in no party's place, and is a name the docket knows."""
    enforced(bench)
    officer = {"officer": "Zhou Yi, director", "born_on": BORN, "fine": "1,000.00"}
    bench.do("judge", "propose_sanction", proposal(bench, **officer))
    bench.serve("respondent/1")
    bench.wait(days=8)
    decide(bench, reasons="Zhou Yi signed every refusal, and ZHOU  YI knew of the judgment.")
    publish(bench)
    page = create_app(court=bench.court).test_client().get(f"/decisions/{numbered(bench)[-1].address}").text
    assert "zhou yi" not in " ".join(page.lower().split())


def test_who_is_barred_with_an_organisation_is_a_name_the_docket_knows(bench: Bench) -> None:
    """Its people may not spend on what is costly either, and a decision that names one of them hides the name (RHC 3; JDP 8)."""
    enforced(bench)
    bench.do("claimant/1", "ask_for_consumption_bar", {"debtor": debtor(bench), "words": "They fly every week."})
    given = {"answer": "bar", "people": "Qian San, manager\nSun Si", "reasons": "It pays nobody."}
    bench.do("president", "decide_consumption_bar", {"debtor": debtor(bench), **given})
    with bench.court.database.read() as session:
        known = redacting.known_in(bench.court.look(session), session.get_one(Case, bench.case_id))
        assert {"Qian San", "Sun Si"} <= {name for one in known for name in one.names if not one.keep}


@pytest.mark.parametrize(("answer", "given"), [("lifted", {}), ("changed", {"fine": "500.00", "days": 3})])
def test_what_the_higher_court_revokes_or_changes_has_no_effect_any_more(
    bench: Bench, answer: str, given: dict[str, Any]
) -> None:
    """Not public yet it is proposed no more and withheld with the reason; public, it is put before the judge."""
    ordered(bench)
    propose(bench)
    review(bench, answer, **given)
    row = numbered(bench)[-1]
    assert row.effective_at is None and row.lost_at is not None and row.due_on is None
    with pytest.raises((ActNotOpen, InvalidInput)):
        bench.do("clerk", "propose_publication", public_text(bench, row))
    bench.do("judge", "withhold", {"publication": row.reference, "reason": "no_effect"})
    assert numbered(bench)[-1].state is PublicationState.WITHHELD


def test_a_public_one_that_is_revoked_is_withdrawn_by_the_judge(bench: Bench) -> None:
    """Nothing is taken down by itself: the judge is asked, and the page then says that it was withdrawn."""
    ordered(bench)
    bench.do("respondent/1", "ask_sanction_review", {"words": "I have no money."})
    row = publish(bench)
    given = {"sanction": newest(bench).reference, "answer": "lifted", "reasons": "It was no refusal."}
    bench.do("clerk", "record_sanction_review", given)
    assert "decide_on_public" in desks_of(bench) and numbered(bench)[-1].state is PublicationState.PUBLISHED
    bench.do("judge", "withdraw_publication", {"publication": row.reference, "reason": "no_effect"})
    assert create_app(court=bench.court).test_client().get(f"/decisions/{row.address}").status_code == 410


def test_a_review_that_leaves_it_changes_nothing(bench: Bench) -> None:
    """It goes on as it was."""
    ordered(bench)
    review(bench, "stays")
    row = numbered(bench)[-1]
    assert row.effective_at == newest(bench).decided_at and row.lost_at is None


def found_by(bench: Bench) -> list[str]:
    """What the audit of the rows of the case says of fines and their numbers."""
    with bench.court.database.read() as session:
        told = audit_projections(bench.court, session, session.get_one(Case, bench.case_id))
    return [one for one in told if ": sanction" in one or "number in the ledger" in one]


TAMPERED: tuple[Callable[..., Any], ...] = (
    lambda: update(Sanction).values(fine_minor=1),
    lambda: update(Sanction).values(days=1),
    lambda: update(Sanction).values(custody=Custody.OVER),
    lambda: update(Sanction).values(state=SanctionState.LIFTED),
    lambda: update(Sanction).values(decided_entry=1),
    lambda: update(Sanction).values(reference="nobody-knows-this-reference"),
    lambda: (
        update(Publication)
        .where(Publication.kind == "sanction")
        .values(
            document_id=select(func.max(Document.id))
            .where(Document.id.not_in(select(Publication.document_id)))
            .scalar_subquery()
        )
    ),
)


@pytest.mark.parametrize("tamper", TAMPERED)
def test_the_audit_finds_a_row_that_says_otherwise(bench: Bench, tamper: Callable[..., Any]) -> None:
    """Fine, days, custody and state follow from the docket, and what was ordered has its number."""
    ordered(bench)
    assert found_by(bench) == []
    with bench.court.database.write() as session:
        session.execute(tamper())
    assert found_by(bench)
