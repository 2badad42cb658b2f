"""Copies of entries: what an entry says as a sealed paper that goes along with its notice (CPL 128, OLR 30).

The paper is promised inside the act's transaction and made by the worker before
anything is sent: a dispatch waits for it and never goes out without it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, select

from odr.docket.models import Audience, Case, DocketEntry, Document, Party
from odr.docket.papers import Block, FactsBlock, HeadingBlock, NoticePaper, ParagraphBlock, Words, clerk, typeset
from odr.docket.queries import entry as entry_numbered
from odr.docket.visibility import document_audience, may_read
from odr.ground.background import each_alone
from odr.ground.canonical import sha256_hex
from odr.ground.db import new_reference
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, words_of
from odr.identity.actors import Actor
from odr.procedure.acts.table import Milestone, acts_that_mean
from odr.procedure.case.written import written_in
from odr.procedure.papers.frame import anchored
from odr.procedure.time.written_working import bilingual
from odr.service.models import Packet
from odr.service.packet.occasions import Occasion
from odr.service.vocabulary import PacketState

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

Readers = tuple[Audience, list[str]]
"""For whom a paper is kept, and who they are by name where it is for named readers."""

COPY = "service_copy"
PROOF = "proof_of_service"
PDF = "application/pdf"


@dataclass
class EntryPapers:
    """The papers of an entry, looked up once for everybody who gets them.

    ``made`` what the entry made; ``copies`` what is promised of it; ``enclosed`` papers of earlier entries that go along.
    """

    made: Sequence[Document]
    copies: list[Document]
    enclosed: Sequence[Document]


_OF_ENTRY = (
    select(Document)
    .where(Document.case_id == bindparam("case"), Document.entry_number == bindparam("number"), Document.kind != PROOF)
    .order_by(Document.id)
)


def papers_of(sitting: Sitting, case: Case, number: int, entry: DocketEntry | None = None) -> EntryPapers:
    """The papers of an entry; ``entry`` itself where it is in hand."""
    of_entry = sitting.session.scalars(_OF_ENTRY, {"case": case.id, "number": number}).all()
    return EntryPapers(
        [d for d in of_entry if d.kind != COPY],
        [d for d in of_entry if d.kind == COPY],
        _enclosed(sitting, case, entry or entry_numbered(sitting.session, case, number)),
    )


def papers_for(
    sitting: Sitting,
    case: Case,
    party: Party,
    occasion: Occasion,
    entry_number: int,
    *,
    audience: Audience,
    named: list[str] | None = None,
    papers: EntryPapers | None = None,
) -> list[dict[str, Any]]:
    """The papers of a packet: those the entry made, else a copy of what the entry says; none where the party may not
    read it. ``papers`` are those of the entry, where they were looked up for several parties.

    A copy of what only some read (``named``) is made for this party alone.
    """
    reader = Actor(party.role, party.account_id, party.name, case.id, party.id)
    papers = papers or papers_of(sitting, case, entry_number)
    found = [d for d in papers.made if may_read(reader, d.audience, d.party_id)]
    if not found and may_read(reader, audience, None, named):
        alone = party if audience is Audience.NAMED else None
        source = _source(sitting, case, occasion, entry_number)
        copies = papers.copies if source == entry_number else papers_of(sitting, case, source).copies
        found = [_promised(sitting, case, occasion, source, alone, copies)]
    found += [d for d in papers.enclosed if may_read(reader, d.audience, d.party_id)]
    return [described(d, occasion.key) for d in found]


def _enclosed(sitting: Sitting, case: Case, told: DocketEntry | None) -> Sequence[Document]:
    """Papers of earlier entries that go along, as an entry names them by ``encloses``: with the letter on a preservation
    its ruling, from whose receipt the time for a review runs (CPI 171).
    """
    references = (json.loads(told.payload).get("result") or {}).get("encloses", []) if told is not None else []
    if not references:
        return []
    return sitting.session.scalars(
        select(Document).where(Document.case_id == case.id, Document.reference.in_(references)).order_by(Document.id)
    ).all()


def described(document: Document, name: str) -> dict[str, Any]:
    """A paper as a packet lists it; its digest is empty until it is made."""
    return {
        "reference": document.reference,
        "name": f"{name}-{document.entry_number}.pdf",
        "title": dict(document.title),
        "media_type": PDF,
        "sha256": document.sha256,
    }


def _source(sitting: Sitting, case: Case, occasion: Occasion, entry_number: int) -> int:
    """With the claim goes the claim itself, as it stood when it was accepted."""
    if occasion.key != "claim":
        return entry_number
    query = (
        select(DocketEntry.number)
        .where(DocketEntry.case_id == case.id, DocketEntry.act.in_(acts_that_mean(Milestone.CLAIM_STATED)))
        .order_by(DocketEntry.number.desc())
    )
    return sitting.session.scalars(query.limit(1)).first() or entry_number


def _promised(
    sitting: Sitting, case: Case, occasion: Occasion, number: int, alone: Party | None, copies: list[Document]
) -> Document:
    """The copy of an entry that goes to everybody, or to one party ``alone``: among those promised, or a new one."""
    whose = alone.id if alone is not None else None
    found = next((copy for copy in copies if copy.party_id == whose), None)
    if found is None:
        found = Document(
            reference=new_reference(),  # Its packet names it before it is written.
            case_id=case.id,
            party_id=whose,
            kind=COPY,
            title=words_of(occasion.title),
            locale="both",
            audience=Audience.COURT,
            entry_number=number,
            sha256="",
            content=b"",
            made_at=sitting.now,
        )
        sitting.session.add(found)
        copies.append(found)
    return found


# -- the worker's half -------------------------------------------------------------


def make_copies(court: Court, limit: int = 32) -> int:
    """The worker's sweep: set, seal and anchor the promised papers, one commit for those of a case; gives how many were
    made.

    A paper that cannot be made keeps no other back.
    """
    with court.database.read() as session:
        rows = session.execute(
            built_once(
                lambda: (
                    select(Document.id, DocketEntry.id, Document.case_id)
                    .join(
                        DocketEntry,
                        and_(DocketEntry.case_id == Document.case_id, DocketEntry.number == Document.entry_number),
                    )
                    .where(Document.sha256 == "", Document.kind == COPY)
                    .order_by(Document.id)
                    .limit(limit)
                )
            )
        ).all()
    made: dict[int, list[tuple[int, bytes, Readers]]] = defaultdict(list)

    def make(row: tuple[int, int, int]) -> int:
        row_id, entry_id, case_id = row
        made[case_id].append((row_id, *_sealed(court, entry_id)))
        return 1

    def keep(papers: list[tuple[int, bytes, Readers]]) -> int:
        with court.sit() as sitting:
            for row_id, sealed, readers in papers:
                _keep(sitting, row_id, sealed, readers)
        return len(papers)

    each_alone([(one, entry, case) for one, entry, case in rows], make, "a paper from the docket could not be made")
    return each_alone(made.values(), keep, "papers from the docket could not be kept")


def _sealed(court: Court, entry_id: int) -> tuple[bytes, Readers]:
    """The sealed copy of an entry, and who may read it."""
    with court.database.read() as session:
        entry = session.get_one(DocketEntry, entry_id)
        paper = copy_paper(court.look(session), session.get_one(Case, entry.case_id), entry)
        readers = document_audience(entry.audience, entry.named)
    now = court.clock.machine_now()
    pdf = typeset(court.ports.typesetter, paper, "both", at=now, by_number=True)
    return court.ports.sealer.seal_pdf(
        pdf, reason="Copy from the docket", signer_name=court.settings.court_name, now=now
    ), readers


def _keep(sitting: Sitting, document_id: int, pdf: bytes, readers: Readers) -> None:
    """Keep the paper unless another worker was faster, anchor its digest, and write it onto the packets that wait for
    it.
    """
    document = sitting.session.get_one(Document, document_id, with_for_update=True)
    if document.sha256:
        return
    case = sitting.session.get_one(Case, document.case_id)
    digest = sha256_hex(pdf)
    document.receipt = anchored(
        sitting.court, sitting.session, case.reference, digest, len(pdf), now=sitting.now, document=document.reference
    )
    document.content, document.sha256 = pdf, digest
    document.audience, document.named = readers
    waiting = sitting.session.scalars(
        select(Packet)
        .where(Packet.case_id == case.id, Packet.state != PacketState.UNDONE)
        .order_by(Packet.id)
        .with_for_update(key_share=True)
    )
    for packet in waiting:
        if any(p["reference"] == document.reference for p in packet.documents):
            packet.documents = [
                {**p, "sha256": digest} if p["reference"] == document.reference else p for p in packet.documents
            ]


def copy_paper(sitting: Sitting, case: Case, entry: DocketEntry) -> NoticePaper:
    """An entry as a paper: who did what and when, its words, and everything that was written in it."""
    payload = json.loads(entry.payload)
    settings = sitting.court.settings
    name = bilingual(settings.court_name, settings.court_name_zh)
    act = sitting.court.table[entry.act]
    by = case.name_of(entry.party_id)
    head: list[tuple[Words, Words]] = [
        (T("Entry"), str(entry.number)),
        (
            T("By"),
            T("%(name)s, %(role)s", name=by, role=case.side_words(entry.role)) if by else case.side_words(entry.role),
        ),
        (T("Received"), entry.recorded_at),
        (T("Digest of the entry (SHA-256)"), entry.digest),
    ]
    if payload["late"]:
        head.append((T("Time limit"), T("The time limit had ended when this came.")))
    words = bilingual(payload["words"]["en"], payload["words"].get("zh-Hans", payload["words"]["en"]))
    return NoticePaper(
        court=name,
        kind=T("Copy from the docket"),
        subject=act.title,
        case_number=case.number,
        issued_on=sitting.today,
        signatories=(clerk(name),),
        blocks=[ParagraphBlock(words), FactsBlock(head), *_content(sitting, case, entry)],
    )


def _content(sitting: Sitting, case: Case, entry: DocketEntry) -> Iterator[Block]:
    for part in written_in(sitting, case, entry):
        if part.title is not None:
            yield HeadingBlock(part.title)
        if part.rows:
            yield FactsBlock(list(part.rows))


def entry_audience(sitting: Sitting, case: Case, number: int) -> Audience:
    """Who reads an entry; one still being made goes to parties and court, as only such are served."""
    found = entry_numbered(sitting.session, case, number)
    return found.audience if found is not None else Audience.PARTIES_AND_COURT
