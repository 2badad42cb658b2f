"""Acts of appeal: petition, answer, the file, the higher court's decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.docket.queries import documents, entries
from odr.filing.claim.progress import heard_again_by
from odr.ground.canonical import canonical
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T, Text, words_of
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.judgment import desks, names
from odr.judgment.enforcement.effect import APPEAL, bring_into_effect, is_final, set_decision_aside
from odr.judgment.inputs import EffectInput
from odr.judgment.models import AppealAnswer, AppealPetition, Decision
from odr.judgment.queries import decision_named, decisions_of, issued, petitions_of
from odr.judgment.remedies.changed_on_appeal import ChangedPaymentInput, change_payments, changed_payments
from odr.judgment.remedies.heard_anew import begin_anew, new_bench
from odr.judgment.remedies.inputs import SendFileInput
from odr.judgment.remedies.lives_again import stands_again
from odr.judgment.vocabulary import AppealOutcome, AppealState, DecisionKind, DecisionState
from odr.payments.costs.demands import borne_at_most, borne_by, settle_bears, standing_fee
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import BearsInput
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import AppealDecided, AppealLodged, FeeLapsed, Served
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtMoneyOrZero, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.papers.frame import keep_document
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law
from odr.service.queries import begun

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

APPEALABLE = {Stage.HEARING, Stage.DELIBERATION, Stage.PRONOUNCED, Stage.APPEALED}
"""A partial judgment is appealed while the rest is still heard (CPL 156)."""

ANSWER = "appeal_answer"
"""A party's fifteen days to answer an appeal, from the day it reached them (CPL 174)."""

FILE = "appeal_file"
"""The clerk's five days to send the file up (CPL 174)."""

FEE_OF_APPEAL = "appeal_fee"
"""The time to pay the fee of an appeal after its notice (FEE 22; CPI 318)."""

NOON = time(12)

LIVE = (AppealState.FILED, AppealState.ANSWERED, AppealState.SENT)


class AppealInput(CourtModel):
    """An appeal (CPL 172)."""

    asks: Annotated[str, CourtText(1, 4000), field(T("What should the higher court change?"), widget="textarea")]
    grounds: Annotated[str, CourtText(1, 16000), field(T("Why"), widget="textarea")]
    challenged: Annotated[
        CourtMoneyOrZero,
        field(
            T("Amount you challenge"),
            T("The fee of the appeal is computed on it. Nothing, if the appeal is not about money."),
        ),
    ]


def what_an_appeal_costs(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """Before anybody appeals: that it has a fee of its own, and what follows if it is not paid (FEE 17, 22; CPI 318)."""
    pack = sitting.pack(case)
    rule = pack.windows.rules.get(FEE_OF_APPEAL)
    if rule is None:
        return []
    return [
        T(
            "The appeal has a fee (%(article)s): like the fee of the first instance, on the amount you challenge. You get a notice; unless you pay within %(length)s or ask to pay less or later, the appeal counts as withdrawn.",
            article=pack.cite(rule.article),
            length=rule.words,
        )
    ]


@act(
    title=T("Appeal"),
    input=AppealInput,
    by=set(PARTY_ROLES),
    at=APPEALABLE,
    to={Stage.APPEALED},
    window=APPEAL,
    remedy=True,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Appeal by another party"),
        T(
            "You may answer it within the time this letter names, counted from the day after it is served on you. If you do not, the appeal goes on without your answer."
        ),
        runs="appeal_answer",
    ),
    source=law("CPL 171, 172, 173"),
    says=what_an_appeal_costs,
    topic=Topic.DECISION,
    in_record=False,
)
def appeal_decision(sitting: Sitting, case: Case, given: AppealInput, *, actor: Actor, now: datetime) -> Recorded:
    """Lodge an appeal through this court: it is forwarded at once, and its fee is computed on what is challenged (CPL
    171–173, FEE 17).
    """
    me, decision = sitting.party_of(case, actor), _challenged(sitting, case, actor)
    if decision is None:
        raise ActNotOpen(T("There is no decision to appeal against."))
    petition = AppealPetition(
        case_id=case.id,
        decision_id=decision.id,
        party_id=me.id,
        asks=given.asks,
        grounds=given.grounds,
        challenged_minor=given.challenged.minor,
        currency=given.challenged.currency,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(petition)
    if decision.kind is not DecisionKind.PARTIAL:
        sitting.move(case, Stage.APPEALED)
    sitting.session.flush()
    sitting.announce(AppealLodged(case, me, amount_minor=given.challenged.minor or None))
    sitting.open_task(
        case,
        Role.CLERK,
        desks.APPEAL,
        T("%(name)s appealed. Send the file up when the answers are in.", name=me.name),
        risk=45,
        subject=petition.reference,
    )
    return Recorded(
        T("Appeal by %(name)s, challenging %(amount)s", name=me.name, amount=given.challenged),
        {"appeal": petition.reference},
    )


def _challenged(sitting: Sitting, case: Case, actor: Actor) -> Decision | None:
    """The decision whose time to appeal this act met."""
    mine = sitting.windows(case, APPEAL, party=sitting.party_of(case, actor), state=WindowState.MET)
    met = next((w for w in mine if w.closed_by == sitting.next_number(case)), None)
    return (
        decision_named(sitting.session, case, met.subject)
        if met is not None and met.subject
        else issued(sitting.session, case)
    )


@choice_source("appeals_of_others")
def appeals_of_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appeals that another party filed."""
    found = petitions_of(sitting.session, case, *LIVE)
    names = {p.id: p.name for p in case.parties}
    return [
        Option(p.reference, T("Appeal of %(name)s", name=names[p.party_id]), p.asks)
        for p in found
        if p.party_id != actor.party_id
    ]


class AppealAnswerInput(CourtModel):
    """The answer to an appeal."""

    appeal: Annotated[str, CourtText(1, 40, one_line=True), field(T("Appeal"), choices="appeals_of_others")]
    answer: Annotated[str, CourtText(1, 16000), field(T("Your answer"), widget="textarea")]


@act(
    title=T("Answer the appeal"),
    input=AppealAnswerInput,
    by=set(PARTY_ROLES),
    at=APPEALABLE,
    window="appeal_answer",
    late=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Answer to the appeal"),
        T("There is nothing you have to do now. The file goes to the higher court, which decides."),
    ),
    source=law("CPL 174"),
    topic=Topic.DECISION,
    in_record=False,
)
def answer_appeal(sitting: Sitting, case: Case, given: AppealAnswerInput, *, actor: Actor, now: datetime) -> Recorded:
    """Answer another's appeal; silence does not stop it (CPL 174)."""
    petition = next(
        (p for p in petitions_of(sitting.session, case, *LIVE) if p.reference == given.appeal),
        None,
    )
    me = sitting.party_of(case, actor)
    if petition is None or petition.party_id == me.id:
        raise InvalidInput.at("appeal", T("Choose one of those listed."))
    sitting.session.add(
        AppealAnswer(
            petition_id=petition.id, party_id=me.id, answer=given.answer, entry_number=sitting.next_number(case)
        )
    )
    if petition.state is AppealState.SENT:
        words = T("%(name)s answered the appeal after the file went up. Send the answer after it.", name=me.name)
        sitting.open_task(case, Role.CLERK, desks.LATE_ANSWER, words, risk=45, subject=petition.reference)
    else:
        petition.state = AppealState.ANSWERED
    file_is_due(sitting, case, petition.reference, now)
    return Recorded(T("Appeal answered by %(name)s", name=me.name), {"appeal": petition.reference})


def on_served(sitting: Sitting, event: Served) -> None:
    """An appeal reached another party: their time to answer it runs from that day (CPL 174)."""
    case, party = event.case, event.party
    for petition in petitions_of(sitting.session, case, *LIVE):
        known = begun(sitting, case, ANSWER, party=party, subject=petition.reference)
        if petition.entry_number in event.entries and petition.party_id != party.id and not known:
            sitting.start_window(
                case, ANSWER, party=party, start=event.at, subject=petition.reference, proof=event.proof
            )


def _all_served(sitting: Sitting, case: Case, petition: AppealPetition) -> bool:
    """Whether the appeal has reached everybody who may answer it."""
    told = {w.party_id for w in begun(sitting, case, ANSWER, subject=petition.reference)}
    return all(p.id in told for p in case.parties if p.left_at is None and p.id != petition.party_id)


def file_is_due(sitting: Sitting, case: Case, petition: str, since: datetime) -> None:
    """When everybody has answered or lost the time for it, the file goes up within five days (CPL 174)."""
    known = next((p for p in petitions_of(sitting.session, case) if p.reference == petition), None)
    if known is None or not _all_served(sitting, case, known):
        return
    if sitting.windows(case, ANSWER, subject=petition) or sitting.windows(case, FILE, state=None, subject=petition):
        return
    if FILE not in sitting.pack(case).windows.rules:
        return
    due = sitting.start_window(case, FILE, start=since, subject=petition).due_at
    for task in sitting.tasks(case, desks.APPEAL, petition):
        task.due_at = due


def answer_lapsed(sitting: Sitting, case: Case, window: Any) -> None:
    """A party's time to answer the appeal ended; silence does not stop it (CPL 174)."""
    if window.subject is not None:
        file_is_due(sitting, case, window.subject, window.due_at or sitting.now)


def file_overdue(sitting: Sitting, case: Case, window: Any) -> None:
    """The file was not sent up in time: the president sees it."""
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.APPEAL_FILE,
        T("The file of an appeal was not sent up within its time."),
        risk=60,
        subject=window.subject,
    )


@guard("CPL 173, 174")
def some_appeal(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be an appeal."""
    return None if petitions_of(sitting.session, case, *LIVE) else T("No appeal is pending.")


@act(
    title=T("Send the file to the higher court"),
    input=SendFileInput,
    by={Role.CLERK},
    at=APPEALABLE,
    guard=some_appeal,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your case has gone to the higher court"),
        T("There is nothing you have to do here. The higher court decides, and the outcome is sent to you."),
    ),
    source=law("CPL 174"),
    desk=(desks.APPEAL_FILE, desks.APPEAL),
    topic=Topic.DECISION,
    in_record=False,
)
def send_file_up(sitting: Sitting, case: Case, given: SendFileInput, *, actor: Actor, now: datetime) -> Recorded:
    """Send the whole file up, with a list of every entry and paper and its digest by which the higher court checks it
    (CPL 174).
    """
    found = petitions_of(sitting.session, case, AppealState.FILED, AppealState.ANSWERED)
    for petition in found:
        petition.state = AppealState.SENT
        sitting.close_windows(case, FILE, WindowState.MET, subject=petition.reference)
        sitting.close_tasks(case, desks.APPEAL_FILE, petition.reference)
        sitting.close_tasks(case, desks.APPEAL, petition.reference)
    content = canonical(file_list(sitting, case, given.court))
    document = keep_document(
        sitting,
        case,
        content,
        new_reference(),
        kind="appeal_file",
        title=words_of(T("List of the file sent up")),
        locale=language_of(sitting, case),
        media_type="application/json",
    )
    return Recorded(
        T("File sent to %(court)s", court=given.court),
        {"document": document.reference, "sha256": document.sha256, "appeals": [p.reference for p in found]},
    )


def file_list(sitting: Sitting, case: Case, to: str) -> dict[str, Any]:
    """Every entry with its digest, and every paper of the court: what makes a copy of the file checkable."""
    rows: list[dict[str, Any]] = []
    after = 0
    while batch := entries(sitting.session, case, after=after):
        rows += [{"number": e.number, "act": e.act, "sha256": e.digest, "receipt": e.receipt} for e in batch]
        after = batch[-1].number
    papers = [
        {"reference": d.reference, "kind": d.kind, "sha256": d.sha256, "receipt": d.receipt}
        for d in documents(sitting.session, case)
    ]
    return {
        "format": "court-file-list/1",
        "case": case.reference,
        "number": case.number,
        "to": to,
        "entries": rows,
        "documents": papers,
    }


class AppealOutcomeInput(CourtModel):
    """What the higher court decided."""

    outcome: Annotated[AppealOutcome, Choice(AppealOutcome), field(T("Outcome"))]
    court: Annotated[str, CourtText(1, 200, one_line=True), field(T("Higher court"))]
    number: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of its decision"))]
    decided_on: Annotated[
        CourtDate, field(T("Served on the parties on"), T("Its judgment takes effect when it is served."))
    ]
    summary: Annotated[str, CourtText(1, 4000), field(T("What it decided"), widget="textarea")]
    amount: Annotated[
        CourtMoneyOrZero | None, field(T("What is to be paid now"), T("Only if the judgment was changed."))
    ] = None
    payments: Annotated[
        list[ChangedPaymentInput],
        Field(max_length=40),
        field(
            T("Who pays whom now"),
            T(
                "Leave it empty where the same party pays the same party as before, without interest, and nobody else paid anybody."
            ),
        ),
    ] = []
    costs: Annotated[
        list[BearsInput],
        Field(max_length=40),
        field(T("Who bears the fee of the first instance now"), T("Only if the judgment was changed.")),
    ] = []
    appeal_costs: Annotated[
        list[BearsInput],
        Field(max_length=40),
        field(T("Who bears the fee of the appeal"), T("Left empty, it stays with whoever appealed.")),
    ] = []


@act(
    title=T("Record the higher court’s decision"),
    input=AppealOutcomeInput,
    by={Role.CLERK},
    at=APPEALABLE,
    to={Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.PENDING},
    guard=some_appeal,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Outcome of the appeal"),
        T(
            "What the higher court decided is final, unless it sent the case back: then it is heard again here. Whatever is not paid or done in its time can be enforced."
        ),
    ),
    source=law("CPL 41, 177, 182", "CPI 45", "FEE 30"),
    means={Milestone.HEARD_AGAIN},
    topic=Topic.DECISION,
    in_record=False,
    version=3,
)
def record_appeal_outcome(
    sitting: Sitting, case: Case, given: AppealOutcomeInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record what the higher court did: its decision is final, on the costs too; a case sent back is heard again (CPL
    177, 182; FEE 30).
    """
    decision = _at_the_higher_court(sitting, case)
    if decision is None:
        raise ActNotOpen(T("There is no decision to appeal against."))
    partial = decision.kind is DecisionKind.PARTIAL
    in_effect_at = _since_when(sitting, decision, given.decided_on, now)
    if given.outcome is AppealOutcome.CHANGED and given.amount is None:
        raise InvalidInput.at("amount", T("Say what is to be paid now, or nothing."))
    if given.amount is not None and given.outcome is not AppealOutcome.CHANGED:
        raise InvalidInput.at("amount", T("Only a changed judgment has another amount."))
    payments = changed_payments(sitting, case, decision, given.amount, given.payments)
    if given.outcome is AppealOutcome.SENT_BACK and any(
        entry.act == names.RECORD_APPEAL_OUTCOME for entry in heard_again_by(sitting, case)
    ):
        raise InvalidInput.at(
            "outcome",
            T(
                "The case was sent back once already, and is not sent back again. Look at the higher court’s decision: it decides itself [CPL 177]."
            ),
        )
    costs = _changed_costs(sitting, case, given, partial=partial)
    # A part that comes back while the rest is not judged brings the case back with it: no one may go on who sat (CPL 41).
    begins_anew = given.outcome is AppealOutcome.SENT_BACK and (not partial or case.pronounced_at is None)
    for petition in [p for p in petitions_of(sitting.session, case, *LIVE) if p.decision_id == decision.id]:
        end_petition(sitting, case, petition, AppealState.DECIDED, given.outcome)
    sitting.close_windows(case, APPEAL, WindowState.ENDED, subject=decision.reference)
    sitting.announce(AppealDecided(case, given.outcome.value))
    if given.outcome is AppealOutcome.SENT_BACK:
        set_decision_aside(sitting, case, decision)
        if begins_anew:
            begin_anew(sitting, case)
        else:  # The rest is judged already; only the part is heard again, by others all the same.
            new_bench(sitting, case)
    else:
        if not partial:
            sitting.move(case, Stage.EFFECTIVE)
        # A judgment that upholds the first on a retrial orders nothing of its own, unless the higher court changed it.
        upholds = decision.upholds and given.outcome is not AppealOutcome.CHANGED
        due_on = bring_into_effect(sitting, case, decision, in_effect_at, bears=costs.get("costs"), owes=not upholds)
        if upholds:
            stands_again(sitting, case, decision)
        if "appeal_costs" in costs:
            settle_bears(sitting, case, costs["appeal_costs"], (Matter.APPEAL,))
        if given.amount is not None:
            change_payments(sitting, case, decision, payments, due_on, in_effect_at)
    words = T("%(court)s, %(number)s: %(outcome)s", court=given.court, number=given.number, outcome=given.outcome.label)
    return Recorded(
        words,
        {
            "decision": decision.reference,
            "heard_again": begins_anew,
            "in_effect_at": in_effect_at.isoformat() if given.outcome is not AppealOutcome.SENT_BACK else None,
            **{name: {who: bears.minor for who, bears in found.items()} for name, found in costs.items()},
        },
    )


@upcast(names.RECORD_APPEAL_OUTCOME, from_version=1)
def costs_left_as_they_were(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first the outcome did not say who bears the fees."""
    return {**given, "costs": [], "appeal_costs": []}


@upcast(names.RECORD_APPEAL_OUTCOME, from_version=2)
def paid_by_whom_it_was_before(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first whoever paid in the first instance paid after the appeal too."""
    return {**given, "payments": []}


def _changed_costs(
    sitting: Sitting, case: Case, given: AppealOutcomeInput, *, partial: bool
) -> dict[str, dict[str, Money]]:
    """Who bears the fees after a changed judgment: the higher court changes the costs of the first instance with it
    (FEE 30).

    Each fee is borne whole. The appeal's own stays with who paid it unless something else is said.
    """
    if given.outcome is not AppealOutcome.CHANGED or partial:
        if given.costs or given.appeal_costs:
            raise InvalidInput.at("costs", T("Only a changed judgment on the whole case changes who bears the fee."))
        return {}
    fees = {"costs": standing_fee(sitting, case), "appeal_costs": standing_fee(sitting, case, (Matter.APPEAL,))}
    lines = {"costs": given.costs, "appeal_costs": given.appeal_costs}
    most = {"costs": borne_at_most(sitting, case)}
    if most["costs"].minor and not given.costs:
        raise InvalidInput.at(
            "costs",
            T("Say who bears the fee of the first instance now: it changes with the judgment [FEE 30]."),
        )
    return {
        name: borne_by(sitting, case, found, fees[name], at=name, most=most.get(name))
        for name, found in lines.items()
        if found
    }


def _since_when(sitting: Sitting, decision: Decision, served_on: date, now: datetime) -> datetime:
    """Since when the higher court's judgment is in effect: since it was served, however much later it is recorded here (CPL
    182). Raises InvalidInput for a day to come, and for one before the judgment that was appealed from.
    """
    zone = sitting.court.settings.tz
    if served_on > now.astimezone(zone).date():
        raise InvalidInput.at("decided_on", T("This day is still to come."))
    if decision.issued_at is not None and served_on < decision.issued_at.astimezone(zone).date():
        raise InvalidInput.at("decided_on", T("On this day the judgment that was appealed from was not given yet."))
    # Of the day no hour is told; what counts in days begins with the next one.
    return min(now, datetime.combine(served_on, NOON, tzinfo=zone).astimezone(UTC))


def _at_the_higher_court(sitting: Sitting, case: Case) -> Decision | None:
    """The decision the earliest pending appeal is against."""
    pending = petitions_of(sitting.session, case, *LIVE)
    return next((d for d in decisions_of(sitting.session, case) if pending and d.id == pending[0].decision_id), None)


def appeal_fee_lapsed(sitting: Sitting, event: FeeLapsed) -> None:
    """An appeal whose fee was not paid was ruled withdrawn: when it was the last, the decision takes effect (CPI 318)."""
    if event.matter != Matter.APPEAL.value:
        return
    case, challenged = event.case, set()
    for petition in petitions_of(sitting.session, case, *LIVE):
        if petition.party_id == event.party.id:
            end_petition(sitting, case, petition, AppealState.WITHDRAWN, AppealOutcome.WITHDRAWN)
            challenged.add(petition.decision_id)
    for decision in decisions_of(sitting.session, case, DecisionState.ISSUED):
        if decision.id in challenged:
            without_appeal(sitting, case, decision)


def end_petition(
    sitting: Sitting, case: Case, petition: AppealPetition, state: AppealState, outcome: AppealOutcome
) -> None:
    """An appeal is over: nobody is asked to answer it any more, and no file to send it up."""
    petition.state, petition.outcome, petition.closed_entry = state, outcome, sitting.next_number(case)
    for kind in (ANSWER, FILE):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=petition.reference)
    for desk in (desks.APPEAL, desks.APPEAL_FILE):
        sitting.close_tasks(case, desk, petition.reference)
    sitting.session.flush()


def without_appeal(sitting: Sitting, case: Case, decision: Decision) -> None:
    """An appeal was withdrawn, or counts as withdrawn: where it was the last, the decision waits for whoever may still appeal,
    and takes effect when nobody may.
    """
    others = [p for p in petitions_of(sitting.session, case, *LIVE) if p.decision_id == decision.id]
    if not others and decision.kind is not DecisionKind.PARTIAL:
        sitting.move(case, Stage.PRONOUNCED)
    if is_final(sitting, case, decision):
        sitting.then(names.TAKE_EFFECT, EffectInput(decision=decision.reference), actor=CLOCK_ACTOR)
