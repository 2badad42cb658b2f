"""Preservation of evidence: unseen until it is recorded, secured where it limits or harms, an exhibit in its case or
the next (CPL 84; EV 25-29).
"""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Document
from odr.docket.queries import entries
from odr.docket.visibility import reads_entry
from odr.evidence.models import Category, Exhibit
from odr.evidence.store.ports import desk_of
from odr.filing.draft.drafts import lodge
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.judgment.preservation.case_without_claim import open_before_claim
from odr.judgment.preservation.evidence import EvidencePreservationInput
from odr.judgment.preservation.inputs import BeforeClaimEvidenceInput
from odr.judgment.preservation.models import EvidencePreservation
from odr.judgment.vocabulary import PreservationState
from odr.procedure.court import Court
from odr.procedure.forms.faults import validate
from tests.judgment.bench import Bench
from tests.judgment.test_before_claim import ASKED as BEFORE
from tests.judgment.test_preservation import motion_of, preserved, seen_by
from tests.judgment.web import Visitor
from tests.scene import claim

ASKED = {
    "asks": "The seller's chat record of 6 November",
    "holder": "Baihua Market, 1 Harbour Road",
    "proves": "What was promised",
    "grounds": "The platform deletes it after 30 days.",
    "measures": ["copy"],
}
RULING = {
    "result": "granted",
    "measures": ["copy"],
    "orders": "The record is copied.",
    "reasons": "It is deleted otherwise.",
    "language": "en",
}
RECORD = {
    "at": "3 March, at the platform",
    "present": "Clerk Sun, Mr Hu for the platform",
    "how": "Exported with its own tool",
    "kept": "With the court",
}


def sent(bench: Bench, content: bytes) -> str:
    """A file the clerk has sent."""
    desk = desk_of(bench.court)
    upload = desk.receive(bench.account("clerk").id, "chat.txt", "text/plain", io.BytesIO(content))
    bench.court.sequence()
    return str(upload.reference)


def test_preserved_evidence_is_an_exhibit_of_who_asked(bench: Bench) -> None:
    """The other side reads nothing of it until it is recorded; what came of it is an exhibit with its facts and origin,
    and the ruling names the measure.
    """
    with pytest.raises(InvalidInput, match="who has it"):
        bench.do(
            "claimant/1",
            "ask_for_ruling",
            {"kind": "evidence_preservation", "asks": "Copy", "grounds": "Or it is gone"},
        )
    bench.do("claimant/1", "ask_for_evidence_preservation", ASKED | {"facts": [1], "urgent": True})
    for wrong, where in (({"measures": []}, "measures"), ({"measures": ["seal"]}, "security")):
        with pytest.raises(InvalidInput) as refused:
            bench.do("judge", "rule_on_preservation", RULING | wrong | {"motion": motion_of(bench)})
        assert refused.value.faults[0].location == (where,)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench)})
    assert not any(word in seen_by(bench, "respondent/1").casefold() for word in ("preserv", "evidence_p"))
    row = preserved(bench)
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "execute_preservation", {"preservation": row.reference, "what": "Copied"})
    bench.do(
        "clerk",
        "record_preserved_evidence",
        RECORD | {"preservation": row.reference, "uploads": [sent(bench, b"I promise a refund")]},
    )
    with bench.court.database.read() as session:
        exhibit = session.scalars(select(Exhibit).order_by(Exhibit.id.desc())).first()
        wanted = session.scalars(select(EvidencePreservation)).one()
        paper = session.scalars(select(Document).where(Document.kind == "ruling")).one()
    assert exhibit is not None and (exhibit.party_id, exhibit.facts, exhibit.category) == (
        row.party_id,
        [1],
        Category.FILES,
    )
    assert (
        exhibit.provenance["made_with"] == "Exported with its own tool"
        and wanted.record is not None
        and wanted.record["exhibits"] == [exhibit.label]
    )
    assert paper.title["en"] == "Ruling: Preservation of evidence" and "ask_for_evidence_preservation" in seen_of(bench)
    assert preserved(bench).state is PreservationState.EXECUTED
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "record_preserved_evidence", RECORD | {"preservation": row.reference})


def seen_of(bench: Bench) -> set[str]:
    """The acts of the case whose content the respondent reads."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        return {e.act for e in entries(session, case, limit=1000) if reads_entry(bench.actor("respondent/1"), e)}


def test_what_may_harm_the_holder_waits_for_security(bench: Bench) -> None:
    """Sealing up, or loss to the holder, needs security at the application, in the ruling and before anything is done
    (EV 26).
    """
    with pytest.raises(InvalidInput) as refused:
        validate(EvidencePreservationInput, ASKED | {"measures": ["seize"]})
    assert [fault.location for fault in refused.value.faults] == [("security",)]
    bench.do("claimant/1", "ask_for_evidence_preservation", ASKED | {"harmful": True, "security": "A bank's letter"})
    with pytest.raises(InvalidInput, match="need security"):
        bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench)})
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": "500.00"})
    row = preserved(bench)
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "record_preserved_evidence", RECORD | {"preservation": row.reference})
    bench.do(
        "clerk", "record_security", {"preservation": row.reference, "amount": "500.00", "how": "letter of the bank"}
    )
    bench.do("clerk", "record_preserved_evidence", RECORD | {"preservation": row.reference})
    bench.serve("respondent/1")
    bench.do("respondent/1", "ask_for_preservation_review", {"asks": "Lift it.", "grounds": "I need it."})


def test_evidence_preserved_before_a_claim_goes_into_its_case(whole_court: Court, clock: FixedClock) -> None:
    """The duty judge rules within 48 hours without security where nobody is harmed; the thirty days run; the exhibit
    goes into the claim's case (EV 29).
    """
    bench = Bench(whole_court, clock)
    given = {k: BEFORE[k] for k in ("cause", "applicant", "respondents")} | ASKED
    receipt = open_before_claim(whole_court, bench.account("li"), BeforeClaimEvidenceInput.model_validate(given))
    with whole_court.database.read() as session:
        bench.case_id = session.scalars(select(Case.id).where(Case.reference == receipt.case_reference)).one()
        assert whole_court.look(session).windows(session.get_one(Case, bench.case_id), "preservation_ruling")
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench)})
    bench.do(
        "clerk",
        "record_preserved_evidence",
        RECORD | {"preservation": preserved(bench).reference, "uploads": [sent(bench, b"I promise")]},
    )
    with whole_court.database.read() as session:
        assert whole_court.look(session).windows(session.get_one(Case, bench.case_id), "preservation_claim")
    followed = lodge(whole_court, bench.account("li"), claim(), key=None).case_reference
    bench.do("claimant/1", "name_claim", {"claim": followed})
    with whole_court.database.read() as session:
        exhibit = session.scalars(select(Exhibit)).one()
        into = session.get_one(Case, exhibit.case_id)
        party = into.party(exhibit.party_id)
    assert into.reference == followed and party.name == "Li Wen" and exhibit.provenance["from_case"]


def test_the_page_before_a_claim_keeps_what_was_typed(whole_court: Court, clock: FixedClock) -> None:
    """A measure that needs security is sent back with the fault at the field, and everything that was typed."""
    visitor = Visitor(create_app(court=whole_court), Bench(whole_court, clock), "li")
    assert "/preservation/evidence" in visitor.page("/preservation")
    page = visitor.post("/preservation/evidence", {"asks": "The chat record", "measures": "seal", "harmful": "true"})
    assert page.status_code == 422
    assert "The chat record" in page.text and 'value="seal" checked' in page.text
