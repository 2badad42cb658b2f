"""Finding appraisals, and whom the parties agree on. No flask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy.orm import Session

from odr.docket.models import Case, Role
from odr.docket.papers import Reason, RulingPaper
from odr.docket.queries import entries_of, parties, rows_of
from odr.filing import desks as filing_desks, names as filing_names
from odr.filing.inputs import ConvertTrackInput
from odr.ground.memory.asked_once import remembered
from odr.ground.text import Money, T, Text
from odr.hearing import names
from odr.hearing.appraisal.models import Appraisal, AppraisalState, ExpertChoice, ReportObjection
from odr.hearing.models import Witness
from odr.hearing.queries import row_named
from odr.identity.actors import Actor
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Guard, guard
from odr.procedure.papers.form import head, opening, party_block, signatures
from odr.procedure.papers.language import language_of
from odr.procedure.rules.cases import Bar
from odr.procedure.rules.tracks import conversion

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REQUEST, CHOICE, FEE, REPORT, OBJECTION, ANSWER, ATTENDANCE = (
    "appraisal_request",
    "expert_choice",
    "appraisal_fee",
    "appraisal_report",
    "report_objection",
    "expert_answer",
    "expert_attendance_fee",
)
"""Windows."""
UNDER_WAY = (AppraisalState.CHOOSING, AppraisalState.COMMISSIONED, AppraisalState.AT_WORK)
"""Where an appraisal stands that the judge has ordered and that has brought no report yet."""


@remembered
def appraisals_of(session: Session, case: Case, *states: AppraisalState) -> list[Appraisal]:
    """Appraisals of a case in order, all or those in certain states."""
    return rows_of(session, Appraisal, case, *states)


def mine(session: Session, case: Case, actor: Actor, *states: AppraisalState) -> list[Appraisal]:
    """Appraisals with which the actor is commissioned."""
    found = appraisals_of(session, case, *states)
    return [
        each
        for each in found
        if each.witness is not None
        and each.witness.account_id is not None
        and each.witness.account_id == actor.account_id
    ]


def stands(*states: AppraisalState, source: str, reason: Text, own: bool = False) -> Guard:
    """Open only where an appraisal is in one of these states; with ``own``, one with which the actor is commissioned."""

    @guard(source)
    def an_appraisal_stands(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
        found = mine(sitting.session, case, actor, *states) if own else appraisals_of(sitting.session, case, *states)
        return None if found else reason

    return an_appraisal_stands


def reports_awaited(sitting: Sitting, case: Case) -> Iterator[Text]:
    """Why nothing is closed or decided yet: an expert is at work, or somebody's time to object to a report runs (EV 35, 37)."""
    for row in appraisals_of(sitting.session, case, *UNDER_WAY):
        yield T(
            "An appraisal is under way: %(fact)s. Wait for the report, or end the appraisal with reasons [EV 35].",
            fact=row.fact,
        )
    for window in sitting.windows(case, OBJECTION):
        yield T(
            "The time for %(party)s to object to the expert’s report is not over [EV 37].",
            party=case.name_of(window.party_id),
        )


@guard("EV 35, 37")
def no_report_is_awaited(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a hearing is not closed: a report is still to come, or may still be objected to."""
    return next(reports_awaited(sitting, case), None)


def report_opinions(session: Session, case: Case) -> dict[str, str]:
    """Reference of an appraisal → the opinion of its latest report, as the docket tells it."""
    told = [json.loads(entry.payload)["result"] for entry in entries_of(session, case, names.SUBMIT_REPORT)]
    return {str(one["appraisal"]): str(one["opinion"]) for one in told}


def latest_choices(appraisal: Appraisal) -> list[ExpertChoice]:
    """Each party's latest choice."""
    return list({choice.party_id: choice for choice in appraisal.choices}.values())


def agreed(case: Case, appraisal: Appraisal) -> ExpertChoice | None:
    """The expert all parties chose (EV 32), or None."""
    latest = latest_choices(appraisal)
    everybody = {p.id for p in parties(case)}
    same = {choice.email.casefold() for choice in latest}
    return latest[0] if len(same) == 1 and {choice.party_id for choice in latest} >= everybody else None


def still_objecting(appraisal: Appraisal) -> list[ReportObjection]:
    """Objections kept after the expert's answer on which they were neither heard again in writing nor called to be
    heard (EV 38).
    """
    return [
        o
        for o in appraisal.objections
        if o.is_kept and o.answered_by is None and o.called_by is None and o.given_up_by is None
    ]


def given_up(appraisal: Appraisal) -> list[ReportObjection]:
    """Objections that count as given up (EV 38)."""
    return [o for o in appraisal.objections if o.given_up_by is not None]


def open_objections(appraisal: Appraisal) -> list[ReportObjection]:
    """Objections the expert has not answered, those given up apart."""
    return [each for each in appraisal.objections if each.answered_by is None and each.given_up_by is None]


def fee_of(appraisal: Appraisal) -> Money | None:
    """What the expert is paid, directly."""
    return (
        Money(appraisal.fee_minor, appraisal.fee_currency)
        if appraisal.fee_minor is not None and appraisal.fee_currency
        else None
    )


def leave_barred_track(sitting: Sitting, case: Case, actor: Actor) -> None:
    """Where the procedure takes no appraisal the case moves on: a small claim is no longer one (CPL 166, 169; CPI 278)."""
    pack = sitting.pack(case)
    order = list(pack.tracks.list)
    if Bar.APPRAISAL not in pack.track(case.track.value).bars:
        return
    later = [key for key in order[order.index(case.track.value) + 1 :] if Bar.APPRAISAL not in pack.track(key).bars]
    hearing = case.stage.value == "hearing"
    way = next(
        (
            found
            for key in later
            if (found := conversion(pack, case.track.value, key, hearing_opened=hearing)) is not None
        ),
        None,
    )
    if way is not None and not way.by_ruling:
        reasons = T("An appraisal was ordered; the %(track)s does not allow one.", track=case.track.label)
        sitting.then(
            filing_names.CONVERT_TRACK,
            ConvertTrackInput(to=way.to, reasons=reasons.render(language_of(sitting, case))),
            actor=actor,
        )
    else:
        sitting.open_task(
            case,
            Role.JUDGE,
            filing_desks.TRACK,
            T("An appraisal was ordered; the %(track)s does not allow one.", track=case.track.label),
            risk=60,
        )


@dataclass(frozen=True, kw_only=True)
class CommissionPaper(RulingPaper):
    """The letter by which an expert is commissioned: it rules nothing, it asks (EV 32)."""

    labels: ClassVar[dict[str, Text]] = RulingPaper.labels | {
        "holds": T("Questions to the expert: "),
        "reasons": T("Questions to the expert"),
        "ruled": T("What is commissioned"),
    }


def commission_paper(
    sitting: Sitting,
    case: Case,
    appraisal: Appraisal,
    orders: list[Text],
    language: str,
    at: datetime,
) -> RulingPaper:
    """The letter of commission: what is to be appraised, how far, what for, and by when (EV 32)."""
    return CommissionPaper(
        **head(sitting, case, language, at),
        kind=T("Letter of commission"),
        subject=T("Appraisal"),
        signatories=signatures(sitting, case),
        parties=party_block(sitting, case),
        orders=orders,
        history=[opening(sitting, case), T("Fact to be shown: %(fact)s", fact=appraisal.fact)],
        reasons=[Reason(line.strip()) for line in appraisal.questions.splitlines() if line.strip()],
        remedy=T("The parties may ask that the expert be excused [CPL 47]."),
    )


def witness_of(session: Session, appraisal: Appraisal) -> Witness:
    """The expert's place in the case."""
    return session.get_one(Witness, appraisal.witness_id)


@resolver("appraisal")
def find_appraisal(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Appraisal | None:
    """An appraisal; an expert finds only their own."""
    found = row_named(sitting, case, Appraisal, reference)
    is_hers = found is not None and found.witness is not None and found.witness.account_id == actor.account_id
    return found if actor.role is not Role.EXPERT or is_hers else None
