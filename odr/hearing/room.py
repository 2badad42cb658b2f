"""What the hearing brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import BENCH_ROLES, COURT_ROLES, PARTY_ROLES, Case, Role, Stage
from odr.ground.text import T
from odr.hearing import names
from odr.hearing.appraisal import acts as appraisal_acts, attendance, attendance_rules, queries as appraisal_queries
from odr.hearing.courtroom import calling_witnesses, hearings
from odr.hearing.courtroom.absence.next_step import absence_to_explain
from odr.hearing.courtroom.calendar.away import away_today
from odr.hearing.courtroom.party_questioning.queries import questionings_ahead
from odr.hearing.courtroom.queries import hour_put_off
from odr.hearing.courtroom.witness_costs import effects as witness_costs, queries as witness_cost_queries
from odr.hearing.examination import acts as examination_acts, phases, plan
from odr.hearing.examination.case_views import acted
from odr.hearing.examination.next_step import examination_step
from odr.hearing.live import faults as live_faults, moves as live_moves
from odr.hearing.live.keeping import recordings_due, take_away_erased
from odr.hearing.live.phrases import beside_the_record
from odr.hearing.live.seen.exhibits import forget_closed
from odr.hearing.live.seen.making import make_due
from odr.hearing.live.seen.replaying import forget_withdrawn, make_again
from odr.hearing.mode import acts as mode_acts, consent_effects, consents
from odr.hearing.models import Examination
from odr.hearing.queries import WINDOW, examination_of, open_questions_to
from odr.hearing.record.papers import seal_records
from odr.hearing.sealed import opening_seals
from odr.hearing.written.next_step import asked_about_writing
from odr.identity.actors import Actor
from odr.procedure.acts.events import (
    CaseClosed,
    CaseEffective,
    ClaimLodged,
    ExaminationVoid,
    FeePaid,
    GoesOnOffline,
    GoesOnOnline,
    HeardAgain,
    JudgmentPronounced,
    PartyJoined,
    RetrialEnded,
    Served,
    ServiceFell,
)
from odr.procedure.hooks import DeskPage, NavItem, Panel, Room, on
from odr.procedure.names import CLOSE_WINDOW

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """On the case's overview: the phase that runs, and what it asks of the viewer."""
    if case.stage is not Stage.HEARING or actor.role not in PARTY_ROLES | COURT_ROLES:
        return None
    examination = examination_of(sitting.session, case)
    phase = examination.current if examination else None
    party = case.party_if_any(actor.party_id)
    done, everybody = acted(phase)
    asked = len(open_questions_to(sitting.session, party)) if party is not None else 0
    data = {
        "phase": plan.title_of(phase) if phase else None,
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
        consent_effects.for_the_court(sitting, case)
        if actor.role in (Role.CLERK, Role.JUDGE) and case.stage in (Stage.PENDING, Stage.HEARING)
        else ()
    )
    return Panel("aside", 22, "hearing/_consents.html", {"in_person": prepared})


def on_heard_again(sitting: Sitting, event: HeardAgain | ExaminationVoid) -> None:
    """What was examined before others, or without somebody, is examined anew: the earlier examination stays to be read
    (CPL 41).
    """
    examination = examination_of(sitting.session, event.case)
    if examination is not None:
        phases.leave_off(sitting, event.case, examination)
        for desk in examination_acts.HEARD:
            sitting.close_tasks(event.case, desk)
        examination.replaced_by = sitting.next_number(event.case)
    calling_witnesses.call_off_what_is_fixed(sitting, event.case)
    attendance_rules.drop_live(sitting, event.case)


def on_retrial_ended(sitting: Sitting, event: RetrialEnded) -> None:
    """What was examined in the retrial counts for nothing; the first examination stands again (CPI 404)."""
    number, case = sitting.next_number(event.case), event.case
    running = examination_of(sitting.session, case)
    if running is not None:
        phases.leave_off(sitting, case, running)
        running.replaced_by = number
    first = select(Examination).where(Examination.case_id == case.id, Examination.replaced_by == event.began)
    for examination in sitting.session.scalars(first):
        examination.replaced_by = None
    calling_witnesses.call_off_what_is_fixed(sitting, case)
    attendance_rules.drop_live(sitting, case)


def on_over(sitting: Sitting, event: CaseClosed | CaseEffective) -> None:
    """The case is over, by whatever way: nobody comes to it any more."""
    calling_witnesses.call_off_what_is_fixed(sitting, event.case)
    attendance_rules.drop_live(sitting, event.case)


def is_no_news(act: str, result: Mapping[str, Any], label: str | None) -> bool:
    """Of a turn whose time is over the entry that ends it tells enough."""
    return act == CLOSE_WINDOW and result.get("kind") == WINDOW


ROOM = Room(
    name="hearing",
    elsewhere=(away_today,),
    routes=(
        "odr.hearing.examination.pages:hearing",
        "odr.hearing.examination.file_pages:files",
        "odr.hearing.bench.pages:bench",
        "odr.hearing.bench.day_pages:bench_day",
        "odr.hearing.bench.working_copy_pages:working_copy",
        "odr.hearing.appraisal.pages:appraisals",
        "odr.hearing.courtroom.witness_costs.pages:witness_costs",
        "odr.hearing.courtroom.party_questioning.pages:party_questioning",
        "odr.hearing.mode.pages:ledger",
        "odr.hearing.courtroom.seat_offer_pages:places",
        "odr.hearing.courtroom.calendar.hours_pages:hearing_hours_pages",
        "odr.hearing.courtroom.calendar.week_pages:hearing_calendar",
        "odr.hearing.courtroom.calendar.away_pages:days_away",
        "odr.hearing.live.pages:live",
        "odr.hearing.live.room_pages:live_room",
        "odr.hearing.live.alone_pages:live_alone",
        "odr.hearing.live.transcript.pages:live_text",
    ),
    commands=("odr.hearing.live.transcript.cli:group", "odr.hearing.live.media.composite.cli:group"),
    panels=(panel, consents_panel),
    steps=(examination_step,),
    owed=(absence_to_explain, asked_about_writing),
    appointments=(calling_witnesses.hearings_ahead, questionings_ahead),
    put_off=(hour_put_off,),
    nav=(NavItem("examination", "hearing.page", T("Examination"), 30),),
    desk_pages=(
        DeskPage("hearing.today", T("Hearings today"), 60),
        DeskPage("hearing_calendar.week", T("Calendar"), 59),
        DeskPage("working_copy.mine", T("Your notes on cases you left"), 63),
        DeskPage("days_away.mine", T("Days on which you cannot come"), 121),
        DeskPage("hearing_calendar.listing", T("Hearing list"), 61),
    ),
    on_lapse={
        WINDOW: phases.on_turn_lapsed,
        appraisal_queries.REQUEST: appraisal_acts.on_request_lapsed,
        appraisal_queries.CHOICE: appraisal_acts.on_choice_lapsed,
        appraisal_queries.FEE: appraisal_acts.on_fee_lapsed,
        appraisal_queries.REPORT: appraisal_acts.on_report_lapsed,
        appraisal_queries.ATTENDANCE: attendance.on_attendance_lapsed,
        witness_cost_queries.WINDOW: witness_costs.on_not_advanced,
    },
    on_event=(
        on(ClaimLodged, mode_acts.on_claim_lodged, consents.on_claim_lodged),
        on(PartyJoined, mode_acts.on_party_joined, consents.on_party_joined),
        on(Served, hearings.on_served, attendance.on_served, witness_costs.on_served),
        on(ServiceFell, hearings.on_service_fell),
        on(FeePaid, attendance.on_fee_paid, witness_costs.on_fee_paid),
        on(HeardAgain, on_heard_again),
        on(RetrialEnded, on_retrial_ended),
        on(ExaminationVoid, on_heard_again),
        on(GoesOnOffline, consents.on_goes_offline),
        on(GoesOnOnline, consents.on_goes_online),
        on(JudgmentPronounced, live_moves.on_pronounced),
        on(CaseClosed, on_over, witness_costs.on_over),
        on(CaseEffective, on_over, witness_costs.on_over),
    ),
    sweeps={
        "records": seal_records,
        "seals": opening_seals.open_waiting,
        "hearings": live_faults.watch,
        "shown to the public": make_due,
        "withdrawn broadcasts": forget_withdrawn,
        "closed exhibit pages": forget_closed,
        "broadcasts seen again": make_again,
        "recordings": recordings_due,
        "erased recordings": take_away_erased,
    },
    going_on=(live_faults.is_any_on,),
    confided=(opening_seals.sealed_away_now,),
    beside_form={names.RECORD_HEARING: beside_the_record},
    no_news=(is_no_news,),
    overtaken=(calling_witnesses.summons_overtaken,),
    after_act=(phases.settle, examination_acts.ready_to_be_examined, witness_costs.after_hearing),
)
