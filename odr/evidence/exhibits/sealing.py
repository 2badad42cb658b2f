"""Sealing a file: asked for when it is submitted, ordered or lifted by the judge (CPI 103, EV 47; security of secrets
and privacy).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel
from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.docket.queries import parties
from odr.evidence import desks
from odr.evidence.inputs import ExhibitInput
from odr.evidence.kit.compiling import recall
from odr.evidence.models import Blob, Exhibit, ExhibitSeal, SealState, Upload
from odr.evidence.retention.rules import forget_in_database
from odr.evidence.store.envelope import new_key, seal_stream
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
    """Encrypt a file that its party asks to have sealed, before the Sitting."""
    if not isinstance(given, ExhibitInput) or not (given.secret and given.why_secret):
        return {}
    with court.database.read() as session:
        upload = session.scalar(
            select(Upload).where(Upload.reference == given.upload, Upload.account_id == actor.account_id)
        )
        return {"sealed": encrypted(court, upload)} if upload is not None else {}


def prepare_seal(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Encrypt a file that the judge orders sealed, before the Sitting."""
    if not isinstance(given, SealInput) or given.answer != "seal":
        return {}
    with court.database.read() as session:
        exhibit = session.scalar(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.reference == given.exhibit))
        return {"sealed": encrypted(court, exhibit.upload)} if exhibit is not None else {}


def _put_under_seal(sitting: Sitting, exhibit: Exhibit) -> None:
    """The row now names the encrypted bytes; the open ones are erased once that is committed."""
    blob = sitting.session.get_one(Blob, exhibit.upload.blob_id)
    if blob.wrapped is not None:
        return
    made = sitting.prepared.get("sealed")
    if not isinstance(made, Encrypted) or made.blob_id != blob.id:
        raise ActNotOpen(T("The file was not encrypted. Send the form again."))
    forget_in_database(sitting)
    old = blob.key
    blob.key, blob.wrapped, blob.content = made.key, made.wrapped, None
    sitting.session.flush()
    if old is not None:
        sitting.after_commit.append(lambda: sitting.court.ports.store.erase(old))


def ask_for_seal(sitting: Sitting, case: Case, exhibit: Exhibit, why: str) -> None:
    """Keep a new exhibit's file from others until the judge decides."""
    _put_under_seal(sitting, exhibit)
    exhibit.seal = ExhibitSeal(exhibit_id=exhibit.id, state=SealState.ASKED, why=why)
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
        seal = exhibit.seal = ExhibitSeal(exhibit_id=exhibit.id, state=SealState.SEALED, why=given.reasons)
    if given.answer == "seal":
        _put_under_seal(sitting, exhibit)
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
