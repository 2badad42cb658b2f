"""What a party who was away from a hearing reads first of the case, and before telling why: the reason they owe the court, and what
the judge may rule without one (CPL 146, 147; CPI 236). No flask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Role, Stage
from odr.filing.claim.going_on import fee_when_left
from odr.ground.text import T, Text
from odr.hearing import names
from odr.hearing.courtroom.absence.waiting import Absence, absences
from odr.hearing.vocabulary import Away
from odr.identity.actors import Actor
from odr.procedure.hooks import Owed

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BEFORE_JUDGMENT = {Stage.HEARING, Stage.DELIBERATION}


def absence_to_explain(sitting: Sitting, case: Case, actor: Actor) -> Owed | None:
    """To tell why one was away, where something may follow from it: it has no day, and the judge may rule on any."""
    absence = _of(sitting, case, actor)
    if absence is None or absence.told is not None:
        return None
    then = _what_may_follow(sitting, case, absence)
    if then is None:
        return None
    return Owed(_asked(absence), True, act=names.EXPLAIN_ABSENCE, otherwise=then)


def what_may_follow(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """Before somebody tells why they were away: from which hearing, that no day is set, what may follow, and what that costs."""
    absence = _of(sitting, case, actor)
    if absence is None:
        return []
    said: list[Text] = [T("The record says: %(what)s.", what=absence.title)]
    then = _what_may_follow(sitting, case, absence)
    if then is None:
        return [*said, T("By the file of the case nothing follows from it. You may tell the court why all the same.")]
    said += [T("No day is set: the judge may rule on it at any time, so tell the court soon."), then]
    if absence.claim is not None:
        costs = fee_when_left(sitting, case, absence.claim, "deemed_withdrawn")
        said += [T("What that would cost: %(what)s", what=one) for one in costs]
    return said


def _of(sitting: Sitting, case: Case, actor: Actor) -> Absence | None:
    if actor.party_id is None or case.stage not in BEFORE_JUDGMENT:
        return None
    return next((one for one in absences(sitting, case) if one.party.id == actor.party_id), None)


def _asked(absence: Absence) -> Text:
    at = absence.hearing.begins_at
    match absence.how:
        case Away.LEFT:
            return T("Next for you: tell the court why you left the hearing of %(at)s before its end", at=at)
        case Away.NO_GUARDIAN:
            return T("Next for you: tell the court why your guardian did not come to the hearing of %(at)s", at=at)
        case None:
            return T("Next for you: tell the court why you did not come to the hearing of %(at)s", at=at)


def _what_may_follow(sitting: Sitting, case: Case, absence: Absence) -> Text | None:
    """What the judge may rule where there is no good reason; None where being away is not held against them, or changes nothing."""
    if absence.does_not_count(sitting, case):
        return None
    if absence.claim is None:
        if absence.party.role is Role.THIRD_PARTY:
            return None
        return T("If the judge finds no good reason, the case may be heard and decided without you [CPL 147].")
    if absence.claim.kind == "claim":
        return T("If the judge finds no good reason, your claim may count as withdrawn [CPL 146].")
    return T("If the judge finds no good reason, your own claim may count as withdrawn [CPI 236].")
