"""Acts about help with the fee: asking, deciding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, PartyKind, Role, Stage
from odr.docket.queries import seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.memory.asked_once import remembered
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.payments import desks
from odr.payments.fee.acts import ask_for
from odr.payments.fee.addressees import who_asked_relief
from odr.payments.fee.assessment import assessments_of
from odr.payments.fee.fee_computation import NO_FEE, REMEDIES, Matter
from odr.payments.fee.reassessment import question_of, replace_unpaid
from odr.payments.fee.unpaid import off_the_desks
from odr.payments.models import AssessmentState, FeeAssessment, ReliefRequest, ReliefState
from odr.payments.refund.orders import order_surplus
from odr.procedure.acts.events import LegalAidGranted
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Premise, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.hooks import Panel
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import ASKED, STANDS
from odr.procedure.rules.base import law
from odr.procedure.rules.tariff import ReliefKind, ReliefRule

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OWED = (AssessmentState.DUE, AssessmentState.DEFERRED)
RELIEF_WINDOW, DECIDER = "relief_decision", "fee_relief"

BEFORE_JUDGMENT = {
    Stage.PAYMENT_ORDER,
    Stage.LODGED,
    Stage.RETURNED,
    Stage.PENDING,
    Stage.HEARING,
    Stage.APPEALED,
    Stage.PRONOUNCED,
}

PUT_OFF_AT = frozenset({Stage.LODGED, Stage.RETURNED, Stage.APPEALED, Stage.PRONOUNCED})
"""Payment is put off before the claim or the appeal is accepted, and not after (FEE 49)."""


def may_be_put_off(sitting: Sitting, case: Case, party_id: int | None) -> bool:
    """Whether a party's payment can be put off now: before acceptance, or where all that is due is the fee of a retrial, of which nobody
    knew before it was ordered (FEE 44, 49; court rule).
    """
    if case.stage in PUT_OFF_AT:
        return True
    due = [row for row in fees_of(sitting, case, party_id) if row.state in OWED]
    return bool(due) and all(row.matter is Matter.RETRIAL for row in due)


def relief_of(sitting: Sitting, case: Case, *states: ReliefState) -> list[ReliefRequest]:
    """Requests of a case in some states, in order."""
    return [one for one in _asked_relief(sitting.session, case.id) if not states or one.state in states]


_ASKED = select(ReliefRequest).where(ReliefRequest.case_id == bindparam("case")).order_by(ReliefRequest.id)


@remembered
def _asked_relief(session: Session, case_id: int) -> list[ReliefRequest]:
    return list(session.scalars(_ASKED, {"case": case_id}))


def fees_of(sitting: Sitting, case: Case, party_id: int | None) -> list[FeeAssessment]:
    """A party's fees that relief can reach: the court cannot forgo what it collects for an expert (FEE 11, 44)."""
    return [row for row in assessments_of(sitting.session, case, party_id=party_id) if row.matter not in NO_FEE]


@guard("FEE 44", "COURT one-at-a-time")
def may_ask(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """One request at a time, and only while the fee is not paid."""
    mine = [
        r for r in relief_of(sitting, case, ReliefState.PENDING, ReliefState.GRANTED) if r.party_id == actor.party_id
    ]
    if any(r.state is ReliefState.PENDING for r in mine):
        return T("You have asked already; the court decides first.")
    if mine and not _is_for_appeal(sitting, case, actor.party_id):
        return T("Relief was granted to you already.")
    rows = fees_of(sitting, case, actor.party_id)
    if rows and not any(r.state in OWED for r in rows):
        return T("You have no fee to pay now.")
    if not rows and actor.role is not Role.CLAIMANT:
        return T("You have no fee to pay now.")
    return None


def _is_for_appeal(sitting: Sitting, case: Case, party_id: int | None) -> bool:
    """Whether what somebody asks now is about the fee of an appeal or a retrial, for which help is asked for by itself (FEE 48): only that is
    due, and nothing was granted for it.
    """
    due = [r for r in fees_of(sitting, case, party_id) if r.state in OWED]
    granted = relief_of(sitting, case, ReliefState.GRANTED)
    had = any(r.party_id == party_id and r.for_appeal for r in granted)
    return bool(due) and all(r.matter in REMEDIES for r in due) and not had


RELIEF_WORDS = {"exemption": T("To pay nothing"), "reduction": T("To pay less"), "deferral": T("To pay later")}


TOO_LATE = T(
    "To pay later is asked for before the claim is accepted; now it can only be asked to pay less or nothing [FEE 49]."
)


@choice_source("relief_kinds")
def relief_kinds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What can still be asked for: to pay later only before acceptance (FEE 49); nothing is offered that would be refused."""
    known, later = sitting.pack(case).tariff.relief, may_be_put_off(sitting, case, actor.party_id)
    return [
        Option(kind, words)
        for kind, words in RELIEF_WORDS.items()
        if ReliefKind(kind) in known and (later or ReliefKind(kind) is not ReliefKind.DEFERRAL)
    ]


@choice_source("relief_grounds")
def relief_grounds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The grounds of the tariff, each once, with the relief they stand under."""
    found: dict[str, Option] = {}
    later = may_be_put_off(sitting, case, actor.party_id)
    for kind, rule in sitting.pack(case).tariff.relief.items():
        if kind is ReliefKind.DEFERRAL and not later:
            continue
        for key, words in rule.grounds.items():
            found.setdefault(key, Option(key, words, rule.title))
    return list(found.values()) or [Option("other", T("Real need for help with the fee"))]


class ReliefInput(CourtModel):
    """A request for help with the fee (FEE 44–48)."""

    kind: Annotated[
        Literal["exemption", "reduction", "deferral"],
        field(
            T("What do you ask for?"),
            T("Only natural persons can be freed from the whole fee [FEE 44]."),
            widget="radios",
            choices="relief_kinds",
        ),
    ]
    ground: Annotated[
        str,
        CourtText(1, 60),
        field(
            T("Why?"),
            T("The grounds are those of the [=FEE 45–47]."),
            choices="relief_grounds",
            widget="select",
        ),
    ]
    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(
            T("Your situation"),
            T("Income, who depends on you, what changed. Only your side and the court can read this."),
            widget="textarea",
        ),
    ]
    documents: Annotated[
        list[Annotated[str, RefTo("upload")]], Field(max_length=20), field(T("Documents that show it"))
    ] = []


@act(
    title=T("Ask for help with the fee"),
    help=T("To pay nothing, less or later. Best sent with the claim."),
    input=ReliefInput,
    by={Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY},
    at=BEFORE_JUDGMENT,
    guard=may_ask,
    seen_by=Audience.OWN_SIDE_AND_COURT,
    source=law("FEE 44, 48"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.FEE,
    in_record=False,
)
def request_relief(sitting: Sitting, case: Case, given: ReliefInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask to pay nothing, less or later; while the request is undecided nothing lapses (FEE 22, 44–48)."""
    who, pack = sitting.party_of(case, actor), sitting.pack(case)
    kind = ReliefKind(given.kind)
    rule = pack.tariff.relief.get(kind)
    if rule is None:
        raise InvalidInput.at("kind", T("The tariff knows no such relief."))
    if kind is ReliefKind.DEFERRAL and not may_be_put_off(sitting, case, who.id):
        raise InvalidInput.at("kind", TOO_LATE)
    if rule.natural_persons_only and who.kind is not PartyKind.PERSON:
        raise InvalidInput.at(
            "kind", T("Only natural persons can be exempted; a reduction or deferral is open to everybody.")
        )
    if rule.grounds and given.ground not in rule.grounds:
        raise InvalidInput.at(
            "ground",
            T("This ground belongs to another kind of relief. Choose one listed under “%(kind)s”.", kind=rule.title),
        )
    row = _put_on_desk(sitting, case, who, rule, given.ground, list(given.documents))
    return Recorded(
        T("%(name)s asked for help with the fee: %(kind)s", name=who.name, kind=rule.title),
        {"request": row.reference, "kind": kind.value, "article": rule.article},
    )


def _put_on_desk(
    sitting: Sitting, case: Case, who: Party, rule: ReliefRule, ground: str, documents: list[str]
) -> ReliefRequest:
    pack, now = sitting.pack(case), sitting.now
    kind = next(key for key, each in pack.tariff.relief.items() if each is rule)
    row = ReliefRequest(
        case_id=case.id,
        party_id=who.id,
        kind=kind,
        ground=ground,
        documents=documents,
        for_appeal=_is_for_appeal(sitting, case, who.id),
        state=ReliefState.PENDING,
        asked_at=now,
    )
    sitting.session.add(row)
    sitting.session.flush()
    due = None
    if RELIEF_WINDOW in pack.windows.rules:
        due = sitting.start_window(case, RELIEF_WINDOW, start=now, subject=row.reference).due_at
    sitting.open_task(
        case,
        desk_of(sitting, case),
        desks.FEE_RELIEF,
        T("%(name)s asks for help with the fee: %(kind)s", name=who.name, kind=rule.title),
        risk=40,
        due_at=due,
        subject=row.reference,
    )
    return row


AIDED = "legal_aid"
"""The ground of a deferral for whoever gets legal aid (FEE 47(3))."""


def on_legal_aid(sitting: Sitting, event: LegalAidGranted) -> None:
    """Whoever gets legal aid and asked to pay the fee later then: the request lies on the desk at once, before the claim is
    accepted (FEE 47(3), 49).
    """
    case, party = event.case, event.party
    rule = sitting.pack(case).tariff.relief.get(ReliefKind.DEFERRAL)
    asked = relief_of(sitting, case, ReliefState.PENDING, ReliefState.GRANTED)
    if not event.defer or rule is None or AIDED not in rule.grounds or any(r.party_id == party.id for r in asked):
        return
    if may_be_put_off(sitting, case, party.id):
        _put_on_desk(sitting, case, party, rule, AIDED, [])


def must_be_granted(sitting: Sitting, case: Case, row: ReliefRequest) -> bool:
    """Whether the measures leave no choice: a deferral for somebody whose legal aid is on record, in time (FEE 47, 49)."""
    aid = case.party(row.party_id).details.get("legal_aid") or {}
    return (
        row.kind is ReliefKind.DEFERRAL
        and row.ground == AIDED
        and aid.get("outcome") == "granted"
        and may_be_put_off(sitting, case, row.party_id)
    )


def desk_of(sitting: Sitting, case: Case) -> Role:
    """Whose desk a request lies on: the pack's decider where one is seated or no judge is, else the judge's."""
    decider = _decider(sitting, case)
    seated = decider is not Role.JUDGE and seat(sitting.session, case, decider) is not None
    return decider if seated or seat(sitting.session, case, Role.JUDGE) is None else Role.JUDGE


def _decider(sitting: Sitting, case: Case) -> Role:
    matters = sitting.pack(case).deciders.matters
    return Role(matters[DECIDER].by) if DECIDER in matters else Role.JUDGE


@guard("FEE 48", "COURT deciders")
def decides_relief(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The judge of the case, or whom the rules name; and something must wait."""
    if actor.role not in (Role.JUDGE, _decider(sitting, case)):
        return T("The rules give this decision to: %(who)s.", who=_decider(sitting, case).label)
    return None if relief_of(sitting, case, ReliefState.PENDING) else T("No request is waiting for a decision.")


def relief_state(sitting: Sitting, case: Case, values: Mapping[str, Any]) -> str:
    """State of the request a decision answers."""
    row = sitting.session.scalar(
        select(ReliefRequest).where(ReliefRequest.case_id == case.id, ReliefRequest.reference == values.get("request"))
    )
    return f"{row.reference}:{row.state.value}" if row else "none"


DECISION_WORDS = {"grant": T("Grant it"), "refuse": T("Refuse it")}


@choice_source("relief_requests")
def relief_requests(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests that wait for a decision."""
    tariff = sitting.pack(case).tariff.relief
    return [
        Option(r.reference, T("%(name)s: %(kind)s", name=case.party(r.party_id).name, kind=tariff[r.kind].title))
        for r in relief_of(sitting, case, ReliefState.PENDING)
    ]


@resolver("relief")
def find_relief(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ReliefRequest | None:
    """A request for relief; a party finds their own."""
    request = sitting.session.scalar(
        select(ReliefRequest).where(ReliefRequest.case_id == case.id, ReliefRequest.reference == reference)
    )
    if request is not None and actor.role in PARTY_ROLES and request.party_id != actor.party_id:
        return None
    return request


class ReliefDecisionInput(CourtModel):
    """The decision on such a request, with reasons."""

    request: Annotated[str, RefTo("relief"), field(T("Request"), choices="relief_requests", widget="select")]
    decision: Annotated[Literal["grant", "refuse"], field(T("Decision"), widget="radios", options=DECISION_WORDS)]
    percent: Annotated[
        int | None,
        Field(ge=1, le=100),
        field(T("Reduced by (percent)"), T("At least 30 percent. Only for a reduction."), widget="number"),
    ] = None
    until: Annotated[CourtDate | None, field(T("To be paid by"), T("Only for a deferral."))] = None
    reasons: Annotated[str, CourtText(10, 4000), field(T("Reasons"), T("The party reads these."), widget="textarea")]


@act(
    title=T("Decide on help with the fee"),
    input=ReliefDecisionInput,
    by={Role.JUDGE, Role.PRESIDENT, Role.CLERK},
    # The case goes on while one waits; over, what is still due of the fee is decided on all the same.
    at=BEFORE_JUDGMENT | {Stage.DELIBERATION, Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED},
    guard=decides_relief,
    premise=Premise.SUBJECT,
    subject=relief_state,
    serves=Everyone.CONCERNED,
    seen_by=Audience.OWN_SIDE_AND_COURT,
    paper=RulingForm(T("Help with the fee"), STANDS, result="decision", words=ASKED, is_decision=True),
    source=law("FEE 45–48"),
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on help with the fee"),
        T("Read what was decided. If a fee is still to be paid, a letter of its own names its last day."),
        "fee_relief",
        when_due=T(
            "Pay the fee that is still due by the end of %(day)s. If you do not, the judge may rule that what the fee is for is withdrawn.",
            day=DAY,
        ),
    ),
    concerns=who_asked_relief,
    desk=desks.FEE_RELIEF,
    topic=Topic.FEE,
    strong=True,
    in_record=False,
)
def decide_relief(sitting: Sitting, case: Case, given: ReliefDecisionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Grant or refuse help with the fee, with reasons (FEE 48). A refusal gives a new period to pay.

    A deferral is decided before acceptance (FEE 49).
    """
    row: ReliefRequest = sitting.resolved("relief", given.request)
    if row.state is not ReliefState.PENDING:
        raise ActNotOpen(T("This request was decided before."))
    who = case.party(row.party_id)
    if given.decision == "refuse" and must_be_granted(sitting, case, row):
        raise InvalidInput.at(
            "decision",
            T(
                "%(name)s gets legal aid, as the docket shows: payment must be put off [FEE 47(3)].",
                name=who.name,
            ),
        )
    row.decided_at = now
    sitting.close_windows(case, RELIEF_WINDOW, WindowState.MET, subject=row.reference)
    sitting.close_tasks(case, desks.FEE_RELIEF, row.reference)
    named = (f"party/{who.id}", Role.JUDGE.value, Role.CLERK.value, Role.PRESIDENT.value, Role.ASSISTANT.value)
    if given.decision == "refuse":
        row.state = ReliefState.REFUSED
        if case.stage is not Stage.CLOSED:  # A fee that is due of a case that is over has no time that could end it.
            _new_period(sitting, case, row)
        return Recorded(
            T("Help with the fee refused to %(name)s", name=who.name),
            {"request": row.reference, "decision": "refuse"},
            Audience.NAMED,
            named,
        )
    _grant(sitting, case, row, given)
    back = 0
    for due in reversed(
        fees_of(sitting, case, who.id)
    ):  # The newest tells what is asked for now, and replaces all before.
        if due.state not in OWED:
            continue
        if row.for_appeal and due.matter not in REMEDIES:
            continue
        row_now = replace_unpaid(sitting, case, who, due)
        back += order_surplus(sitting, case, who, question_of(sitting, case, row_now), row_now).minor
    words = T(
        "Help with the fee granted to %(name)s: %(kind)s",
        name=who.name,
        kind=sitting.pack(case).tariff.relief[row.kind].title,
    )
    return Recorded(
        words,
        {
            "request": row.reference,
            "decision": "grant",
            "kind": row.kind.value,
            "percent": row.granted_percent,
            "back": back,
        },
        Audience.NAMED,
        named,
    )


def _grant(sitting: Sitting, case: Case, row: ReliefRequest, given: ReliefDecisionInput) -> None:
    rule = sitting.pack(case).tariff.relief[row.kind]
    if row.kind is ReliefKind.REDUCTION:
        if given.percent is None or (rule.least is not None and Fraction(given.percent, 100) < rule.least):
            raise InvalidInput.at(
                "percent", T("A reduction is at least 30 percent. Enter by how many percent the fee is reduced.")
            )
        row.granted_percent = given.percent
    elif given.percent is not None:
        raise InvalidInput.at("percent", T("Only a reduction has a percentage; clear it."))
    if row.kind is ReliefKind.DEFERRAL:
        if not may_be_put_off(sitting, case, row.party_id):
            raise InvalidInput.at(
                "decision",
                T("Payment can be put off only before the claim is accepted [FEE 49]."),
            )
        if given.until is None:
            raise InvalidInput.at("until", T("Enter the day by which the fee is to be paid."))
        if given.until < sitting.today:
            raise InvalidInput.at("until", T("This day is over."))
        row.until_on = given.until
    row.state, row.granted_kind = ReliefState.GRANTED, row.kind
    sitting.session.flush()


def _new_period(sitting: Sitting, case: Case, request: ReliefRequest) -> None:
    """After a refusal the time to pay starts again (FEE 22)."""
    who = case.party(request.party_id)
    for row in fees_of(sitting, case, who.id):
        if row.state is AssessmentState.DUE:
            sitting.close_windows(case, row.window_kind, WindowState.ENDED, subject=row.reference)
            off_the_desks(sitting, case, row)
            ask_for(sitting, case, who, row, sitting.now, T("Relief was refused on this day."))


def relief_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What the reader asked for about the fee and nobody has decided: who decides it, and until when."""
    if actor.party_id is None:
        return None
    waits = relief_of(sitting, case, ReliefState.PENDING, ReliefState.GRANTED)
    mine = next((one for one in waits if one.party_id == actor.party_id and one.state is ReliefState.PENDING), None)
    if mine is None:
        return None
    window = next(iter(sitting.windows(case, RELIEF_WINDOW, subject=mine.reference)), None)
    told = {
        "kind": sitting.pack(case).tariff.relief[mine.kind].title,
        "who": desk_of(sitting, case).label,
        "until": window.due_at if window is not None else None,
    }
    return Panel("next", 55, "payments/_relief_waits.html", told)


def relief_overdue(sitting: Sitting, case: Case, window: Any) -> None:
    """A request was not decided in time: it is put on the desk again, more urgently; it is never decided by silence."""
    request = next((r for r in relief_of(sitting, case, ReliefState.PENDING) if r.reference == window.subject), None)
    if request is not None:
        sitting.close_tasks(case, desks.FEE_RELIEF, request.reference)
        sitting.open_task(
            case,
            desk_of(sitting, case),
            desks.FEE_RELIEF,
            T("A request for help with the fee was not decided in time."),
            risk=80,
            subject=request.reference,
        )
