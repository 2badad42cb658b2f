"""A creditor lets what is still owed be: nobody has to pay or do it any more (CPL 13)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import PARTY_ROLES, Case, Stage
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment.enforcement.acts import obligation_words
from odr.judgment.enforcement.effect import open_sum
from odr.judgment.enforcement.paid_in_full import follow_up
from odr.judgment.models import Obligation
from odr.judgment.queries import obligations_of
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def owed_to(sitting: Sitting, case: Case, actor: Actor) -> list[Obligation]:
    """What is still owed to whoever asks."""
    rows = obligations_of(sitting.session, case)
    return [o for o in rows if o.done_at is None and o.creditor_id is not None and o.creditor_id == actor.party_id]


@choice_source("owed_to_me")
def owed_to_me(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Each thing still owed to the reader, with what of it is left."""
    return [Option(o.reference, _with_what_is_left(sitting, case, o)) for o in owed_to(sitting, case, actor)]


def _with_what_is_left(sitting: Sitting, case: Case, obligation: Obligation) -> Text:
    whole, left = obligation_words(case, obligation), open_sum(sitting, case, obligation)
    return T("%(owed)s; still open: %(left)s", owed=whole, left=left) if left is not None else whole


@guard("CPL 13")
def something_is_owed_to_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever is owed something can let it be."""
    return None if owed_to(sitting, case, actor) else T("Nothing is owed to you in this case.")


class ForgoRestInput(CourtModel):
    """Which of what is owed is let be."""

    obligation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("What need not be paid or done any more"), choices="owed_to_me")
    ]


@act(
    title=T("Let the rest be"),
    input=ForgoRestInput,
    by=set(PARTY_ROLES),
    at={Stage.EFFECTIVE, Stage.ENFORCEMENT},
    of_part=True,
    guard=something_is_owed_to_me,
    source=law("CPL 13"),
    special=True,
    strong=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("What was still owed need not be paid any more"),
        T("The docket says which part of what was owed this is about. For that part there is nothing you have to do."),
    ),
    says=lambda *_: [
        T(
            "The whole of what you choose is then settled, and its interest too. This cannot be undone, and nothing of it is enforced."
        )
    ],
    topic=Topic.DECISION,
    in_record=False,
)
def forgo_rest(sitting: Sitting, case: Case, given: ForgoRestInput, *, actor: Actor, now: datetime) -> Recorded:
    """The creditor wants no more of it: it counts as settled, and where that was the last, the case can be closed (CPL 13).

    Raises InvalidInput for what is not owed to them.
    """
    obligation = next((o for o in owed_to(sitting, case, actor) if o.reference == given.obligation), None)
    if obligation is None:
        raise InvalidInput.at("obligation", T("Choose one of those listed."))
    left = open_sum(sitting, case, obligation)
    obligation.done_at = sitting.now
    sitting.session.flush()
    follow_up(sitting, case)
    name = sitting.party_of(case, actor).name
    words = (
        T("%(name)s lets the rest be: %(left)s", name=name, left=left)
        if left is not None
        else T("%(name)s lets this be: %(what)s", name=name, what=obligation.what or "")
    )
    return Recorded(words, {"obligation": obligation.reference})
