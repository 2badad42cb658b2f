"""How an enforcement is over: by a ruling, by another that takes its place, or because what it rested on fell."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.ground.text import T
from odr.judgment import desks
from odr.judgment.enforcement.queries import enforcement_settlements, enforcements_of
from odr.judgment.enforcement_remedies.deferral.queries import free
from odr.judgment.enforcement_remedies.objections.letters import tell_outsider
from odr.judgment.enforcement_remedies.objections.models import ObjectionState
from odr.judgment.enforcement_remedies.objections.queries import RULING, objections_of
from odr.judgment.enforcement_remedies.successors.queries import no_ruling_any_more
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.queries import obligations_of
from odr.judgment.time_limits import ENFORCEMENT_APPLICATION
from odr.judgment.vocabulary import EnforcementState, SettlementState
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

INACTION, NOTICE = "enforcement_inaction", "enforcement_notice"
OF_SECURITY = (
    desks.ENFORCEMENT_DEFERRAL,
    desks.ENFORCEMENT_MOVED,
    desks.ENFORCEMENT_GUARANTOR,
    desks.ENFORCEMENT_SECURITY,
)


def halt(sitting: Sitting, case: Case, found: EnforcementCase, state: EnforcementState) -> None:
    """An enforcement is over, however it ended: none of its times runs on, nobody is asked to carry it out, and nobody to
    answer what was proposed in it. Who objected from outside and waits for the ruling hears that there is none.
    """
    found.state, found.closed_entry = state, sitting.next_number(case)
    found.halted_entry = found.halt_ground = None
    for kind in (NOTICE, INACTION):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=found.reference)
    for desk in (desks.ENFORCEMENT, desks.ENFORCEMENT_PAID):
        sitting.close_tasks(case, desk, found.reference)
    for desk in (desks.ENDING_FOR_NOW, desks.ENDING_TO_APPROVE, *OF_SECURITY):
        sitting.close_tasks(case, desk)
    free(sitting, case, found, WindowState.ENDED)
    no_ruling_any_more(sitting, case, found)
    for row in enforcement_settlements(sitting.session, case, SettlementState.PROPOSED):
        if row.enforcement_id == found.id:
            row.state, row.closed_entry = SettlementState.DECLINED, sitting.next_number(case)
    for objection in objections_of(sitting.session, case, ObjectionState.OPEN):
        if objection.enforcement_id == found.id:
            objection.state = ObjectionState.FELL
            sitting.close_windows(case, RULING, WindowState.ENDED, subject=objection.reference)
            sitting.close_tasks(case, desks.ENFORCEMENT_OBJECTION, objection.reference)
            ended = T("The enforcement to which you objected has ended. Nothing is ruled on your objection any more.")
            tell_outsider(sitting, case, objection, ended)
    if state is EnforcementState.ENDED:
        _time_begins_anew(sitting, case, found)


def time_interrupted(sitting: Sitting, case: Case, creditor: Party, enforced: Collection[Obligation]) -> None:
    """Whoever applied need not apply any more: their time to is interrupted (CPL 250). Where something else is owed to them that is
    not enforced yet, it runs on for that.
    """
    if not [o for o in _owed_to(sitting, case, creditor) if o not in enforced]:
        sitting.close_windows(case, ENFORCEMENT_APPLICATION, WindowState.ENDED, party=creditor)


def _time_begins_anew(sitting: Sitting, case: Case, found: EnforcementCase) -> None:
    """What is still owed of an enforcement that ended can be applied for again, in two years that begin anew (CPL 250; CPI 518). One
    that ended for now has no such time, and goes on whenever there is something to enforce against (CPI 517).
    """
    creditor = case.party_if_any(found.party_id)
    if creditor is None or sitting.windows(case, ENFORCEMENT_APPLICATION, party=creditor):
        return
    if any(o.reference in _claimed(found) for o in _owed_to(sitting, case, creditor)):
        ended = T("The application had interrupted the time to apply, and the enforcement ended on this day.")
        sitting.start_window(case, ENFORCEMENT_APPLICATION, party=creditor, start=sitting.now, proof=ended)


def _owed_to(sitting: Sitting, case: Case, creditor: Party) -> list[Obligation]:
    every = obligations_of(sitting.session, case)
    return [o for o in every if o.creditor_id == creditor.id and o.done_at is None and o.ended_at is None]


def instrument_fell(sitting: Sitting, case: Case, *, standing: Collection[str] = ()) -> None:
    """What was enforced binds nobody any more: no enforcement of it goes on, and no agreement takes its place. What is
    decided anew is enforced anew.

    Of what is still ``standing``, by its references, the enforcement goes on: a part that was decided first, or what a ruling
    gives back. An agreement stands as long as everything does that it was made about.
    """
    for found in enforcements_of(sitting.session, case, EnforcementState.OPEN):
        if _claimed(found).isdisjoint(standing):
            halt(sitting, case, found, EnforcementState.ENDED)
    for row in enforcement_settlements(sitting.session, case, SettlementState.SIGNED):
        if not _claimed(sitting.session.get_one(EnforcementCase, row.enforcement_id)) <= set(standing):
            row.state, row.closed_entry = SettlementState.BROKEN, sitting.next_number(case)
            sitting.close_tasks(case, desks.ENFORCEMENT_SETTLED, row.reference)


def _claimed(found: EnforcementCase) -> set[str]:
    """What is enforced in it, by reference."""
    return {row["obligation"] for row in found.claimed}


def still_owed(sitting: Sitting, case: Case) -> set[str]:
    """What binds somebody in a case, by reference, also within a handler that has just ended the rest."""
    return {o.reference for o in obligations_of(sitting.session, case) if o.ended_at is None}
