"""Telling witnesses, experts and interpreters when to come, and when not to (CPI 227)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.models import Hearing, Interpreter, Witness
from odr.hearing.vocabulary import HearingState, RequestState, TestimonyManner
from odr.procedure.hooks import Appointment, Cases
from odr.service.notices_to_appear import call_in
from odr.service.packet.overtaken import end_papers

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def who_comes(sitting: Sitting, case: Case) -> list[Witness | Interpreter]:
    """Everybody besides the parties who is to be at a hearing: who testifies in writing or on film is not, and an
    expert only once they are called (EV 38).
    """
    live = select(Witness).where(
        Witness.case_id == case.id, Witness.state == RequestState.GRANTED, Witness.manner == TestimonyManner.LIVE
    )
    interpreters = select(Interpreter).where(Interpreter.case_id == case.id)
    return [
        *sitting.session.scalars(live.order_by(Witness.id)),
        *sitting.session.scalars(interpreters.order_by(Interpreter.id)),
    ]


def call_to(sitting: Sitting, case: Case, hearing: Hearing, who: Witness | Interpreter) -> None:
    """A notice of one hearing for one of them."""
    role = who.role if isinstance(who, Witness) else Role.INTERPRETER
    title = T(
        "Come to the hearing on %(at)s (%(place)s) as %(role)s",
        at=hearing.begins_at,
        place=hearing.place,
        role=role.label,
    )
    tell(sitting, case, who, title, hearing.begins_at)


ABSENCE = {
    Role.CLAIMANT: (T("Without a good reason, your claim may be treated as withdrawn"), "CPL 146"),
    Role.RESPONDENT: (T("Without a good reason, the court may hear and decide the case without you"), "CPL 147"),
    Role.THIRD_PARTY: (
        T(
            "Without a good reason, a claim of your own may be treated as withdrawn; else the hearing goes on without you"
        ),
        "CPI 236, 240",
    ),
}
"""What may follow for a party who was summoned and does not come."""


def hearings_ahead(
    sitting: Sitting, cases: Cases, most: int | None = None, since: datetime | None = None
) -> list[Appointment]:
    """Hearings fixed in these cases, from the morning of their day until they are held or put off; the next ``most``, or those from a
    later moment on.
    """
    begins = max(sitting.morning, since or sitting.morning)
    rows = sitting.session.execute(
        built_once(
            lambda: (
                select(
                    Hearing.case_id,
                    Hearing.reference,
                    Hearing.begins_at,
                    Hearing.mode,
                    Hearing.place,
                    Hearing.summoned_by,
                    Hearing.id,
                )
                .where(
                    Hearing.case_id.in_(cases),
                    Hearing.state.in_((HearingState.SUMMONED, HearingState.ADJOURNING)),
                    Hearing.begins_at >= begins,
                )
                .order_by(Hearing.begins_at, Hearing.id)
                .limit(most)
            )
        )
    )
    return [
        Appointment(
            case,
            reference,
            T("Hearing"),
            at,
            T("%(place)s (%(mode)s)", mode=mode.label, place=place),
            "hearing.page",
            ABSENCE,
            entry,
            number,
        )
        for case, reference, at, mode, place, entry, number in rows
    ]


def call_everybody(sitting: Sitting, case: Case, hearing: Hearing) -> None:
    """A notice of a hearing that was fixed, for each of them."""
    for who in who_comes(sitting, case):
        call_to(sitting, case, hearing, who)


def call_to_fixed(sitting: Sitting, case: Case, who: Witness | Interpreter) -> None:
    """Somebody admitted or appointed after a hearing was fixed is told of it too."""
    if who not in who_comes(sitting, case):
        return
    fixed = select(Hearing).where(
        Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED, Hearing.begins_at > sitting.now
    )
    for hearing in sitting.session.scalars(fixed.order_by(Hearing.begins_at)):
        call_to(sitting, case, hearing, who)


def call_off_what_is_fixed(sitting: Sitting, case: Case) -> list[Hearing]:
    """No hearing is needed any more: those that are fixed do not take place, and nobody is asked to record them.

    Parties are told by the act that made them needless.
    """
    fixed = sitting.session.scalars(
        select(Hearing).where(
            Hearing.case_id == case.id, Hearing.state.in_((HearingState.SUMMONED, HearingState.ADJOURNING))
        )
    ).all()
    for hearing in fixed:
        hearing.state = HearingState.CALLED_OFF
        for desk in (desks.RECORD_HEARING, desks.ADJOURNMENT):
            sitting.close_tasks(case, desk, hearing.reference)
        if hearing.begins_at > sitting.now:
            call_off(sitting, case, hearing)
        else:
            end_papers(sitting, case, hearing.summoned_by, hearing.begins_at)
    return list(fixed)


def call_off(sitting: Sitting, case: Case, hearing: Hearing) -> None:
    """A hearing that is put off: nobody comes in vain, and what is still on its way of its summons goes out no more."""
    end_papers(sitting, case, hearing.summoned_by, hearing.begins_at)
    for who in who_comes(sitting, case):
        tell(
            sitting,
            case,
            who,
            T("The hearing on %(at)s does not take place; do not come", at=hearing.begins_at),
            hearing.begins_at,
        )


def summons_overtaken(sitting: Sitting, case: Case, number: int, at: datetime | None) -> Text | None:
    """Why the summons of an entry goes out no more: who got it after the newer one would come in vain (CPL 139)."""
    over = (HearingState.ADJOURNED, HearingState.CALLED_OFF)
    found = select(Hearing.begins_at).where(
        Hearing.case_id == case.id, Hearing.summoned_by == number, Hearing.state.in_(over)
    )
    begins = sitting.session.scalar(found)
    if begins is None or at not in (None, begins):
        return None
    return T(
        "The hearing of %(at)s was moved, put off or called off since: its summons does not go out again. If another hearing is fixed, send the summons to that one.",
        at=begins,
    )


def tell(sitting: Sitting, case: Case, who: Witness | Interpreter, title: Text, due_at: datetime | None = None) -> None:
    """A notice to one of them whose whole content is its title."""
    call_in(
        sitting,
        case,
        subject=who.reference,
        name=who.name,
        email=who.email,
        own=who.account_id is not None,
        title=title,
        due_at=due_at,
    )
