"""An earlier proof is attached to an exhibit and examined at once (EV 93, 94; OLR 16; IC 11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Stage
from odr.evidence.exhibits.queries import brought_any
from odr.evidence.models import Exhibit, Upload
from odr.evidence.retention.rules import is_erased
from odr.evidence.sources.models import EarlierProof
from odr.evidence.sources.proof_formats import MOST_BYTES, Found, Trust, examine
from odr.evidence.store.ports import desk_of
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Examined:
    """A finding, and of which files it was made."""

    files: tuple[int, int, int | None]
    found: Found


def _small(court: Court, upload: Upload | None) -> bytes | None:
    if upload is None or upload.blob is None or upload.blob.erased_at is not None or upload.size > MOST_BYTES:
        return None
    return b"".join(desk_of(court).contents(upload))


def _sent(session: Session, actor: Actor, reference: str | None) -> Upload | None:
    mine = (Upload.reference == reference, Upload.account_id == actor.account_id)
    return session.scalar(select(Upload).where(*mine)) if reference else None


def prepare_proof(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Examine the proof before the Sitting, with the roots and keys the settings name."""
    assert isinstance(given, ProofInput)
    with court.database.read() as session:
        exhibit = session.scalar(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.reference == given.exhibit))
        upload, beside = _sent(session, actor, given.upload), _sent(session, actor, given.beside)
        if exhibit is None or upload is None or (given.beside and beside is None):
            return {}
        proof = _small(court, upload)
        if proof is None:
            return {}
        file = exhibit.upload
        also = {"name": file.filename, "content": _small(court, file), "beside": _small(court, beside)}
        found = examine(proof, file.sha256 or "", Trust.of(court.settings), court.clock.machine_now(), **also)  # type: ignore[arg-type]
        return {"proof": Examined((exhibit.id, upload.id, beside.id if beside else None), found)}


class ProofInput(CourtModel):
    """An earlier proof of the file of one's own exhibit."""

    exhibit: Annotated[
        str, RefTo("exhibit"), field(T("Exhibit"), T("One of your own side."), choices="own_side_exhibits")
    ]
    upload: Annotated[
        str,
        RefTo("upload"),
        field(T("The proof"), T("A file .tsr, .tst or .tlog-proof. Send it first; it then stands here.")),
    ]
    beside: Annotated[
        str | None,
        RefTo("upload"),
        field(
            T("What the log holds"),
            T("Only for a log that holds a statement about the file, such as receipt.json."),
            widget="select",
        ),
    ] = None


@guard("EV 93")
def has_an_exhibit_to_prove(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A proof from before is attached to an exhibit of one's own."""
    return None if brought_any(sitting.session, case, actor.party_id) else T("You have brought no exhibit yet.")


@act(
    title=T("Attach an earlier proof to an exhibit"),
    input=ProofInput,
    by=set(PARTY_ROLES),
    at={Stage.LODGED, Stage.PENDING, Stage.HEARING},
    guard=has_an_exhibit_to_prove,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("An earlier proof was attached to an exhibit"),
        T(
            "You may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day. If you say nothing, the case goes on."
        ),
    ),
    prepare=prepare_proof,
    source=law("EV 93, 94", "OLR 16", "IC 11"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T("A time-stamp token or a proof from a log, made before the file reached the court."),
)
def attach_proof(sitting: Sitting, case: Case, given: ProofInput, *, actor: Actor, now: datetime) -> Recorded:
    """Attach a token or log proof to one's own exhibit; what its examination found stands in the entry, good or bad.

    It answers a question of its own: it is merged neither with "unchanged since it
    reached the court" nor with "true at its source".
    """
    exhibit: Exhibit = sitting.resolved("exhibit", given.exhibit)
    upload: Upload = sitting.resolved("upload", given.upload)
    beside: Upload | None = sitting.resolved("upload", given.beside) if given.beside else None
    if exhibit.owner_id != actor.party_id:
        raise InvalidInput.at("exhibit", T("Choose an exhibit of your own side."))
    if is_erased(exhibit):
        raise InvalidInput.at("exhibit", T("The file was erased under a rule."))
    if upload.size > MOST_BYTES or (beside is not None and beside.size > MOST_BYTES):
        raise InvalidInput.at("upload", T("A proof is a small file; this one is too large."))
    made = sitting.prepared.get("proof")
    if not isinstance(made, Examined) or made.files != (exhibit.id, upload.id, beside.id if beside else None):
        raise ActNotOpen(T("The proof was not examined. Send the form again."))
    found = made.found
    row = EarlierProof(
        exhibit_id=exhibit.id,
        upload_id=upload.id,
        beside_id=beside.id if beside else None,
        kind=found.kind,
        result=found.result,
        issuer=found.issuer[:300],
        at=found.at,
        entry_number=sitting.next_number(case),
        examined_at=now,
    )
    sitting.session.add(row)
    sitting.session.flush()
    facts = {
        "exhibit_proven": exhibit.label,
        "kind": found.kind.value,
        "result": found.result.value,
        "issuer": found.issuer,
        "proof_sha256": upload.sha256,
        "beside_sha256": beside.sha256 if beside else None,
        "at": found.at.isoformat() if found.at else None,
        "receipt": upload.receipt,
    }
    return Recorded(T("Earlier proof for exhibit %(label)s: %(found)s", label=exhibit.label, found=found.words), facts)
