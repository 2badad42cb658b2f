"""What was taken on what binds nobody any more, and how much of it was not ruled on yet (CPL 244). No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role
from odr.ground.memory.asked_once import remembered
from odr.ground.text import Money, T
from odr.judgment import desks
from odr.judgment.enforcement.queries import is_said_done, performed, unconfirmed
from odr.judgment.enforcement_remedies.reversal.models import Reversal, ReversalState
from odr.judgment.queries import obligations_of
from odr.judgment.vocabulary import Instrument

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

_REVERSALS = select(Reversal).where(Reversal.case_id == bindparam("case")).order_by(Reversal.id)


@remembered
def reversals_of(session: Session, case: Case, *states: ReversalState) -> Sequence[Reversal]:
    """What is asked or ruled to be given back in a case, in these states, all if none is named."""
    rows = session.scalars(_REVERSALS, {"case": case.id}).all()
    return [row for row in rows if not states or row.state in states]


@dataclass(frozen=True)
class Taken:
    """What one party got from others on something that fell."""

    giver_id: int
    receivers: tuple[int, ...]
    """From whom: one, or several who owed it jointly."""
    left: Money | None
    """Of money: what was not ruled to go back yet."""
    what: str | None
    """Of something else: what it was."""


def taken(sitting: Sitting, case: Case) -> list[Taken]:
    """What was paid or done on what binds nobody any more and was not ruled on to the full, by who got it from whom.

    What a debtor reported and nobody answered counts too: nobody can answer it any more, and the judge finds on it. What was ruled not to be enforced because the time was over is owed all the same: nothing of it goes back (CPI 481).
    """
    sums: dict[tuple[int, tuple[int, ...], str], int] = {}
    found: list[Taken] = []
    for row in obligations_of(sitting.session, case, live=False):
        if row.ended_at is None or row.creditor_id is None or row.instrument is Instrument.RETURNED:
            continue
        if row.amount_minor is not None and row.currency is not None:
            key = row.creditor_id, row.debtors, row.currency
            reported = sum(one.amount_minor or 0 for one in unconfirmed(sitting.session, row))
            sums[key] = sums.get(key, 0) + performed(sitting.session, row) + reported
        elif row.what and is_said_done(sitting.session, row):
            found.append(Taken(row.creditor_id, row.debtors, None, row.what))
    ordered = reversals_of(sitting.session, case, ReversalState.ORDERED)
    named = {(one.giver_id, one.receiver_id) for one in ordered if one.what}
    found = [one for one in found if not any((one.giver_id, who) in named for who in one.receivers)]
    for one in ordered:
        _goes_back(sums, one)
    for (giver, receivers, currency), minor in sums.items():
        if minor > 0:
            found.append(Taken(giver, receivers, Money(minor, currency), None))
    return found


def _goes_back(sums: dict[tuple[int, tuple[int, ...], str], int], ordered: Reversal) -> None:
    """Take what was ruled to go back off what was taken, once: first what was taken from the receiver alone, then what they owed
    with others.
    """
    rest = ordered.amount_minor or 0
    for key in sorted(sums, key=lambda one: len(one[1])):
        giver, receivers, currency = key
        if (giver, currency) == (ordered.giver_id, ordered.currency) and ordered.receiver_id in receivers:
            off = min(rest, sums[key])
            sums[key] -= off
            rest -= off


def not_ruled_on(sitting: Sitting, case: Case) -> list[Taken]:
    """What was taken and is left, but for those to whom a judge has refused it."""
    refused = {(one.giver_id, one.receiver_id) for one in reversals_of(sitting.session, case, ReversalState.REFUSED)}
    return [one for one in taken(sitting, case) if not all((one.giver_id, who) in refused for who in one.receivers)]


def taken_by(sitting: Sitting, case: Case, giver_id: int, receiver_id: int) -> list[Taken]:
    """What one party got from another."""
    return [one for one in taken(sitting, case) if one.giver_id == giver_id and receiver_id in one.receivers]


def see_to_giving_back(sitting: Sitting, case: Case, subject: str | None = None) -> None:
    """Something fell: where anything was paid or done on it, a judge rules whether it goes back (CPL 244)."""
    sitting.session.flush()
    if taken(sitting, case) and not sitting.tasks(case, desks.REVERSAL_DUE):
        words = T("What was enforced or performed rests on nothing any more. Rule on what goes back.")
        sitting.open_task(case, Role.JUDGE, desks.REVERSAL_DUE, words, risk=80, subject=subject)
