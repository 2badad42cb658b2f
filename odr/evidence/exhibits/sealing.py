"""Sealing a file: asked for when it is submitted, ordered or lifted by the judge (CPI 103, EV 47; security of secrets
and privacy).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel
from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.docket.queries import parties
from odr.evidence import desks
from odr.evidence.inputs import ExhibitInput
from odr.evidence.intake.belonging import belonging_to, kept_from_others
from odr.evidence.kit.compiling import recall
from odr.evidence.models import Blob, Exhibit, ExhibitSeal, SealState, Upload
from odr.evidence.retention.rules import forget_in_database
from odr.evidence.store.envelope import new_key, seal_stream
from odr.evidence.store.erasing import erase_after
from odr.evidence.store.integrity_check import seal_context
from odr.evidence.store.ports import desk_of
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

SEALING = {Stage.LODGED, Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}


@dataclass(frozen=True)
class Encrypted:
    """A file's sealed bytes, already in the store, and its key wrapped by the vault."""

    blob_id: int
    key: str
    wrapped: bytes


class _Source:
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, size: int = 0, /) -> bytes:
        return next(self._chunks, b"")


def encrypted(court: Court, upload: Upload) -> Encrypted | None:
    """Encrypt a file under a key of its own; None when it is encrypted already."""
    blob = upload.blob
    if blob is None or blob.wrapped is not None:
        return None
    key = new_key()
    stored = court.ports.store.write(_Source(seal_stream(key, desk_of(court).contents(upload))))
    return Encrypted(blob.id, stored.key, court.notary.vault.seal(key, seal_context(blob)))


def prepare_submission(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Encrypt the files that their party asks to have sealed, before the Sitting."""
    if not isinstance(given, ExhibitInput) or not given.why_secret:
        return {}
    return sealed_files(court, [actor.account_id or 0], {given.upload: given.secret})


def sealed_files(court: Court, accounts: Sequence[int], asked: Mapping[str, bool]) -> Mapping[str, Any]:
    """Encrypt files of these senders, with what belongs to each; ``asked``: reference of a file → whether all of it is kept
    from others, or that alone of which they see a copy.
    """
    made: list[Encrypted] = []
    with court.database.read() as session:
        for reference, whole in asked.items():
            own = (Upload.reference == reference, Upload.account_id.in_(accounts))
            upload = session.scalar(select(Upload).where(*own))
            if upload is not None:
                hidden = kept_from_others(upload, belonging_to(session, upload), whole=whole)
                made += [one for each in hidden if (one := encrypted(court, each)) is not None]
    return {"sealed": made}


def prepare_seal(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Encrypt a file that the judge orders sealed, before the Sitting."""
    if not isinstance(given, SealInput) or given.answer != "seal":
        return {}
    with court.database.read() as session:
        exhibit = session.scalar(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.reference == given.exhibit))
        if exhibit is None:
            return {}
        whole = exhibit.seal is None or exhibit.seal.whole
        hidden = kept_from_others(exhibit.upload, exhibit.along, whole=whole)
        return {"sealed": [one for each in hidden if (one := encrypted(court, each)) is not None]}


def _put_under_seal(sitting: Sitting, uploads: Sequence[Upload]) -> None:
    """The rows now name the encrypted bytes; the open ones are erased once that is committed."""
    for upload in uploads:
        _encrypt_row(sitting, upload)


def encrypt_at_rest(sitting: Sitting, uploads: Sequence[Upload]) -> None:
    """Keep files encrypted that are in no case yet, each under a key of its own. Who may open them stays as it was."""
    for upload in uploads:
        _encrypt_row(sitting, upload)


def _encrypt_row(sitting: Sitting, upload: Upload) -> None:
    blob = sitting.session.get_one(Blob, upload.blob_id)
    if blob.wrapped is not None:
        return
    made = next((each for each in sitting.prepared.get("sealed", ()) if each.blob_id == blob.id), None)
    # What is lodged at the counter or by the thousand is encrypted here, one file at a time.
    made = made or encrypted(sitting.court, upload)
    if made is None:
        raise ActNotOpen(T("The file was not encrypted. Send the form again."))
    forget_in_database(sitting)
    old = blob.key
    blob.key, blob.wrapped, blob.content = made.key, made.wrapped, None
    sitting.session.flush()
    if old is not None:
        erase_after(sitting, old)


def ask_for_seal(sitting: Sitting, case: Case, exhibit: Exhibit, why: str, *, whole: bool = True) -> None:
    """Keep a new exhibit's files from others until the judge decides: all, or those alone of which they see a copy."""
    _put_under_seal(sitting, kept_from_others(exhibit.upload, exhibit.along, whole=whole))
    exhibit.seal = ExhibitSeal(exhibit_id=exhibit.id, state=SealState.ASKED, why=why, whole=whole)
    sitting.session.flush()
    title = T(
        "Exhibit %(label)s: sealing was asked for. The others cannot answer it until you decide.", label=exhibit.label
    )
    sitting.open_task(case, Role.JUDGE, desks.SEAL_ASKED, title, risk=55, subject=exhibit.reference)


class SealInput(CourtModel):
    """Keeping a file from others, or opening it, by order of the judge."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"))]
    answer: Annotated[
        Literal["seal", "open"],
        field(
            T("What do you order?"),
            options={"seal": T("The file is sealed"), "open": T("The file is open to everybody in the case")},
            widget="radios",
        ),
    ]
    readers: Annotated[
        list[str],
        field(
            T("Who may open it besides the bench and the party it comes from?"),
            T("Nobody else opens it. Each opening is logged."),
            choices="case_parties",
            widget="checkboxes",
        ),
    ] = []
    reasons: Annotated[str, CourtText(1, 4000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Seal or open an exhibit"),
    input=SealInput,
    by={Role.JUDGE},
    at=SEALING,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Order on who may read an exhibit"),
        T("The docket says who may read the exhibit, and why. There is nothing you have to do."),
    ),
    prepare=prepare_seal,
    source=law("CPI 103", "EV 47"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.SEAL_ASKED,
    topic=Topic.EVIDENCE,
    strong=True,
    in_record=False,
)
def order_seal(sitting: Sitting, case: Case, given: SealInput, *, actor: Actor, now: datetime) -> Recorded:
    """Keep a file from all but those the judge names, or open it to everybody; with reasons, since what is kept from a
    party is hard to answer.

    A secret is not examined in public (CPI 103). The file stays encrypted also
    after it was opened; every opening while it is sealed is logged.
    """
    exhibit: Exhibit = sitting.resolved("exhibit", given.exhibit)
    known = {p.label: p for p in parties(case)}
    if not set(given.readers) <= known.keys():
        raise InvalidInput.at("readers", T("Choose one of those listed."))
    seal = exhibit.seal
    if given.answer == "open" and (seal is None or seal.state is SealState.OPENED):
        raise ActNotOpen(T("This exhibit is not sealed."))
    if seal is None:
        seal = exhibit.seal = ExhibitSeal(exhibit_id=exhibit.id, state=SealState.SEALED, why=given.reasons, whole=True)
    if given.answer == "seal":
        _put_under_seal(sitting, kept_from_others(exhibit.upload, exhibit.along, whole=seal.whole))
    seal.state = SealState.SEALED if given.answer == "seal" else SealState.OPENED
    seal.reasons, seal.ordered_by = given.reasons, sitting.next_number(case)
    seal.readers = [known[name].id for name in given.readers] if given.answer == "seal" else []
    sitting.close_tasks(case, desks.SEAL_ASKED, exhibit.reference)
    recall(sitting.session, case, sitting.court.clock.machine_now())
    if given.answer == "open":
        return Recorded(
            T("Exhibit %(label)s is open to everybody in the case", label=exhibit.label),
            {"exhibit": exhibit.label, "reasons": given.reasons},
        )
    facts = {"exhibit": exhibit.label, "readers": sorted(given.readers), "reasons": given.reasons}
    return Recorded(T("Exhibit %(label)s is sealed", label=exhibit.label), facts)
