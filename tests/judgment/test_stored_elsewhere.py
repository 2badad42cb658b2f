"""What lies in a log outside the court and is doubted is found on with four points, each answered (OLR 17)."""

from __future__ import annotations

from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Document
from odr.evidence.models import Exhibit
from odr.evidence.sources.models import EarlierProof
from odr.evidence.sources.proof_formats import ProofKind, ProofResult
from odr.ground.errors import InvalidInput
from odr.hearing.models import Opinion
from odr.judgment.models import Finding
from odr.judgment.vocabulary import STORAGE
from tests.judgment.bench import Bench
from tests.judgment.web import Visitor
from tests.scene import PAPERS

POINTS = {
    "store_rules": "It is on the register of such services.",
    "store_ties": "None was shown.",
    "store_system": "It was audited in 2025.",
    "store_process": "Digest and upload were checked again.",
}


def show_proof(bench: Bench, label: str, kind: ProofKind = ProofKind.LOG) -> None:
    """A party shows a proof that a log outside the court holds an exhibit."""
    with bench.court.database.write() as session:
        exhibit = session.scalars(select(Exhibit).where(Exhibit.label == label)).one()
        session.add(
            EarlierProof(
                exhibit_id=exhibit.id,
                upload_id=exhibit.upload_id,
                kind=kind,
                result=ProofResult.HOLDS,
                issuer="log.example",
                entry_number=3,
                examined_at=bench.clock.now(),
            )
        )


def find(bench: Bench, result: str = "partly", **more: Any) -> None:
    """The judge finds on the exhibit whose authenticity is disputed."""
    one = {"subject": "exhibit/C-2", "result": result, "reasons": "The platform keeps the same list.", **more}
    bench.do("judge", "record_findings", {"findings": [one]})


def test_a_store_that_is_doubted_is_looked_at_point_by_point(bench: Bench) -> None:
    """Neither relied on in silence nor with a point left out; what is found stands in the judgment."""
    show_proof(bench, "C-2")
    with pytest.raises(InvalidInput) as refused:
        find(bench)
    assert {fault.location[-1] for fault in refused.value.faults} == set(STORAGE)
    with pytest.raises(InvalidInput, match=r"Online Litigation Rules, art\. 17") as refused:
        find(bench, **(POINTS | {"store_ties": ""}))
    assert [fault.location[-1] for fault in refused.value.faults] == ["store_ties"]
    find(bench, **POINTS)
    with bench.court.database.read() as session:
        standing = session.scalars(select(Finding).where(Finding.replaced_by.is_(None))).one()
        assert standing.storage == POINTS
    bench.do("judge", "record_findings", {"adopt_undisputed": True})
    fact = {"subject": "fact/2", "result": "adopted", "reasons": "Both agree.", "rests_on": ["C-1", "C-2"]}
    bench.do("judge", "record_findings", {"findings": [fact]})
    bench.do("judge", "draft_decision", bench.draft())
    reference = bench.draft_reference()
    bench.do("judge", "send_for_signing", {"decision": reference})
    bench.wait(hours=26)
    bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number})
    with bench.court.database.read() as session:
        paper = session.scalars(PAPERS.where(Document.kind == "decision")).first()
        assert paper is not None
        said = " ".join(" ".join(page.extract_text() for page in PdfReader(_file(paper.content)).pages).split())
    assert "On whoever stored it: It is on the register of such services." in said
    assert "On its system: It was audited in 2025." in said


def _file(content: bytes) -> object:
    from io import BytesIO

    return BytesIO(content)


def test_what_is_not_relied_on_or_not_doubted_asks_for_nothing(bench: Bench) -> None:
    """Rejected, without such a proof, or disputed in another point only: nothing is asked."""
    find(bench)
    show_proof(bench, "C-2", ProofKind.TIMESTAMP)
    find(bench)
    show_proof(bench, "C-2")
    find(bench, result="rejected")
    with bench.court.database.write() as session:
        for opinion in session.scalars(select(Opinion).where(Opinion.reason.is_not(None))):
            opinion.axis = type(opinion.axis).RELEVANCE
    find(bench)


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_the_desk_asks_only_where_it_is_doubted(bench: Bench, locale: str) -> None:
    """Four questions more beside the exhibit that is doubted, and none beside the other; what was found comes back."""
    show_proof(bench, "C-2")
    judge = Visitor(create_app(court=bench.court), bench, "judge", locale)
    assert "store_rules" not in judge.get("/decision/desk?on=exhibit/C-1")
    page = judge.get("/decision/desk?on=exhibit/C-2")
    assert all(name in page for name in STORAGE)
    assert ("does it keep the rules for such a service" if locale == "en" else "存证平台") in page
    find(bench, **POINTS)
    assert "It is on the register of such services." in judge.get("/decision/desk?on=exhibit/C-2")
