"""Whether the rows of objections in an enforcement, and of a halt, say what the docket says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.judgment import names
from odr.judgment.enforcement_remedies.objections.models import EnforcementObjection, ObjectionState
from odr.judgment.models import EnforcementCase
from odr.judgment.vocabulary import EnforcementState
from odr.procedure.audit.entry_facts import EntryFacts, entry_facts

if TYPE_CHECKING:
    from odr.procedure.court import Court

MADE = (names.OBJECT_TO_ENFORCEMENT, names.RECORD_OUTSIDE_OBJECTION)
ACTS = (
    *MADE,
    names.RULE_ON_ENFORCEMENT_OBJECTION,
    names.RECORD_OBJECTION_OUTCOME,
    names.HALT_ENFORCEMENT,
    names.HALT_FOR_ACTION,
    names.CONTINUE_ENFORCEMENT,
    names.RECORD_OUTSIDER_JUDGMENT,
    names.DECIDE_ON_DEFERRAL,
    names.END_DEFERRAL,
    names.GO_ON_AFTER_DEFERRAL,
)
HALTS = (names.HALT_ENFORCEMENT, names.HALT_FOR_ACTION, names.DECIDE_ON_DEFERRAL)


def audit_case_objections(court: Court, session: Session, case: Case) -> Iterator[str]:
    """Objections whose kind, ruling or outcome is not what the docket says; and an enforcement that stands still, or goes on,
    otherwise than it says.
    """
    entries = list(entry_facts(session, case, *ACTS))
    rows = session.scalars(select(EnforcementObjection).where(EnforcementObjection.case_id == case.id)).all()
    found = {row.reference: row for row in rows}
    made = {str(entry.result["objection"]): entry for entry in entries if entry.act in MADE}
    for reference in sorted(made.keys() - found.keys()):
        yield f"objection {reference}: the docket tells of it, and there is no such row"
    for reference in sorted(found.keys() - made.keys()):
        yield f"objection {reference}: the docket tells nothing of it"
    for reference in sorted(found.keys() & made.keys()):
        about = [entry for entry in entries if entry.result.get("objection") == reference]
        yield from _one(found[reference], about)
    yield from _halts(session, case, entries)


def _one(row: EnforcementObjection, entries: list[EntryFacts]) -> Iterator[str]:
    ruled = [entry for entry in entries if entry.act == names.RULE_ON_ENFORCEMENT_OBJECTION]
    ended = [entry for entry in entries if entry.act == names.RECORD_OBJECTION_OUTCOME]
    said = {
        "kind": entries[0].given().get("kind"),
        "ruling": ruled[-1].given().get("answer") if ruled else None,
        "ruled by entry": ruled[-1].number if ruled else None,
        "outcome": ended[-1].result.get("answer") if ended else None,
    }
    stands = {
        "kind": row.kind.value,
        "ruling": row.state.value if row.state in (ObjectionState.FOUNDED, ObjectionState.UNFOUNDED) else None,
        "ruled by entry": row.ruled_entry,
        "outcome": row.outcome,
    }
    for what, told in said.items():
        if told != stands[what]:
            yield f"objection {row.reference}: {what} is {told} by the docket, the row says {stands[what]}"


def _halts(session: Session, case: Case, entries: list[EntryFacts]) -> Iterator[str]:
    """Of the enforcement under way; one that ended stands still no more."""
    under_way = EnforcementCase.case_id == case.id, EnforcementCase.state == EnforcementState.OPEN
    for row in session.scalars(select(EnforcementCase).where(*under_way)):
        about = [entry for entry in entries if entry.result.get("number") == row.number]
        last = about[-1] if about else None
        halted = last.number if last is not None and last.act in HALTS else None
        if row.halted_entry != halted:
            yield f"enforcement {row.number}: halted by entry {halted}, the row says {row.halted_entry}"
