"""A seat that nobody could take is filled as soon as somebody can (CPL 131)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import COURT_ROLES, DECIDING_ROLES, Case, Role, Stage
from odr.filing import desks
from odr.filing.claim.procedure_bars import missing_of_panel
from odr.filing.course.objections import BENCH_CHANGED
from odr.filing.inputs import Reasons
from odr.filing.registry.seats import could_sit, nobody_could, take_seats
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def empty_seats(sitting: Sitting, case: Case) -> list[Role]:
    """The court's own seats that a draw left empty, in the order in which it did."""
    found = {Role(task.subject): None for task in sitting.tasks(case, desks.NO_SEAT) if task.subject}
    return [role for role in found if role in COURT_ROLES]


@guard("CPL 131")
def a_seat_is_empty(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no seat to fill: everybody whom the case needs was drawn."""
    return None if empty_seats(sitting, case) else T("No seat of this case is empty.")


@choice_source("empty_seats")
def empty_seat_options(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The empty seats, and for each why nobody can take it today, if that is so."""
    return [
        Option(
            role.value,
            role.label,
            None if could_sit(sitting, case, role) else nobody_could(sitting, case, role),
        )
        for role in empty_seats(sitting, case)
    ]


class EmptySeatInput(CourtModel):
    """The seat that is to be filled, and what has changed since nobody could take it."""

    role: Annotated[str, CourtText(1, 40, one_line=True), field(T("Seat"), choices="empty_seats")]
    reasons: Reasons


@act(
    title=T("Fill an empty seat"),
    input=EmptySeatInput,
    by={Role.PRESIDENT},
    at=set(Stage) - {Stage.CLOSED},
    guard=a_seat_is_empty,
    while_stayed=True,
    strong=True,
    serves=Everyone.PARTIES,
    letter=BENCH_CHANGED,
    source=law("CPL 47, 131"),
    desk=desks.NO_SEAT,
    topic=Topic.CLAIM,
    in_record=False,
)
def fill_seat(sitting: Sitting, case: Case, given: EmptySeatInput, *, actor: Actor, now: datetime) -> Recorded:
    """Seat by lot somebody who can take the seat now: entered in the list of the court, back from leave, or with a post that holds. Of a
    panel every empty seat of that kind is filled as far as somebody is there, and the judge convenes nobody once it is full.

    Raises InvalidInput for a seat that is not empty, and where still nobody can take it: the task stays on the desk.
    """
    role = next((one for one in empty_seats(sitting, case) if one.value == given.role), None)
    if role is None:
        raise InvalidInput.at("role", T("This seat is not empty. Choose one of those listed."))
    drawn = take_seats(sitting, case, role, missing_of_panel(sitting, case).get(role, 1))
    if not drawn:
        raise InvalidInput.at("role", nobody_could(sitting, case, role))
    if role in DECIDING_ROLES and not missing_of_panel(sitting, case):
        sitting.close_tasks(case, desks.PANEL)
    names = [one.name for one in drawn]
    return Recorded(
        T("%(name)s sits as %(role)s now", name=side_by_side(names), role=role.label),
        {"role": role.value, "reasons": given.reasons, "seated_now": names},
    )
