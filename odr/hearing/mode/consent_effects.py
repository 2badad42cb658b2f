"""What consent to take part online leads to: who is called to a video hearing, and whose absence counts (OLR 4, 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.hearing import desks
from odr.hearing.mode.consents import Step, stands
from odr.hearing.models import Hearing
from odr.hearing.queries import examination_of
from odr.hearing.vocabulary import HearingState, Mode

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def in_person(sitting: Sitting, case: Case, step: Step) -> list[Party]:
    """Parties who have not agreed to a step online: they are dealt with in person, never taken to have agreed (OLR
    4(3), (4)).
    """
    return [p for p in parties(case) if not stands(sitting.session, p).get(step, False)]


def goes_by_video(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether a party may be expected at a hearing by video."""
    return not any(p.id == party.id for p in in_person(sitting, case, Step.HEARING))


def call_where(sitting: Sitting, case: Case, mode: Mode) -> dict[str, str]:
    """To where each party is called, by label: ``video`` or ``courtroom``. Raises InvalidInput for a video hearing that
    somebody has not agreed to.
    """
    away = {p.id: p for p in in_person(sitting, case, Step.HEARING)} if mode is not Mode.OFFLINE else {}
    if mode is Mode.LIVE and away:
        names = side_by_side(p.name for p in away.values())
        words = T(
            "Not agreed to a hearing by video: %(names)s. Choose at the same time, online and in the courtroom; who did not agree comes to the courtroom [OLR 4].",
            names=names,
        )
        raise InvalidInput.at("mode", words)
    return {p.label: "courtroom" if mode is Mode.OFFLINE or p.id in away else "video" for p in parties(case)}


def stayed_away_rightly(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> Text | None:
    """Reason why staying away is no absence: the hearing was by video only, and they have not agreed to that or no
    longer does (OLR 4, 5).
    """
    if hearing.mode is not Mode.LIVE or goes_by_video(sitting, case, party):
        return None
    return T(
        "%(party)s has not agreed to a hearing by video, so staying away from one does not count as an absence [OLR 4].",
        party=party.name,
    )


def fix_in_courtroom(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> None:
    """Tell the clerk what to do: a hearing to which the party can come in person."""
    subject = f"{hearing.reference}/{party.id}"
    if sitting.tasks(case, desks.HEARING_PLACE, subject):
        return
    title = T(
        "%(name)s does not take part by video in the hearing of %(at)s. Fix a hearing to which they can come in person; the others may stay online.",
        name=party.name,
        at=hearing.begins_at,
    )
    sitting.open_task(case, Role.CLERK, desks.HEARING_PLACE, title, risk=45, due_at=hearing.begins_at, subject=subject)


def left_the_video(sitting: Sitting, case: Case, party: Party) -> None:
    """A party no longer agrees to be heard by video: every video hearing still to come is the clerk's to fix anew (OLR
    5).
    """
    fixed = select(Hearing).where(
        Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED, Hearing.mode == Mode.LIVE
    )
    for hearing in sitting.session.scalars(fixed.order_by(Hearing.id)):
        fix_in_courtroom(sitting, case, hearing, party)


def back_to_video(sitting: Sitting, case: Case, party: Party) -> None:
    """They agree again: nothing has to be fixed for them."""
    for task in sitting.tasks(case, desks.HEARING_PLACE):
        if (task.subject or "").endswith(f"/{party.id}"):
            task.done_at = sitting.now


def absent_at(sitting: Sitting, case: Case, hearing: Hearing, party_id: int) -> bool:
    """Whether an absence noted in a record is one in law; where it is not, the clerk is told what to do instead."""
    party = case.party(party_id)
    if stayed_away_rightly(sitting, case, hearing, party) is None:
        return True
    fix_in_courtroom(sitting, case, hearing, party)
    return False


def for_the_court(sitting: Sitting, case: Case) -> list[tuple[Text, Text]]:
    """Steps that somebody takes in person, with the names, for whoever prepares them: mediation they do not want
    online, a hearing with everybody at the same time.
    """
    left = [p.name for p in in_person(sitting, case, Step.MEDIATION) if Step.MEDIATION in stands(sitting.session, p)]
    examination = examination_of(sitting.session, case)
    at_one_hour = case.stage is Stage.HEARING and examination is not None and examination.mode is not Mode.ASYNCHRONOUS
    heard = [p.name for p in in_person(sitting, case, Step.HEARING)] if at_one_hour else []
    return [
        (step.label, side_by_side(names)) for step, names in ((Step.MEDIATION, left), (Step.HEARING, heard)) if names
    ]
