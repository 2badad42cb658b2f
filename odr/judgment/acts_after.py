"""Acts after the decision: appeal, performance, enforcement, closing."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from odr.canonical import canonical
from odr.db import new_reference
from odr.docket.models import PARTY_ROLES, Case, Outcome, Role, Stage
from odr.docket.queries import documents, entries
from odr.errors import ActNotOpen, InvalidInput
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.judgment.effect import APPEAL, all_done, bring_into_effect, interest_to, is_final, is_overdue, left_of
from odr.judgment.inputs import (
    AppealAnswerInput,
    AppealInput,
    AppealOutcomeInput,
    CloseInput,
    ConfirmPerformanceInput,
    EffectInput,
    EndEnforcementInput,
    EnforcementInput,
    MeasureInput,
    PerformanceInput,
    SendFileInput,
)
from odr.judgment.kinds import AppealOutcome, AppealState, DecisionState, EnforcementState, Instrument
from odr.judgment.lookups import issued, obligation_named, obligations_of, open_enforcement, party_with, petitions_of, unconfirmed
from odr.judgment.models import AppealAnswer, AppealPetition, EnforcementCase, EnforcementMeasure, Obligation, Performance
from odr.payments.assessing import keep_basis
from odr.payments.inputs import AssessInput
from odr.payments.tariff import Matter
from odr.procedure.models import WindowState
from odr.procedure.sealed import keep_document
from odr.procedure.sitting import words_of
from odr.procedure.table import Everyone, Recorded, act
from odr.text import Money, T, Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LIVE = (AppealState.FILED, AppealState.ANSWERED, AppealState.SENT)
OWED_AT = {Stage.EFFECTIVE, Stage.ENFORCEMENT}
INACTION = "enforcement_inaction"


def today(court: Sitting) -> date:
    """The day in the court's zone."""
    return court.now.astimezone(court.court.settings.tz).date()


@act(
    title=T("Appeal"),
    input=AppealInput,
    by=set(PARTY_ROLES),
    at={Stage.PRONOUNCED, Stage.APPEALED},
    to={Stage.APPEALED},
    window=APPEAL,
    special=True,
    serves=Everyone.BUT_ACTOR,
    source="CPL 171, 172, 173",
)
def appeal_decision(court: Sitting, case: Case, given: AppealInput, *, actor: Actor, now: datetime) -> Recorded:
    """Lodge an appeal through this court: it is forwarded at once, and its fee is computed on what is challenged (CPL 171–173, FEE 17)."""
    me, decision = court.party_of(case, actor), issued(court.session, case)
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
        entry_number=court.next_number(case),
    )
    court.session.add(petition)
    court.move(case, Stage.APPEALED)
    court.session.flush()
    amounts = [given.challenged.minor] if given.challenged.minor else []
    basis = keep_basis(court.session, case, me, Matter.APPEAL, amounts, 0 if amounts else 1, now)
    court.then("assess_fee", AssessInput(basis=basis.reference))
    for party in case.parties:
        if party.id != me.id and party.left_at is None:
            court.start_window(case, "appeal_answer", party=party, start=now, subject=petition.reference)
    court.open_task(
        case, Role.CLERK, "appeal", T("%(name)s appealed. Send the file up when the answers are in.", name=me.name), risk=45, subject=petition.reference
    )
    return Recorded(T("Appeal by %(name)s, challenging %(amount)s", name=me.name, amount=given.challenged), {"appeal": petition.reference})


@act(
    title=T("Answer the appeal"),
    input=AppealAnswerInput,
    by=set(PARTY_ROLES),
    at={Stage.APPEALED},
    window="appeal_answer",
    late=True,
    serves=Everyone.BUT_ACTOR,
    source="CPL 174",
)
def answer_appeal(court: Sitting, case: Case, given: AppealAnswerInput, *, actor: Actor, now: datetime) -> Recorded:
    """Answer another's appeal; silence does not stop it (CPL 174)."""
    petition = next((p for p in petitions_of(court.session, case, AppealState.FILED, AppealState.ANSWERED) if p.reference == given.appeal), None)
    me = court.party_of(case, actor)
    if petition is None or petition.party_id == me.id:
        raise InvalidInput.at("appeal", T("Choose one of those listed."))
    court.session.add(AppealAnswer(petition_id=petition.id, party_id=me.id, answer=given.answer, entry_number=court.next_number(case)))
    petition.state = AppealState.ANSWERED
    return Recorded(T("Appeal answered by %(name)s", name=me.name), {"appeal": petition.reference})


def some_appeal(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be an appeal."""
    return None if petitions_of(court.session, case, *LIVE) else T("No appeal is pending.")


@act(
    title=T("Send the file to the higher court"),
    input=SendFileInput,
    by={Role.CLERK},
    at={Stage.APPEALED},
    guard=some_appeal,
    serves=Everyone.PARTIES,
    source="CPL 174",
)
def send_file_up(court: Sitting, case: Case, given: SendFileInput, *, actor: Actor, now: datetime) -> Recorded:
    """Send the whole file up, with a list of every entry and paper and its digest by which the higher court checks it (CPL 174)."""
    found = petitions_of(court.session, case, AppealState.FILED, AppealState.ANSWERED)
    for petition in found:
        petition.state = AppealState.SENT
        court.close_windows(case, "appeal_answer", WindowState.ENDED, subject=petition.reference)
        court.close_tasks(case, "appeal", petition.reference)
    content = canonical(file_list(court, case, given.court))
    document = keep_document(
        court, case, content, new_reference(), kind="appeal_file", title=words_of(T("List of the file sent up")), locale="en", media_type="application/json"
    )
    return Recorded(
        T("File sent to %(court)s", court=given.court), {"document": document.reference, "sha256": document.sha256, "appeals": [p.reference for p in found]}
    )


def file_list(court: Sitting, case: Case, to: str) -> dict[str, Any]:
    """Every entry with its digest, and every paper of the court: what makes a copy of the file checkable."""
    rows: list[dict[str, Any]] = []
    after = 0
    while batch := entries(court.session, case, after=after):
        rows += [{"number": e.number, "act": e.act, "sha256": e.digest, "receipt": e.receipt} for e in batch]
        after = batch[-1].number
    papers = [{"reference": d.reference, "kind": d.kind, "sha256": d.sha256, "receipt": d.receipt} for d in documents(court.session, case)]
    return {"format": "court-file-list/1", "case": case.reference, "number": case.number, "to": to, "entries": rows, "documents": papers}


@act(
    title=T("Record the higher court’s decision"),
    input=AppealOutcomeInput,
    by={Role.CLERK},
    at={Stage.APPEALED},
    to={Stage.EFFECTIVE, Stage.HEARING},
    guard=some_appeal,
    serves=Everyone.PARTIES,
    source="CPL 177, 182",
)
def record_appeal_outcome(court: Sitting, case: Case, given: AppealOutcomeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record what the higher court did: its decision is final; a case sent back is heard again (CPL 177, 182)."""
    decision = issued(court.session, case)
    if decision is None:
        raise ActNotOpen(T("There is no decision to appeal against."))
    if given.outcome is AppealOutcome.CHANGED and given.amount is None:
        raise InvalidInput.at("amount", T("Say what is to be paid now, or nothing."))
    if given.amount is not None and given.outcome is not AppealOutcome.CHANGED:
        raise InvalidInput.at("amount", T("Only a changed judgment has another amount."))
    for petition in petitions_of(court.session, case, *LIVE):
        petition.state, petition.outcome, petition.closed_entry = AppealState.DECIDED, given.outcome, court.next_number(case)
        court.close_windows(case, "appeal_answer", WindowState.ENDED, subject=petition.reference)
        court.close_tasks(case, "appeal", petition.reference)
    court.close_windows(case, APPEAL, WindowState.ENDED)
    if given.outcome is AppealOutcome.SENT_BACK:
        decision.state = DecisionState.SET_ASIDE
        court.move(case, Stage.HEARING)
    else:
        court.move(case, Stage.EFFECTIVE)
        bring_into_effect(court, case, decision, now)
        if given.amount is not None:
            _change(court, case, decision.performance_days, given.amount)
    return Recorded(
        T("%(court)s, %(number)s: %(outcome)s", court=given.court, number=given.number, outcome=given.outcome.label), {"decision": decision.reference}
    )


def _change(court: Sitting, case: Case, days: int, amount: Money) -> None:
    """Replace what this court's orders to pay owed by what the higher court ordered."""
    old = [o for o in obligations_of(court.session, case) if o.amount_minor is not None]
    for row in old:
        row.ended_at = court.now
    if old and amount.minor:
        first = old[0]
        court.session.add(
            Obligation(
                case_id=case.id,
                instrument=Instrument.HIGHER_COURT,
                debtor_id=first.debtor_id,
                creditor_id=first.creditor_id,
                amount_minor=amount.minor,
                currency=amount.currency,
                due_on=first.due_on,
                entry_number=court.next_number(case),
            )
        )


def appeal_fee_lapsed(court: Sitting, case: Case, facts: Any) -> None:
    """An appeal whose fee was not paid was ruled withdrawn: when it was the last, the decision takes effect (CPI 318)."""
    if facts["assessment"].matter is not Matter.APPEAL:
        return
    for petition in petitions_of(court.session, case, *LIVE):
        if petition.party_id == facts["party"].id:
            petition.state, petition.outcome, petition.closed_entry = AppealState.WITHDRAWN, AppealOutcome.WITHDRAWN, court.next_number(case)
            court.close_tasks(case, "appeal", petition.reference)
    decision = issued(court.session, case)
    if decision is not None and case.stage is Stage.APPEALED and is_final(court, case, decision):
        court.then("take_effect", EffectInput(decision=decision.reference), actor=CLOCK_ACTOR)


@act(title=T("Record a performance"), input=PerformanceInput, by=set(PARTY_ROLES) | {Role.CLERK}, at=OWED_AT, source="CPL 247")
def record_performance(court: Sitting, case: Case, given: PerformanceInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record what was paid or done; the debtor's own word waits for the creditor's, the creditor's and the clerk's count at once."""
    obligation = obligation_named(court.session, case, given.obligation)
    if obligation.done_at is not None:
        raise ActNotOpen(T("This was performed already."))
    if actor.party_id is not None and actor.party_id not in (obligation.debtor_id, obligation.creditor_id):
        raise InvalidInput.at("obligation", T("This is not between you and somebody else."))
    if (given.amount is None) != (obligation.amount_minor is None):
        raise InvalidInput.at("amount", T("Enter the amount that was paid; for something else, leave it empty."))
    if given.amount is not None and given.amount.currency != obligation.currency:
        raise InvalidInput.at("amount", T("The amount is not in the currency of this court."))
    if given.on > today(court):
        raise InvalidInput.at("on", T("This day is still to come."))
    counts = actor.party_id is None or actor.party_id == obligation.creditor_id
    number = court.next_number(case)
    court.session.add(
        Performance(
            obligation_id=obligation.id,
            amount_minor=given.amount.minor if given.amount else None,
            on=given.on,
            note=given.note,
            confirmed=counts,
            confirmed_entry=number if counts else None,
            entry_number=number,
        )
    )
    court.session.flush()
    _settle(court, case, obligation)
    who = party_with(case, obligation.debtor_id)
    what: Any = given.amount if given.amount else obligation.what or ""
    words = T("%(name)s performed: %(what)s", name=who.name if who else "", what=what)
    return Recorded(
        words if counts else T("%(name)s reports: %(what)s", name=who.name if who else "", what=what), {"obligation": obligation.reference, "confirmed": counts}
    )


def _settle(court: Sitting, case: Case, obligation: Obligation) -> None:
    """Mark what is fully performed, and put the closing on the clerk's desk when nothing is owed any more."""
    left = left_of(court, obligation)
    if (left is not None and left.minor == 0) or (left is None and not unconfirmed(court.session, obligation)):
        obligation.done_at = court.now
    court.session.flush()
    if all_done(court, case) and not court.tasks(case, "close_case"):
        court.open_task(case, Role.CLERK, "close_case", T("Everything is performed. Close the case."), risk=5)


@act(title=T("Confirm that it arrived"), input=ConfirmPerformanceInput, by=set(PARTY_ROLES), at=OWED_AT, source="CPL 247")
def confirm_performance(court: Sitting, case: Case, given: ConfirmPerformanceInput, *, actor: Actor, now: datetime) -> Recorded:
    """The creditor says whether what the debtor reported arrived."""
    obligation = obligation_named(court.session, case, given.obligation)
    reports = unconfirmed(court.session, obligation)
    if obligation.creditor_id != actor.party_id or not reports:
        raise InvalidInput.at("obligation", T("Choose one of those listed."))
    for report in reports:
        report.confirmed, report.confirmed_entry = given.arrived, court.next_number(case)
    court.session.flush()
    if given.arrived:
        _settle(court, case, obligation)
    me = court.party_of(case, actor)
    words = T("%(name)s confirms that it arrived", name=me.name) if given.arrived else T("%(name)s says that it did not arrive", name=me.name)
    return Recorded(words, {"obligation": obligation.reference, "arrived": given.arrived})


def something_is_overdue(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """Enforcement needs something that was due to this party and is not performed."""
    mine = [o for o in obligations_of(court.session, case) if o.creditor_id == actor.party_id]
    return None if any(is_overdue(court, o) for o in mine) else T("Nothing that is owed to you is overdue.")


@act(
    title=T("Apply for enforcement"),
    input=EnforcementInput,
    by=set(PARTY_ROLES),
    at={Stage.EFFECTIVE},
    to={Stage.ENFORCEMENT},
    guard=something_is_overdue,
    window="enforcement_application",
    meets=False,
    special=True,
    serves=Everyone.BUT_ACTOR,
    source="CPL 247, 250",
)
def apply_for_enforcement(court: Sitting, case: Case, given: EnforcementInput, *, actor: Actor, now: datetime) -> Recorded:
    """Apply with one act: what is overdue with its interest to today; its fee is not prepaid (CPL 247, 250; FEE 14).

    Where the parties agreed so, one late instalment makes all the rest due.
    """
    me, day = court.party_of(case, actor), today(court)
    mine = [o for o in obligations_of(court.session, case) if o.creditor_id == me.id and o.done_at is None]
    late = [o for o in mine if is_overdue(court, o)]
    claimed = mine if any(o.accelerates for o in late) else late
    rows: list[dict[str, Any]] = []
    for row in claimed:
        left = left_of(court, row)
        principal = left.minor if left is not None else 0
        rows.append(
            {"obligation": row.reference, "principal": principal, "interest": interest_to(row, principal, day), "currency": row.currency, "what": row.what}
        )
    number = enforcement_number(court, case)
    found = EnforcementCase(case_id=case.id, number=number, party_id=me.id, claimed=rows, entry_number=court.next_number(case))
    court.session.add(found)
    court.session.flush()
    court.move(case, Stage.ENFORCEMENT)
    total = sum(r["principal"] + r["interest"] for r in rows)
    basis = keep_basis(court.session, case, me, Matter.ENFORCEMENT, [total] if total else [], 0 if total else 1, now)
    court.then("assess_fee", AssessInput(basis=basis.reference))
    for kind in ("enforcement_notice", INACTION):
        court.start_window(case, kind, start=now, subject=found.reference)
    court.open_task(
        case, Role.CLERK, "enforcement", T("Enforcement %(number)s: send the notice and look for property.", number=number), risk=40, subject=found.reference
    )
    return Recorded(
        T("Enforcement applied for by %(name)s: %(amount)s", name=me.name, amount=Money(total, court.pack(case).currency)), {"number": number, "claimed": rows}
    )


def enforcement_number(court: Sitting, case: Case) -> str:
    """The enforcement's own number under the pack's pattern."""
    from sqlalchemy import select

    from odr.filing.models import NumberSeries

    year = court.now.astimezone(court.pack(case).tz).year
    series = court.session.scalar(select(NumberSeries).where(NumberSeries.kind == "enforcement", NumberSeries.year == year).with_for_update())
    if series is None:
        series = NumberSeries(kind="enforcement", year=year, last=0)
        court.session.add(series)
    series.last += 1
    court.session.flush()
    return court.pack(case).case_number("enforcement", year=year, number=series.last, court=court.court.settings.court_short)


@act(title=T("Record a measure of enforcement"), input=MeasureInput, by={Role.CLERK}, at={Stage.ENFORCEMENT}, serves=Everyone.PARTIES, source="CPL 251 to 260")
def record_measure(court: Sitting, case: Case, given: MeasureInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record what was done to enforce; the watch over inaction begins anew (CPL 237)."""
    found = open_enforcement(court.session, case)
    if found is None:
        raise ActNotOpen(T("No enforcement is under way."))
    court.session.add(EnforcementMeasure(enforcement_id=found.id, what=given.what, on=given.on, entry_number=court.next_number(case)))
    court.close_windows(case, "enforcement_notice", WindowState.MET, subject=found.reference)
    court.close_windows(case, INACTION, WindowState.MET, subject=found.reference)
    court.start_window(case, INACTION, start=now, subject=found.reference)
    return Recorded(T("Enforcement measure: %(what)s", what=given.what), {"number": found.number})


@act(
    title=T("End the enforcement"),
    input=EndEnforcementInput,
    by={Role.JUDGE, Role.CLERK},
    at={Stage.ENFORCEMENT},
    to={Stage.EFFECTIVE, Stage.CLOSED},
    serves=Everyone.PARTIES,
    source="CPL 241, 268",
)
def end_enforcement(court: Sitting, case: Case, given: EndEnforcementInput, *, actor: Actor, now: datetime) -> Recorded:
    """End it: performed, settled between the parties, or without full performance and then open again (CPL 241, 265, 268)."""
    found = open_enforcement(court.session, case)
    if found is None:
        raise ActNotOpen(T("No enforcement is under way."))
    if given.state is EnforcementState.OPEN:
        raise InvalidInput.at("state", T("Say how it ended."))
    if given.state is EnforcementState.DONE and not all_done(court, case):
        raise ActNotOpen(T("Something is still owed."))
    found.state, found.closed_entry = given.state, court.next_number(case)
    for kind in ("enforcement_notice", INACTION):
        court.close_windows(case, kind, WindowState.ENDED, subject=found.reference)
    court.close_tasks(case, "enforcement", found.reference)
    if given.state is EnforcementState.DONE:
        case.outcome, case.closed_at = Outcome.ENFORCED, now
        court.move(case, Stage.CLOSED)
        court.announce("case_closed", case)
    else:
        court.move(case, Stage.EFFECTIVE)
    return Recorded(T("Enforcement %(number)s ended: %(how)s", number=found.number, how=given.state.label), {"number": found.number})


def inaction(court: Sitting, case: Case, window: Any) -> None:
    """Six months without a measure: the creditor may turn to the higher court, and the president learns of it (CPL 237)."""
    court.open_task(
        case,
        Role.PRESIDENT,
        INACTION,
        T("Nothing was done in an enforcement for six months. The creditor may turn to the higher court."),
        risk=75,
        subject=window.subject,
    )


def nothing_is_owed(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """A case closes when nothing is owed any more."""
    return None if all_done(court, case) else T("Something is still owed.")


@act(title=T("Close the case"), input=CloseInput, by={Role.CLERK}, at={Stage.EFFECTIVE}, to={Stage.CLOSED}, guard=nothing_is_owed, source="COURT closing")
def close_case(court: Sitting, case: Case, given: CloseInput, *, actor: Actor, now: datetime) -> Recorded:
    """Close the case: everything is performed, or there was nothing to perform."""
    settled = any(o.instrument is Instrument.STATEMENT for o in obligations_of(court.session, case))
    case.outcome, case.closed_at = (Outcome.SETTLED if settled else Outcome.PERFORMED), now
    court.close_tasks(case, "close_case")
    court.move(case, Stage.CLOSED)
    court.announce("case_closed", case)
    return Recorded(T("Case closed: %(outcome)s", outcome=case.outcome.label))
