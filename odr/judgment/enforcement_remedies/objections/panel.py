"""On the page of a case: objections to its enforcement, what was ruled, what is left as it is meanwhile, and what is next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.ground.text import T, Text
from odr.judgment import names
from odr.judgment.enforcement_remedies.objections.models import EnforcementObjection, ObjectionKind, ObjectionState
from odr.judgment.enforcement_remedies.objections.queries import (
    ACTION,
    REVIEW,
    RULING,
    objections_of,
    who_objects,
    why_untouched,
)
from odr.judgment.enforcement_remedies.objections.sides import names_to_sue
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel

if TYPE_CHECKING:
    from odr.identity.actors import Actor
    from odr.procedure.sitting import Sitting

READERS = frozenset({*PARTY_ROLES, Role.JUDGE, Role.CLERK, Role.PRESIDENT})
OFFERED = (
    names.OBJECT_TO_ENFORCEMENT,
    names.ASK_OBJECTION_REVIEW,
    names.NAME_OBJECTION_ACTION,
    names.RECORD_OUTSIDE_OBJECTION,
    names.RULE_ON_ENFORCEMENT_OBJECTION,
    names.RECORD_FOR_OUTSIDER,
    names.RECORD_OBJECTION_OUTCOME,
)
"""What a reader can do about it, as far as it is open to them."""


@dataclass(frozen=True)
class Objected:
    """One objection: what it is about, why something is left alone, and what is next."""

    what: Text
    untouched: Text | None
    next: Text | None


def objections_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What a reader reads of objections to the enforcement; none where nobody has objected."""
    if actor.role not in READERS:
        return None
    rows = objections_of(sitting.session, case)
    if not rows:
        return None
    table = sitting.court.table
    return Panel(
        "main",
        58,
        "judgment/_objections.html",
        {
            "objected": [objected(sitting, case, actor, row) for row in rows],
            "acts": [table[name] for name in OFFERED if refusal(sitting, table[name], case, actor) is None],
        },
    )


def objected(sitting: Sitting, case: Case, actor: Actor, row: EnforcementObjection) -> Objected:
    """One objection, as a reader reads it."""
    name, what = who_objects(case, row), row.what
    return Objected(_state(row, name, what), why_untouched(sitting, case, row), _next(sitting, case, actor, row))


def _state(row: EnforcementObjection, name: str, what: str) -> Text:
    if row.outcome in ("enforced", "not_enforced", "changed"):
        return {
            "enforced": T("By judgment this may be enforced against: %(what)s", what=what),
            "not_enforced": T("By judgment this may not be enforced against: %(what)s", what=what),
            "changed": T(
                "The higher court changed the ruling on the objection of %(name)s: %(what)s", name=name, what=what
            ),
        }[row.outcome]
    return {
        ObjectionState.OPEN: T("%(name)s objects: %(what)s", name=name, what=what),
        ObjectionState.FOUNDED: T("The objection of %(name)s is well founded: %(what)s", name=name, what=what),
        ObjectionState.UNFOUNDED: T("The objection of %(name)s was rejected: %(what)s", name=name, what=what),
        ObjectionState.FELL: T(
            "The enforcement ended before the objection of %(name)s was ruled on: %(what)s", name=name, what=what
        ),
    }[row.state]


def _next(sitting: Sitting, case: Case, actor: Actor, row: EnforcementObjection) -> Text | None:
    if row.state is ObjectionState.OPEN:
        running = sitting.windows(case, RULING, subject=row.reference)
        return (
            T("Next: a judge rules by the end of %(day)s.", day=sitting.ends_on(running[-1]))
            if running
            else T("Next: a judge rules.")
        )
    if row.outcome is not None or row.state is ObjectionState.FELL:
        return None
    if row.suit_id is not None:
        return T("Next: the action is decided. What it says is carried out here.")
    if row.review_entry is not None:
        return T("Next: the higher court decides. The enforcement goes on meanwhile.")
    kind = REVIEW if row.kind is ObjectionKind.CONDUCT else ACTION
    mine = [one for one in sitting.windows(case, kind, subject=row.reference) if one.party_id == actor.party_id]
    if mine and kind == REVIEW:
        return T(
            "If you are not content: ask the higher court by the end of %(day)s. It costs nothing.",
            day=sitting.ends_on(mine[-1]),
        )
    if mine:
        return T(
            "If you are not content: bring an action by the end of %(day)s, and name it here. %(whom)s",
            day=sitting.ends_on(mine[-1]),
            whom=names_to_sue(sitting, case, row),
        )
    return None
