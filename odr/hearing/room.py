"""What the hearing brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import BENCH_ROLES, COURT_ROLES, PARTY_ROLES, Case, Role, Stage
from odr.hearing import (
    acts_appraisal,
    acts_attendance,
    acts_court,
    acts_mode,
    acts_plan,
    acts_seal,
    appraisals,
    attendance,
    calling,
    ledger,
    online,
    phases,
)
from odr.hearing.queries import WINDOW, examination_of, open_questions_to
from odr.hearing.record import seal_records
from odr.hearing.views import acted
from odr.identity.actors import Actor
from odr.procedure.events import CaseClosed, CaseEffective, ClaimLodged, FeePaid, PartyJoined, Served
from odr.procedure.hooks import NavItem, Panel, Room, on
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """On the case's overview: the phase that runs, and what it asks of the viewer."""
    if case.stage is not Stage.HEARING or actor.role not in PARTY_ROLES | COURT_ROLES:
        return None
    examination = examination_of(sitting.session, case)
    phase = examination.current if examination else None
    party = next((p for p in case.parties if p.id == actor.party_id), None)
    done, everybody = acted(phase)
    asked = len(open_questions_to(sitting.session, party)) if party is not None else 0
    data = {
        "phase": acts_plan.title_of(phase) if phase else None,
        "done": done,
        "all": everybody,
        "questions": asked,
        "is_bench": actor.role in BENCH_ROLES,
    }
    return Panel("main", 10, "hearing/_panel.html", data)


def consents_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """Beside the case: the way to the ledger of consent."""
    if actor.role not in PARTY_ROLES | COURT_ROLES:
        return None
    prepared = (
        online.for_the_court(sitting, case)
        if actor.role in (Role.CLERK, Role.JUDGE) and case.stage in (Stage.PENDING, Stage.HEARING)
        else ()
    )
    return Panel("aside", 22, "hearing/_consents.html", {"in_person": prepared})


def on_over(sitting: Sitting, event: CaseClosed | CaseEffective) -> None:
    """The case is over, by whatever way: no expert comes to it any more."""
    attendance.drop_live(sitting, event.case)


ROOM = Room(
    name="hearing",
    routes=(
        "odr.hearing.routes:hearing",
        "odr.hearing.routes_files:files",
        "odr.hearing.routes_bench:bench",
        "odr.hearing.routes_appraisal:appraisals",
        "odr.hearing.routes_ledger:ledger",
    ),
    panels=(panel, consents_panel),
    appointments=(calling.hearings_ahead,),
    nav=(NavItem("examination", "hearing.page", T("Examination"), 30),),
    on_lapse={
        WINDOW: phases.on_turn_lapsed,
        appraisals.REQUEST: acts_appraisal.on_request_lapsed,
        appraisals.CHOICE: acts_appraisal.on_choice_lapsed,
        appraisals.FEE: acts_appraisal.on_fee_lapsed,
        appraisals.REPORT: acts_appraisal.on_report_lapsed,
        appraisals.ATTENDANCE: acts_attendance.on_attendance_lapsed,
    },
    on_event=(
        on(ClaimLodged, acts_mode.on_claim_lodged, ledger.on_claim_lodged),
        on(PartyJoined, acts_mode.on_party_joined, ledger.on_party_joined),
        on(Served, acts_court.on_served, acts_attendance.on_served),
        on(FeePaid, acts_attendance.on_fee_paid),
        on(CaseClosed, on_over),
        on(CaseEffective, on_over),
    ),
    sweeps={"records": seal_records, "seals": acts_seal.open_waiting},
    after_act=(phases.settle,),
)
