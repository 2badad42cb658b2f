"""Mediation with a party who does not take part online: they are met in person (OLR 4, 5; OMR 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, Role
from odr.docket.queries import parties
from odr.ground.text import T
from odr.hearing.mode.consent_effects import in_person
from odr.hearing.mode.consents import Step, note_step, stands
from odr.procedure.acts.events import StepsChosen
from odr.procedure.models import Task
from odr.settlement import desks
from odr.settlement.models import Mediation
from odr.settlement.queries import mediation_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def chose_online(sitting: Sitting, case: Case, party: Party) -> None:
    """Whoever asks for mediation here, or agrees to it here, has chosen this step online themselves (OLR 4(1))."""
    if not stands(sitting.session, party).get(Step.MEDIATION, False):
        note_step(sitting, case, party, Step.MEDIATION, True)


def not_in_the_room(sitting: Sitting, case: Case) -> list[Party]:
    """Parties of a mediation who said that they do not mediate online, or no longer."""
    away = {p.id for p in in_person(sitting, case, Step.MEDIATION)}
    return [p for p in parties(case) if p.id in away and Step.MEDIATION in stands(sitting.session, p)]


def on_steps_chosen(sitting: Sitting, event: StepsChosen) -> None:
    """A party leaves mediation online, or comes back: the mediator learns how to go on, the clerk where there is none
    yet.
    """
    case, party = event.case, event.party
    mediation, online = mediation_of(sitting.session, case), event.changed.get(Step.MEDIATION.value)
    if mediation is None or online is None:
        return
    sitting.close_tasks(case, desks.MEDIATE_IN_PERSON, party.reference)
    if not online:
        _open(sitting, case, mediation, party)


def meet_in_person(sitting: Sitting, case: Case, mediation: Mediation) -> None:
    """A mediator comes into the mediation: who is to be met in person goes onto the mediator's desk."""
    for party in not_in_the_room(sitting, case):
        sitting.close_tasks(case, desks.MEDIATE_IN_PERSON, party.reference)
        _open(sitting, case, mediation, party)


def _open(sitting: Sitting, case: Case, mediation: Mediation, party: Party) -> Task:
    title = T(
        "%(name)s does not mediate online. Meet them in person or by telephone; that they write nothing in the room says nothing.",
        name=party.name,
    )
    return sitting.open_task(
        case,
        Role.MEDIATOR if mediation.mediator_id else Role.CLERK,
        desks.MEDIATE_IN_PERSON,
        title,
        risk=35,
        subject=party.reference,
    )
