"""What a decision in effect means for each side, in plain words: who pays or does what, by when, and what follows if not.

CPL 247, 250, 264. No flask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, Stage
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement.effect import is_overdue, left_of
from odr.judgment.models import Obligation
from odr.judgment.queries import obligations_of
from odr.procedure.hooks import Owed

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BOUND = {Stage.EFFECTIVE, Stage.ENFORCEMENT}


def owed_by_decision(sitting: Sitting, case: Case, actor: Actor) -> Owed | None:
    """What a decision in effect asks of a party first, or what they wait for; None where nothing is owed any more."""
    party = case.party_if_any(actor.party_id)
    if party is None or case.stage not in BOUND:
        return None
    open_now = [o for o in obligations_of(sitting.session, case) if o.done_at is None and o.ended_at is None]
    open_now.sort(key=lambda o: (o.due_on, o.id))
    mine = next((o for o in open_now if o.debtor_id == party.id), None)
    if mine is not None:
        return _to_perform(sitting, case, mine)
    theirs = next((o for o in open_now if o.creditor_id == party.id), None)
    return _to_receive(sitting, case, theirs) if theirs is not None else None


def _to_perform(sitting: Sitting, case: Case, obligation: Obligation) -> Owed:
    other, late = _party(case, obligation.creditor_id), is_overdue(sitting, obligation)
    left = left_of(sitting, obligation)
    otherwise = T("%(name)s can ask the court to enforce, at your cost, and interest for delay is added.", name=other)
    words: Text
    if left is not None:
        words = (
            T(
                "You are late: pay %(amount)s to %(name)s. It was due on %(day)s.",
                amount=left,
                name=other,
                day=obligation.due_on,
            )
            if late
            else T(
                "Next for you: pay %(amount)s to %(name)s by the end of %(day)s.",
                amount=left,
                name=other,
                day=obligation.due_on,
            )
        )
    else:
        what = obligation.what or ""
        words = (
            T("You are late: %(what)s. It was due on %(day)s.", what=what, day=obligation.due_on)
            if late
            else T("Next for you: %(what)s, by the end of %(day)s.", what=what, day=obligation.due_on)
        )
    return Owed(words, True, None, names.RECORD_PERFORMANCE, otherwise)


def _to_receive(sitting: Sitting, case: Case, obligation: Obligation) -> Owed:
    other, late = _party(case, obligation.debtor_id), is_overdue(sitting, obligation)
    left = left_of(sitting, obligation)
    if late:
        words: Text = (
            T(
                "%(name)s has not paid %(amount)s, due on %(day)s. You can ask the court to enforce.",
                name=other,
                amount=left,
                day=obligation.due_on,
            )
            if left is not None
            else T(
                "%(name)s has not done what was due on %(day)s. You can ask the court to enforce.",
                name=other,
                day=obligation.due_on,
            )
        )
        return Owed(words, True, None, names.APPLY_FOR_ENFORCEMENT)
    words = (
        T(
            "Nothing for you to do now: %(name)s must pay you %(amount)s by the end of %(day)s.",
            name=other,
            amount=left,
            day=obligation.due_on,
        )
        if left is not None
        else T(
            "Nothing for you to do now: %(name)s must do what was ordered by the end of %(day)s.",
            name=other,
            day=obligation.due_on,
        )
    )
    return Owed(words, False, None, None, T("From the next day you can ask the court to enforce."))


def _party(case: Case, party_id: int | None) -> str:
    found: Party | None = case.party_if_any(party_id)
    return found.name if found is not None else ""
