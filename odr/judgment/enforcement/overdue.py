"""The day after the last day to perform: both sides are told that it is overdue, and what follows (CPL 247, 250, 264)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, Role, Stage
from odr.ground.errors import ActNotOpen
from odr.ground.text import Money, T
from odr.identity.actors import Actor
from odr.judgment.enforcement.effect import due_from, open_sum
from odr.judgment.inputs import OverdueInput
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, act
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@act(
    title=T("Performance is overdue"),
    input=OverdueInput,
    by={Role.CLOCK},
    at={Stage.EFFECTIVE, Stage.ENFORCEMENT},
    of_part=True,
    listed=False,
    source=law("CPL 247, 250, 264"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("What was ordered is overdue"),
        T(
            "Whoever owes it should pay or do it now, and say so on the page of the case; interest for delay is added meanwhile. Whoever is owed it can ask the court to enforce, or say that it came."
        ),
    ),
    in_record=False,
)
def tell_overdue(sitting: Sitting, case: Case, given: OverdueInput, *, actor: Actor, now: datetime) -> Recorded:
    """Tell both sides, once the last day to perform is over, that something is still owed; it changes no time limit and
    decides nothing. Raises ActNotOpen where nothing is.
    """
    debtor = next((party for party in case.parties if party.label == given.debtor), None)
    late = due_from(sitting, case, debtor) if debtor is not None else []
    if debtor is None or not late:
        raise ActNotOpen(T("Nothing that is owed is overdue."))
    left = [money for o in late if (money := open_sum(sitting, case, o)) is not None]
    due = min(o.due_on for o in late)
    words = (
        T(
            "Overdue: %(name)s still owes %(amount)s, due on %(day)s.",
            name=debtor.name,
            amount=Money(sum(money.minor for money in left), left[0].currency),
            day=due,
        )
        if left
        else T("Overdue: %(name)s has not done what was due on %(day)s.", name=debtor.name, day=due)
    )
    return Recorded(words, {"debtor": debtor.label, "obligations": [o.reference for o in late]})
