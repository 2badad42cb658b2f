"""A case, or one exhibit of it, as a bag for somebody who may see it: only what this person may see, and what was left
out is named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry
from odr.docket.papers import NoticePaper, ParagraphBlock, TableBlock, Words, clerk, typeset
from odr.docket.queries import documents
from odr.docket.visibility import reads_document, reads_entry
from odr.evidence.exhibits.access import files_of, shown_to, why_closed
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.intake.upload import plain_name
from odr.evidence.kit.kit import Kit, KitEntry, KitFile, LeftOut
from odr.evidence.models import Exhibit, Upload
from odr.evidence.retention.rules import is_erased
from odr.evidence.sources.proof_queries import proofs_of
from odr.evidence.store.ports import desk_of
from odr.ground.errors import NotFound
from odr.ground.text import T, words_of
from odr.identity.actors import Actor
from odr.notary.log.handed_out import ReceiptFiles
from odr.procedure.case.overview import entry_view
from odr.procedure.time.written_working import bilingual

if TYPE_CHECKING:
    from odr.ground.typeset import PaperLocale
    from odr.procedure.sitting import Sitting

ERASED = T("Its receipt was erased under a rule.")
HIDDEN = T("Not shown in this capacity.")


@dataclass(frozen=True)
class Assembled:
    """A bag ready to be written: its parts, how many bytes of files, up to which entry."""

    kit: Kit
    size: int
    upto: int


def case_file(sitting: Sitting, case: Case, viewer: Actor, docket: tuple[bytes, str] | None = None) -> Assembled:
    """The whole case for one viewer. ``docket`` is its PDF and the reference of that PDF's receipt."""
    session, notary = sitting.session, sitting.court.notary
    entries: list[KitEntry] = []
    left: list[LeftOut] = []
    rows = session.scalars(select(DocketEntry).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number)).all()
    receipts = notary.receipts_files(session, [entry.receipt for entry in rows])
    for entry in rows:
        readable = reads_entry(viewer, entry)
        entries.append(KitEntry(entry.number, receipts[entry.receipt], entry.payload.encode() if readable else None))
        if not readable:
            left.append(LeftOut(f"entry {entry.number}", words_of(HIDDEN)))
    told = "".join(entry.payload.decode() for entry in entries if entry.payload is not None)
    papers, more = _papers(sitting, case, viewer, told)
    exhibits, absent = _exhibits(sitting, case, viewer, told)
    files = [*exhibits, *papers]
    size = sum(_size(file) for file in files)
    if docket is not None:
        pdf, reference = docket
        files.append(KitFile("docket.pdf", notary.receipt_files(session, reference), lambda: iter((pdf,))))
        size += len(pdf)
    kit = Kit(
        _bag_name(case, "case-file"),
        case.reference,
        files,
        entries,
        authority_pem(sitting),
        _info(sitting, case),
        [*left, *absent, *more],
    )
    return Assembled(kit, size, case.entry_count)


def exhibit_kit(sitting: Sitting, case: Case, viewer: Actor, exhibit: Exhibit) -> Assembled:
    """One exhibit with the docket entry that brought it in. Raises NotFound where the viewer may not open it."""
    if not shown_to(viewer, exhibit) or is_erased(exhibit):
        raise NotFound
    session, notary = sitting.session, sitting.court.notary
    proofs = proofs_of(session, exhibit)
    numbers = {exhibit.entry_number, *(proof.entry_number for proof in proofs)}
    files = _exhibit_files(sitting, viewer, exhibit)
    for entry in session.scalars(
        select(DocketEntry)
        .where(DocketEntry.case_id == case.id, DocketEntry.number.in_(numbers))
        .order_by(DocketEntry.number)
    ):
        if reads_entry(viewer, entry):
            receipt, payload = notary.receipt_files(session, entry.receipt), entry.payload.encode()
            files.append(KitFile(f"entry-{entry.number}.json", receipt, lambda payload=payload: iter((payload,))))  # type: ignore[misc]
    kit = Kit(_bag_name(case, exhibit.label), case.reference, files, (), authority_pem(sitting), _info(sitting, case))
    return Assembled(kit, exhibit.upload.size, exhibit.entry_number)


def readings_kit(sitting: Sitting, case: Case, read: tuple[bytes, str]) -> Assembled:
    """Who has read the case, with its proof. ``read`` is the list and the reference of the list's receipt."""
    record, reference = read
    receipt = sitting.court.notary.receipt_files(sitting.session, reference)
    files = [KitFile("readings.json", receipt, lambda: iter((record,)))]
    kit = Kit(_bag_name(case, "readings"), case.reference, files, (), authority_pem(sitting), _info(sitting, case))
    return Assembled(kit, len(record), case.entry_count)


def docket_pdf(sitting: Sitting, case: Case, viewer: Actor, locale: PaperLocale) -> bytes:
    """The docket as a table for one viewer: every entry, the words only where they may read them."""
    rows: list[tuple[Words, ...]] = []
    shown = "zh-Hans" if locale == "zh-Hans" else "en"
    for entry in sitting.session.scalars(
        select(DocketEntry).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number)
    ):
        view = entry_view(sitting, case, viewer, entry, shown)
        rows.append(
            (
                str(view.number),
                view.recorded_at,
                view.by_name or view.by,
                view.title,
                view.words if view.words is not None else HIDDEN,
                view.digest[:16],
            )
        )
    settings = sitting.court.settings
    name = bilingual(settings.court_name, settings.court_name_zh)
    heads: tuple[Words, ...] = (T("No."), T("Received"), T("By"), T("What was done"), T("In words"), T("Digest"))
    about = T(
        "Every entry of the case in order. The digest is the beginning of the SHA-256 of the entry; the whole stands in the log’s receipt."
    )
    paper = NoticePaper(
        court=name,
        kind=T("Docket"),
        subject=sitting.subject_of(case),
        case_number=case.number,
        issued_on=sitting.today,
        signatories=(clerk(name),),
        blocks=[ParagraphBlock(about), TableBlock(heads, rows)],
    )
    return typeset(sitting.court.ports.typesetter, paper, locale, at=sitting.court.clock.machine_now())


def authority_pem(sitting: Sitting) -> bytes:
    """Root certificate of the court's own time authority."""
    return sitting.court.notary.authority.root(sitting.session).public_bytes(serialization.Encoding.PEM)


def _exhibits(sitting: Sitting, case: Case, viewer: Actor, told: str) -> tuple[list[KitFile], list[LeftOut]]:
    files, left = [], []
    for exhibit in exhibits_of(sitting.session, case):
        reason = why_closed(viewer, exhibit)
        try:
            files += _exhibit_files(sitting, viewer, exhibit)
        except NotFound:
            reason = ERASED
        if reason is None:
            continue
        # A digest is given only where an entry shows it to this reader anyway.
        digest = exhibit.upload.sha256 or ""
        left.append(
            LeftOut(f"exhibit {exhibit.label}", words_of(reason), digest if digest and digest in told else None)
        )
    return files, left


def _exhibit_files(sitting: Sitting, viewer: Actor, exhibit: Exhibit) -> list[KitFile]:
    """Every file of an exhibit that the viewer may open, copies made for others too, and the earlier proofs of its own."""
    open_to = [each for each in files_of(exhibit) if why_closed(viewer, exhibit, each) is None]
    proofs = _proofs(sitting, exhibit) if why_closed(viewer, exhibit) is None else []
    return [*(_exhibit_file(sitting, exhibit, each) for each in open_to), *proofs]


def _exhibit_file(sitting: Sitting, exhibit: Exhibit, upload: Upload) -> KitFile:
    desk, place = desk_of(sitting.court), files_of(exhibit).index(upload) + 1
    if upload.blob is None or upload.blob.erased_at is not None:
        raise NotFound
    receipt = sitting.court.notary.receipt_files(sitting.session, upload.receipt or "")
    folder = f"exhibits/{exhibit.label}" if place == 1 else f"exhibits/{exhibit.label}/{place}"
    return KitFile(f"{folder}/{bag_name(upload.filename)}", receipt, lambda: desk.contents(upload))


def _proofs(sitting: Sitting, exhibit: Exhibit) -> list[KitFile]:
    """Earlier proofs attached to an exhibit, and what lies beside them."""
    desk, files = desk_of(sitting.court), []
    for number, proof in enumerate(proofs_of(sitting.session, exhibit), 1):
        for upload in (proof.upload, proof.beside):
            if upload is not None:
                receipt = sitting.court.notary.receipt_files(sitting.session, upload.receipt or "")
                place = f"exhibits/{exhibit.label}/proofs/{number}/{bag_name(upload.filename)}"
                files.append(KitFile(place, receipt, lambda upload=upload: desk.contents(upload)))  # type: ignore[misc]
    return files


def _papers(sitting: Sitting, case: Case, viewer: Actor, told: str) -> tuple[list[KitFile], list[LeftOut]]:
    files: list[KitFile] = []
    left: list[LeftOut] = []
    for number, paper in enumerate(documents(sitting.session, case), 1):
        if not reads_document(viewer, paper):
            if paper.audience is not Audience.SETTLEMENT:
                # A digest is given only where an entry shows it to this reader anyway.
                left.append(
                    LeftOut(f"paper {number}", words_of(HIDDEN), paper.sha256 if paper.sha256 in told else None)
                )
        elif paper.receipt is None:
            left.append(LeftOut(f"paper {number}", words_of(T("It is in no log.")), paper.sha256))
        else:
            content = paper.content
            files.append(
                KitFile(
                    f"documents/{number:03}-{paper.kind}.pdf",
                    _receipt(sitting, paper.receipt),
                    partial(iter, (content,)),
                )
            )
    return files, left


def _receipt(sitting: Sitting, reference: str) -> ReceiptFiles:
    return sitting.court.notary.receipt_files(sitting.session, reference)


def _size(file: KitFile) -> int:
    said: Any = json.loads(file.receipt.json).get("size", 0)
    return int(said)


_UNFIT = re.compile(r"[\\<>:\"|?*%]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.I)


def bag_name(filename: str) -> str:
    """A sender's file name as a bag may hold it: the same name on every system."""
    name = _UNFIT.sub("_", plain_name(filename)).strip(" .") or "file"
    return f"_{name}" if _RESERVED.match(name) else name


def case_slug(case: Case) -> str:
    """The case as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", case.number or "").strip("-") or case.reference[:8]


def _bag_name(case: Case, what: str) -> str:
    return f"{what}-{case_slug(case)}"


def _info(sitting: Sitting, case: Case) -> dict[str, str]:
    settings = sitting.court.settings
    return {
        "Source-Organization": settings.court_name,
        "External-Identifier": case.reference,
        "External-Description": case.title,
        "Internal-Sender-Identifier": case.number or "",
        "Bagging-Date": sitting.court.clock.machine_now().date().isoformat(),
    }


def pieces_with_progress(chunks: Iterator[bytes], tell: Any) -> Iterator[bytes]:
    """The same bytes; ``tell`` hears how many have gone by."""
    passed = 0
    for chunk in chunks:
        passed += len(chunk)
        tell(passed)
        yield chunk
