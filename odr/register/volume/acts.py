"""Acts about the volume of a case that is over: closed when it is complete, sealed, handed on, opened again (OLR 35)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import BENCH_ROLES, COURT_ROLES, PARTY_ROLES, Audience, Case, DocketEntry, Role, Stage
from odr.evidence import names as evidence_names
from odr.evidence.kit import compiling
from odr.evidence.models import CompilationKind
from odr.filing import names as filing_names
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text, words_of
from odr.hearing import names as hearing_names
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import TABLE, Act, Everyone, Recorded, Topic, act, bar, guard
from odr.procedure.papers.frame import keep_prepared
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law
from odr.register import desks
from odr.register.volume.checks import checks_of
from odr.register.volume.inputs import TO, CloseVolumeInput, HandOnVolumeInput, ReopenVolumeInput, SealVolumeInput
from odr.register.volume.models import CaseVolume, VolumeState
from odr.register.volume.papers import KIND, PREPARED, prepare_certificate, said
from odr.register.volume.queries import bound, closed_now, closed_volume, volumes_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ADDS_PAPERS = frozenset({"filing", "hearing", "judgment", "evidence", "settlement"})
"""Rooms whose acts put something into the file; letters, money and the public register go on beside it."""

BESIDE = frozenset(
    {
        filing_names.ANSWER_COMPLAINT,
        filing_names.COMPLAIN,
        filing_names.REFER_COMPLAINT,
        evidence_names.DECIDE_ERASURE,
        evidence_names.LIFT_HOLD,
        evidence_names.ORDER_HOLD,
        hearing_names.ERASE_RECORDING,
    }
)
"""Acts of those rooms that are no part of the file: what somebody asks of the court as such is answered in its time,
and files are kept or erased by their own rules."""


@bar("OLR 35", "COURT volume")
def volume_is_closed(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why somebody of the court adds nothing: the volume is closed. A party's remedy waits for nobody; it opens the
    volume by itself.
    """
    if case.stage is not Stage.CLOSED or actor.role not in COURT_ROLES | BENCH_ROLES | {Role.MEDIATOR}:
        return None
    if act.room not in ADDS_PAPERS or act.name in BESIDE or closed_now(sitting, case) is None:
        return None
    return T("The volume of this case is closed and takes no more papers. Open it again first, with the reason.")


def opened_by_a_party(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """What a party brings after the volume was closed opens it by itself: no remedy hangs on the registry (CPL 211, 216)."""
    if case.stage is not Stage.CLOSED and case.closed_at is None:
        return  # It never ended, and has no volume: most acts ask no further.
    found = TABLE.get(entry.act)
    if entry.role not in PARTY_ROLES or found is None or found.room not in ADDS_PAPERS or found.name in BESIDE:
        return
    row = closed_volume(sitting.session, case)
    if row is not None:
        _open(sitting, case, row, entry.number)


def opened_by_an_erasure(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """What the court erases by its rules goes from the archive too, and the archive with it: a volume that was sealed and
    not handed on is closed anew without it.
    """
    if entry.act != evidence_names.DECIDE_ERASURE or json.loads(entry.payload)["result"]["decision"] != "erase":
        return
    row = closed_volume(sitting.session, case)
    if row is not None and row.state is VolumeState.SEALED:
        _open(sitting, case, row, entry.number)


def _open(sitting: Sitting, case: Case, row: CaseVolume, number: int) -> None:
    row.state, row.reopened_entry = VolumeState.REOPENED, number
    sitting.close_tasks(case, desks.HAND_ON_VOLUME)


@guard("OLR 35", "COURT volume")
def is_complete(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the volume cannot be closed: the rules know none, it is closed, or the file is not complete."""
    if sitting.pack(case).volume is None:
        return T("The rules of this court know no such step.")
    if closed_now(sitting, case) is not None:
        return T("The volume is closed already.")
    if not case.number:
        return T("The claim was never registered: there is no volume.")
    missing = next((one for one in checks_of(sitting, case) if not one.is_met), None)
    if missing is None:
        return None
    return T("The file is not complete. %(what)s", what=missing.words)


@act(
    title=T("Close the volume"),
    input=CloseVolumeInput,
    by={Role.CLERK},
    at={Stage.CLOSED},
    guard=is_complete,
    seen_by=Audience.COURT,
    source=law("OLR 35", "COURT volume"),
    desk=desks.CLOSE_VOLUME,
    topic=Topic.SERVICE,
    in_record=False,
    help=T("The record is looked through first; what is missing is named. Then the file takes no more papers."),
)
def close_volume(sitting: Sitting, case: Case, given: CloseVolumeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Close the file of a case that is over and complete; the worker puts the archive together and it is sealed (OLR 35)."""
    compiled = compiling.ask(
        sitting.session,
        case,
        actor,
        CompilationKind.CASE_FILE,
        language_of(sitting, case),
        sitting.court.clock.machine_now(),
    )
    row = CaseVolume(
        case_id=case.id,
        number=len(volumes_of(sitting.session, case)) + 1,
        state=VolumeState.BINDING,
        compilation_id=compiled.id,
        closed_at=now,
        closed_entry=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    sitting.close_tasks(case, desks.CLOSE_VOLUME)
    checked = [{"what": words_of(one.what), "missing": one.missing} for one in checks_of(sitting, case)]
    return Recorded(T("Volume %(number)s is closed", number=row.number), {"volume": row.reference, "checked": checked})


@act(
    title=T("Seal of a volume"),
    input=SealVolumeInput,
    by={Role.CLOCK},
    at={Stage.CLOSED},
    listed=False,
    while_stayed=True,
    seen_by=Audience.COURT,
    prepare=prepare_certificate,
    source=law("OLR 35", "COURT volume"),
    in_record=False,
)
def seal_volume(sitting: Sitting, case: Case, given: SealVolumeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put the digest of the archive on record and in the log, under the court's certificate; the clerk hands it on (OLR 35).

    Raises ActNotOpen for a volume that is not put together, or was sealed or opened again before.
    """
    found = bound(sitting.session, case, given.volume)
    if found is None or (found[1].sha256, found[1].size) != (given.sha256, given.size):
        raise ActNotOpen(T("This volume is not put together, or was sealed before."))
    row, made = found
    title = words_of(T("Certificate of a closed volume"))
    document = keep_prepared(
        sitting, case, PREPARED, said(given), kind=KIND, title=title, locale=language_of(sitting, case)
    )
    document.audience = Audience.COURT
    row.state, row.sha256, row.size, row.upto = VolumeState.SEALED, given.sha256, given.size, given.upto
    row.sealed_entry, row.document_id = sitting.next_number(case), document.id
    made.expires_at = None  # It lies here until it is handed on, however long that takes.
    words = T("Hand on volume %(number)s and record the receipt", number=row.number)
    sitting.open_task(case, Role.CLERK, desks.HAND_ON_VOLUME, words, risk=10, subject=row.reference)
    facts = {
        "document": document.reference,
        "sha256": document.sha256,
        "size": len(document.content),
        "document_receipt": document.receipt,
    }
    return Recorded(T("Volume %(number)s is sealed", number=row.number), facts)


@guard("COURT volume")
def a_volume_is_sealed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is handed on."""
    row = closed_now(sitting, case)
    if row is None or row.state is VolumeState.BINDING:
        return T("No sealed volume is waiting to be handed on.")
    return T("The volume was handed on already.") if row.state is VolumeState.HANDED_ON else None


@act(
    title=T("Hand on a volume"),
    input=HandOnVolumeInput,
    by={Role.CLERK},
    at={Stage.CLOSED},
    guard=a_volume_is_sealed,
    while_stayed=True,
    seen_by=Audience.COURT,
    source=law("OLR 35", "COURT volume"),
    desk=desks.HAND_ON_VOLUME,
    topic=Topic.SERVICE,
    in_record=False,
    help=T("Record it only when whoever took it has given a receipt and compared the digest."),
)
def hand_on_volume(sitting: Sitting, case: Case, given: HandOnVolumeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record who has the volume now, by their receipt (OLR 35)."""
    row = closed_volume(sitting.session, case)
    if row is None or row.state is not VolumeState.SEALED:
        raise ActNotOpen(T("No sealed volume is waiting to be handed on."))
    row.state, row.handed_on_at, row.taken_by = VolumeState.HANDED_ON, now, given.receipt
    row.handed_entry = sitting.next_number(case)
    sitting.close_tasks(case, desks.HAND_ON_VOLUME)
    return Recorded(
        T(
            "Volume %(number)s was handed on: %(to)s, %(receipt)s",
            number=row.number,
            to=TO[given.to],
            receipt=given.receipt,
        ),
        {"volume": row.reference, "sha256": row.sha256},
    )


@guard("COURT volume")
def a_volume_is_closed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is opened again."""
    return None if closed_now(sitting, case) is not None else T("The volume is not closed.")


@act(
    title=T("Open the volume again"),
    input=ReopenVolumeInput,
    by={Role.CLERK, Role.JUDGE},
    at={Stage.CLOSED},
    guard=a_volume_is_closed,
    while_stayed=True,
    source=law("OLR 35", "COURT volume"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The closed file of your case was opened again"),
        T("The notice says why. There is nothing you have to do; you are told of whatever is added that concerns you."),
        for_information=True,
    ),
    topic=Topic.SERVICE,
    in_record=False,
)
def reopen_volume(sitting: Sitting, case: Case, given: ReopenVolumeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Let a closed volume take papers again, for a reason that stands on the docket; later another volume is closed. What was
    sealed stays as it was, and its digest in the log (OLR 35).
    """
    row = closed_volume(sitting.session, case)
    if row is None:
        raise ActNotOpen(T("The volume is not closed."))
    _open(sitting, case, row, sitting.next_number(case))
    return Recorded(T("Volume %(number)s was opened again", number=row.number), {"volume": row.reference})
