"""The act by which staff end a task that no other act ends, such as an answer by e-mail that was read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import Audience, Case, Role, Stage
from odr.ground.text import Kept, T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Recorded, Topic, act, guard
from odr.procedure.acts.tasks import by_hand
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import Task
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class FinishTaskInput(CourtModel):
    """What is dealt with, and how."""

    task: Annotated[str, RefTo("desk_task"), field(T("What is dealt with?"), choices="desk_tasks")]
    words: Annotated[
        str,
        CourtText(2, 1000),
        field(T("How it was dealt with"), T("Only the court reads it. It stands on the docket."), widget="textarea"),
    ]


def tasks_by_hand(sitting: Sitting, case: Case, role: Role) -> list[Task]:
    """What lies on the desk of a role and is ended by nothing but somebody's word."""
    hand = by_hand()
    mine = (task for task in sitting.all_tasks(case) if task.role is role and task.kind in hand)
    return sorted(mine, key=lambda task: (-task.risk, task.id))


@resolver("desk_task")
def find_task(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Task | None:
    """A task of the actor's own desk that is ended by hand."""
    return next((task for task in tasks_by_hand(sitting, case, actor.role) if task.reference == reference), None)


@choice_source("desk_tasks")
def desk_tasks(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The tasks as they stand on the desk."""
    return [Option(task.reference, Kept.of(task.title)) for task in tasks_by_hand(sitting, case, actor.role)]


@guard("COURT desk")
def something_by_hand(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to take off the desk."""
    return (
        None
        if tasks_by_hand(sitting, case, actor.role)
        else T("Nothing lies on your desk that is ended by hand; what an act does goes with that act.")
    )


@act(
    title=T("Take something off your desk"),
    input=FinishTaskInput,
    by={Role.JUDGE, Role.CLERK, Role.PRESIDENT, Role.CASHIER},
    at=set(Stage),
    guard=something_by_hand,
    seen_by=Audience.COURT,
    while_stayed=True,
    source=law("COURT desk"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T("What you have read, repeated or undone yourself. Who did what stands on the docket, for the court."),
)
def finish_task(sitting: Sitting, case: Case, given: FinishTaskInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say that something on the desk was dealt with, and how; nothing else follows from it, and nothing leaves a desk
    without a word.
    """
    task: Task = sitting.resolved("desk_task", given.task)
    task.done_at = now
    return Recorded(T("Dealt with: %(what)s", what=Kept.of(task.title)), {"task": task.reference, "kind": task.kind})
