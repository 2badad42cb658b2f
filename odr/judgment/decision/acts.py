"""Acts of the bench: findings, draft, signature, issuing; and what takes effect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator
from sqlalchemy import select

from odr.docket.models import Audience, Case, Document, Role, Stage
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.hearing.models import Witness
from odr.hearing.names import HEAR_FURTHER
from odr.hearing.ripeness.times import nothing_found_yet
from odr.hearing.vocabulary import RequestState
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.decision import issuing
from odr.judgment.decision.checks import problems
from odr.judgment.decision.costs import allocation_for
from odr.judgment.decision.default import defaulting
from odr.judgment.decision.file_before_judge import CaseFile, ExhibitOnFile, FactOnFile, case_file, no_ground
from odr.judgment.decision.ground_faults import Proposed, exhibit_faults, fact_faults
from odr.judgment.decision.inputs import DraftInput, OrderInput
from odr.judgment.decision.issuing import all_unless_countersigned
from odr.judgment.decision.new_evidence_costs import order_costs_of_new_evidence
from odr.judgment.decision.papers import orders_words
from odr.judgment.decision.partial_agreement import order_what_some_agreed
from odr.judgment.decision.queries import reliefs_by_key, standing_findings
from odr.judgment.decision.retried import (
    as_it_was_ordered,
    first_judgment,
    first_statement,
    require_said_in_a_retrial,
)
from odr.judgment.enforcement.effect import bring_into_effect, start_appeals
from odr.judgment.inputs import EffectInput, SignInput
from odr.judgment.meetings.binding import the_committee_is_waited_for
from odr.judgment.models import Decision, Finding, Order
from odr.judgment.queries import current_draft, decision_named, decisions_of, party_labelled
from odr.judgment.remedies.absence import absent_may_ask
from odr.judgment.remedies.lives_again import stands_again
from odr.judgment.time_limits import SEND_JUDGMENT
from odr.judgment.vocabulary import STORAGE, Basis, DecisionKind, DecisionState, FindingResult, FirstJudgment, Weakness
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import ClaimIsChanging, DecisionIssued, ExaminationClosed, ExaminationResumed, Served
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Act, Everyone, Milestone, Premise, Recorded, Topic, act, bar, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DECIDING = {Stage.HEARING, Stage.DELIBERATION}

COOLING = "cooling_off"

PERFORMANCE_DAYS = "performance"


@guard("COURT cooling-off")
def nothing_rests(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """While a decision rests, neither its findings nor its words change under it."""
    signed = decisions_of(sitting.session, case, DecisionState.COOLING)
    if any(d.pronounced_entry is not None for d in signed):
        return T("The text of the judgment is signed and waits to be issued. Take it back first.")
    return T("A signed decision is waiting to be pronounced. Take it back first.") if signed else None


@guard("CPL 128, 130", "EV 51, 56")
def time_is_over(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Nothing is found while somebody may still answer or bring evidence."""
    return next(nothing_found_yet(sitting, case), None)


@choice_source("finding_subjects")
def finding_subjects(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits and facts on which something can be found."""
    return [
        Option(
            i.subject, f"{i.label} {i.exhibit.title}" if isinstance(i, ExhibitOnFile) else f"{i.label}. {i.fact.what}"
        )
        for i in case_file(sitting, case).items
    ]


@choice_source("exhibits_examined")
def exhibits_examined(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits that were open to cross-examination."""
    return [Option(e.label, f"{e.label} {e.exhibit.title}") for e in case_file(sitting, case).grounds]


@choice_source("witnesses_found_on")
def witnesses_found_on(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Witnesses whose testimony something may be found on."""
    rows = sitting.session.scalars(
        select(Witness)
        .where(Witness.case_id == case.id, Witness.role == Role.WITNESS, Witness.state == RequestState.GRANTED)
        .order_by(Witness.id)
    )
    return [Option(one.reference, one.name, one.manner.label) for one in rows]


class FindingInput(CourtModel):
    """A finding on one exhibit (``exhibit/C-1``) or one numbered fact (``fact/3``)."""

    subject: Annotated[
        str, CourtText(1, 60, one_line=True), field(T("On what"), choices="finding_subjects", widget="hidden")
    ]
    result: Annotated[FindingResult, Choice(FindingResult), field(T("Do you rely on it?"))]
    reasons: Annotated[
        str | None,
        CourtText(0, 8000),
        field(
            T("Reasons, as they will stand in the judgment"),
            T("Say why, and answer each objection."),
            widget="textarea",
        ),
    ] = None
    rests_on: Annotated[
        list[str], field(T("Rests on"), T("Exhibits the finding rests on."), choices="exhibits_examined")
    ] = []
    basis: Annotated[
        Basis | None,
        Choice(Basis),
        field(
            T("What else a fact rests on"),
            T("Only for a fact: silence alone admits nothing. Leave it empty where it rests on exhibits."),
            widget="select",
        ),
    ] = None
    witness: Annotated[
        str | None,
        RefTo("witness"),
        field(
            T("Whose testimony is it?"),
            T("For testimony: it counts only if the witness was heard or had leave to stay away."),
            choices="witnesses_found_on",
            widget="select",
        ),
    ] = None
    weak: Annotated[
        Weakness | None,
        Choice(Weakness),
        field(
            T("Does it need something that supports it?"),
            T("For an exhibit: no finding may rest on what you name here alone [EV 90]."),
            widget="select",
        ),
    ] = None
    store_rules: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Whoever stored it: does it keep the rules for such a service?"),
            T(
                "Asked because somebody doubts what lies in a log outside the court [OLR 17]. Write what you find; it stands in the judgment."
            ),
            widget="textarea",
        ),
    ] = None
    store_ties: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Does a party have a tie to it, and was that used to meddle with collecting or storing?"),
            widget="textarea",
        ),
    ] = None
    store_system: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Does its system meet the standards: clean, secure, reliable, available?"),
            widget="textarea",
        ),
    ] = None
    store_process: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Do the technique and the way it was stored meet the standards?"),
            T("Environment, security, encryption, transmission, verification."),
            widget="textarea",
        ),
    ] = None

    @property
    def storage(self) -> dict[str, str] | None:
        """What is found on the four points of a store that is doubted; None where nothing is."""
        said = {name: words for name in STORAGE if (words := getattr(self, name))}
        return said or None


class FindingsInput(CourtModel):
    """Findings, one by one, and all that nobody disputes in one go."""

    adopt_undisputed: Annotated[
        bool,
        field(
            T("Adopt everything nobody disputes"),
            T("Exhibits without an objection and facts the other side agreed to. You can change each until you sign."),
        ),
    ] = False
    findings: Annotated[list[FindingInput], Field(max_length=400), field(T("Finding"))] = []

    @model_validator(mode="after")
    def _something(self) -> FindingsInput:
        if not self.adopt_undisputed and not self.findings:
            raise InvalidInput.at("findings", T("Make at least one finding."))
        subjects = [f.subject for f in self.findings]
        twice = [
            FieldFault(("findings", i, "subject"), T("There are two findings on this."))
            for i, s in enumerate(subjects)
            if s in subjects[:i]
        ]
        if twice:
            raise InvalidInput(twice)
        return self


@act(
    title=T("Record findings"),
    input=FindingsInput,
    by={Role.JUDGE},
    at=DECIDING,
    guard=(nothing_rests, time_is_over),
    seen_by=Audience.BENCH,
    page="judgment.desk",
    source=law("EV 4, 10, 68, 90, 97", "CPI 103, 106", "CPL 81", "OLR 17"),
    version=3,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
    in_record=False,
    while_stayed=False,
)
def record_findings(sitting: Sitting, case: Case, given: FindingsInput, *, actor: Actor, now: datetime) -> Recorded:
    """Find on exhibits and facts, one by one or all undisputed at once; only the bench reads it before the decision.

    Raises InvalidInput for an exhibit that was never open to cross-examination
    (CPI 103), where a finding that is disputed has no reasons (EV 97), and where what it rests on
    grounds no finding, or none alone (EV 4, 68, 90; CPL 81; CPI 106).
    """
    file = case_file(sitting, case)
    number = sitting.next_number(case)
    witnesses = [sitting.resolved("witness", one.witness) if one.witness else None for one in given.findings]
    news = Proposed(file, {one.subject: (one.result, one.weak) for one in given.findings})
    faults = [
        fault
        for i, one in enumerate(given.findings)
        for fault in (*_finding_faults(file, i, one), *_ground_faults(sitting, case, news, i, one, witnesses[i]))
    ]
    if faults:
        raise InvalidInput(faults)
    named = {one.subject for one in given.findings}
    adopted = [item for item in file.adoptable if item.subject not in named] if given.adopt_undisputed else []
    if not adopted and not given.findings:
        raise ActNotOpen(T("Nothing that is undisputed waits for a finding."))
    for item in adopted:
        _write_finding(
            sitting,
            case,
            item,
            FindingInput(subject=item.subject, result=FindingResult.ADOPTED),
            number,
            undisputed=True,
        )
    for one, witness in zip(given.findings, witnesses, strict=True):
        _write_finding(sitting, case, file.find(one.subject), one, number, undisputed=False, witness=witness)
    found = [side_by_side((_called(item.subject), T("not disputed, adopted")), ":") for item in adopted]
    found += [side_by_side((_called(one.subject), one.result.label), ":") for one in given.findings]
    words = T("Findings: %(found)s", found=side_by_side(found, ";"))
    return Recorded(words, {"adopted": [item.subject for item in adopted], "found": sorted(named)})


def _finding_faults(file: CaseFile, index: int, one: FindingInput) -> list[FieldFault]:
    item = file.find(one.subject)
    if item is None:
        return [FieldFault(("findings", index, "subject"), T("This is not in the case, or you cannot see it."))]
    if isinstance(item, ExhibitOnFile) and not item.examined:
        return [
            FieldFault(
                ("findings", index, "result"),
                T(
                    "Exhibit %(label)s was never open to cross-examination; nothing can be found on it [CPI 103].",
                    label=item.label,
                ),
            )
        ]
    faults = []
    if not one.reasons and isinstance(item, FactOnFile) and item.refusals:
        faults.append(
            FieldFault(
                ("findings", index, "reasons"),
                T("Say what you make of the refusal to be questioned in person on this fact [EV 66]."),
            )
        )
    elif not one.reasons and (item.is_disputed or one.result is not FindingResult.ADOPTED):
        faults.append(
            FieldFault(
                ("findings", index, "reasons"),
                T("Say why: it is disputed, or you do not adopt it in full [EV 97]."),
            )
        )
    if isinstance(item, ExhibitOnFile) and file.by_grounds and one.result is not FindingResult.REJECTED:
        faults += _storage_faults(item, index, one)
    if isinstance(item, ExhibitOnFile) and item.ungrounded and one.result is not FindingResult.REJECTED:
        faults.append(FieldFault(("findings", index, "result"), no_ground(item)))
    examined = {e.label for e in file.grounds}
    faults += [
        FieldFault(
            ("findings", index, "rests_on"),
            T("A finding rests only on exhibits that were open to cross-examination: not on %(label)s.", label=x),
        )
        for x in one.rests_on
        if x not in examined and x not in file.barred
    ]
    return faults


def _storage_faults(item: ExhibitOnFile, index: int, one: FindingInput) -> list[FieldFault]:
    """Points not looked at of a store whose keeping somebody doubts (OLR 17)."""
    words = T(
        "Exhibit %(label)s lies in a log outside the court and is disputed: say what you find on this [OLR 17].",
        label=item.label,
    )
    missing = [name for name in STORAGE if not getattr(one, name)] if item.storage_doubted else []
    return [FieldFault(("findings", index, name), words) for name in missing]


def _ground_faults(
    sitting: Sitting, case: Case, news: Proposed, index: int, one: FindingInput, witness: Witness | None
) -> list[FieldFault]:
    """What is wrong with what a finding rests on (EV 4, 68, 90; CPL 81; CPI 106)."""
    item = news.file.find(one.subject)
    if item is None or one.result is FindingResult.REJECTED:
        return []
    found = (
        exhibit_faults(sitting, case, item, witness)
        if isinstance(item, ExhibitOnFile)
        else fact_faults(sitting, case, news, item, one.rests_on, one.basis, witness)
    )
    return [FieldFault(("findings", index, name), words) for name, words in found]


@upcast(names.RECORD_FINDINGS, from_version=1)
def rested_on_exhibits_alone(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first a finding named exhibits only, and no reason why one grounds nothing alone."""
    more = {"basis": None, "witness": None, "weak": None}
    return {**given, "findings": [{**one, **more} for one in given.get("findings", [])]}


@upcast(names.RECORD_FINDINGS, from_version=2)
def no_store_was_looked_at(given: Mapping[str, Any]) -> dict[str, Any]:
    """The four points of a store that is doubted were not asked one by one."""
    return {**given, "findings": [{**one, **dict.fromkeys(STORAGE)} for one in given.get("findings", [])]}


def _write_finding(
    sitting: Sitting,
    case: Case,
    item: Any,
    one: FindingInput,
    number: int,
    *,
    undisputed: bool,
    witness: Witness | None = None,
) -> None:
    exhibit_id = item.exhibit.id if isinstance(item, ExhibitOnFile) else None
    fact_id = None if isinstance(item, ExhibitOnFile) else item.fact.id
    for old in standing_findings(sitting.session, case):
        if (exhibit_id is not None and old.exhibit_id == exhibit_id) or (
            fact_id is not None and old.fact_id == fact_id
        ):
            old.replaced_by = number
    sitting.session.add(
        Finding(
            case_id=case.id,
            exhibit_id=exhibit_id,
            fact_id=fact_id,
            result=one.result,
            undisputed=undisputed,
            reasons=one.reasons,
            rests_on=list(one.rests_on),
            basis=one.basis if fact_id is not None else None,
            witness_id=witness.id if witness is not None else None,
            weak=one.weak if exhibit_id is not None else None,
            storage=one.storage if exhibit_id is not None else None,
            entry_number=number,
        )
    )


@act(
    title=T("Draft the decision"),
    input=DraftInput,
    version=3,
    by={Role.JUDGE, Role.ASSISTANT},
    at=DECIDING,
    guard=nothing_rests,
    seen_by=Audience.BENCH,
    page="judgment.desk",
    source=law("CPL 155", "CPI 405"),
    desk=desks.DRAFT_DECISION,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
    in_record=False,
)
def draft_decision(sitting: Sitting, case: Case, given: DraftInput, *, actor: Actor, now: datetime) -> Recorded:
    """Write the decision in its parts; the draft before is replaced, its entry stays. Only the bench reads it.

    On a retrial it says what becomes of the first judgment; upheld, its orders are those of the first one (CPI 405).
    """
    first, statement = first_judgment(sitting, case), first_statement(sitting, case)
    require_said_in_a_retrial(given, first, statement)
    if first is not None and not given.orders:
        given = given.model_copy(
            update={"orders": [OrderInput.model_validate(one) for one in as_it_was_ordered(sitting, case, first)]}
        )
    number = sitting.next_number(case)
    currency = sitting.pack(case).currency
    decision = current_draft(sitting.session, case)
    if decision is None:
        decision = Decision(case_id=case.id, state=DecisionState.DRAFT)
    decision.kind, decision.language, decision.short, decision.entry_number = (
        given.kind,
        given.language,
        given.short,
        number,
    )
    decision.parts = given.model_dump(mode="json", include={"history", "claims", "answers", "issues", "reasons"})
    decision.costs = allocation_for(sitting, case, given).to_json()
    decision.performance_days = given.days or sitting.pack(case).window(PERFORMANCE_DAYS).amount
    decision.first_judgment = FirstJudgment(given.first_judgment) if given.first_judgment is not None else None
    decision.first_why = given.first_why or None
    decision.retried = first.reference if first is not None and given.first_judgment is not None else None
    if statement is not None and given.kind is not DecisionKind.PARTIAL:
        # What a judgment makes of a mediation statement is one thing only: nobody is asked for it (CPI 407).
        decision.first_judgment, decision.retried = FirstJudgment.REVOKED, statement.reference
    if first is not None and decision.upholds:
        decision.performance_days = first.performance_days
    decision.by_default = bool(defaulting(sitting, case))
    decision.orders.clear()
    sitting.session.add(decision)
    sitting.session.flush()
    decision.orders.extend(_orders(sitting, case, given, currency))
    sitting.session.flush()
    order_costs_of_new_evidence(sitting, case, decision)
    order_what_some_agreed(sitting, case, decision)
    return Recorded(T("Decision drafted: %(count)s orders", count=len(given.orders)), {"decision": decision.reference})


@upcast(names.DRAFT_DECISION, from_version=1)
def owed_by_one(given: dict[str, Any]) -> dict[str, Any]:
    """At first an order had one debtor."""
    return {**given, "orders": [{**one, "jointly_with": []} for one in given.get("orders") or []]}


@upcast(names.DRAFT_DECISION, from_version=2)
def of_no_first_judgment(given: dict[str, Any]) -> dict[str, Any]:
    """At first a judgment on a retrial did not say what becomes of the first one."""
    return {**given, "first_judgment": None, "first_why": None}


def _orders(sitting: Sitting, case: Case, given: DraftInput, currency: str) -> list[Order]:
    asked = reliefs_by_key(sitting.session, case)
    rows, faults = [], []
    for i, one in enumerate(given.orders):
        if one.relief is not None and one.relief not in asked:
            faults.append(FieldFault(("orders", i, "relief"), T("Choose one of those listed.")))
            continue
        if one.amount is not None and one.amount.currency != currency:
            faults.append(FieldFault(("orders", i, "amount"), T("The amount is not in the currency of this court.")))
            continue
        debtor, creditor = party_labelled(case, one.debtor, "orders"), party_labelled(case, one.creditor, "orders")
        together = [party_labelled(case, label, "orders") for label in one.jointly_with]
        rows.append(
            Order(
                number=i + 1,
                kind=one.kind,
                relief_id=asked[one.relief][1].id if one.relief else None,
                debtor_id=debtor.id if debtor else None,
                joint_ids=[party.id for party in together if party is not None] or None,
                creditor_id=creditor.id if creditor else None,
                amount_minor=one.amount.minor if one.amount else None,
                currency=one.amount.currency if one.amount else None,
                interest_from=one.interest_from,
                interest_percent=one.interest_percent,
                instalments=one.instalments or 1,
                what=one.what,
            )
        )
    if faults:
        raise InvalidInput(faults)
    return rows


@act(
    title=T("Sign the decision"),
    input=SignInput,
    by={Role.JUDGE},
    at=DECIDING,
    to={Stage.DELIBERATION},
    guard=the_committee_is_waited_for,
    seen_by=Audience.BENCH,
    premise=Premise.SUBJECT,
    subject=issuing.draft_read,
    page="judgment.desk",
    source=law("CPL 155", "COL 5, 12, 15", "COURT cooling-off"),
    desk=desks.DRAFT_DECISION,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
    in_record=False,
)
def send_for_signing(sitting: Sitting, case: Case, given: SignInput, *, actor: Actor, now: datetime) -> Recorded:
    """Close the draft: every check holds, and the decision rests before it may be pronounced.

    Raises ActNotOpen with the first check that fails; the desk shows them all.
    """
    decision = decision_named(sitting.session, case, given.decision)
    if decision.state is not DecisionState.DRAFT:
        raise ActNotOpen(T("This decision is not a draft any more."))
    found = problems(sitting, case, decision)
    if found:
        raise ActNotOpen(
            T("The decision is not ready: %(first)s", first=found[0]),
            T("%(count)s points in all stand on the desk.", count=len(found)),
        )
    decision.state = DecisionState.COOLING
    decision.signed_entry = sitting.next_number(case)
    sitting.close_tasks(case, desks.DRAFT_DECISION)
    sitting.move(case, Stage.DELIBERATION)
    if decision.pronounced_entry is not None:
        # Nothing rests before it is pronounced that was pronounced already; its text is only sent.
        words = T("The judgment was pronounced in the hearing, and its text is signed. Issue it, so that it is sent.")
        sitting.open_task(case, Role.JUDGE, desks.PRONOUNCE, words, risk=60, subject=decision.reference)
        return Recorded(T("The judgment pronounced in the hearing is signed"), {"decision": decision.reference})
    sitting.start_window(case, COOLING, start=now, subject=decision.reference)
    return Recorded(T("Decision signed; some time passes before it is pronounced"), {"decision": decision.reference})


class ReopenInput(CourtModel):
    """Why a decision that rests is taken back."""

    decision: Annotated[str, CourtText(1, 40, one_line=True), field(T("Decision"), widget="hidden")]
    note: Annotated[str | None, CourtText(0, 1000), field(T("Note for the bench"), widget="textarea")] = None


@act(
    title=T("Take the decision back"),
    input=ReopenInput,
    by={Role.JUDGE},
    at={Stage.DELIBERATION},
    seen_by=Audience.BENCH,
    page="judgment.desk",
    source=law("COURT cooling-off"),
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
)
def reopen_decision(sitting: Sitting, case: Case, given: ReopenInput, *, actor: Actor, now: datetime) -> Recorded:
    """Take a decision that rests back to the draft; nothing of it was sealed, logged as a decision or served."""
    decision = decision_named(sitting.session, case, given.decision)
    if decision.state is not DecisionState.COOLING:
        raise ActNotOpen(T("This decision is not waiting to be pronounced."))
    decision.state, decision.signed_entry = DecisionState.DRAFT, None
    sitting.close_windows(case, COOLING, WindowState.ENDED, subject=decision.reference)
    sitting.close_tasks(case, desks.PRONOUNCE, decision.reference)
    return Recorded(T("The decision was taken back to the draft"), {"decision": decision.reference})


@guard("CPL 155", "COURT cooling-off")
def a_decision_has_rested(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Nothing is pronounced before the cooling-off is over."""
    decision = current_draft(sitting.session, case)
    if decision is None or decision.state is not DecisionState.COOLING:
        return T("No signed decision is waiting to be pronounced.")
    if not issuing.has_rested(sitting, case, decision):
        window = sitting.windows(case, COOLING, state=None, subject=decision.reference)[-1]
        return T("The decision waits until %(at)s. Until then nothing is sealed or served.", at=window.due_at)
    return None


class IssueInput(CourtModel):
    """The decision and, typed by hand, the number of the case it is for."""

    decision: Annotated[str, CourtText(1, 40, one_line=True), field(T("Decision"), widget="hidden")]
    case_number: Annotated[
        str,
        CourtText(1, 80, one_line=True),
        field(
            T("Type the number of the case"),
            T("Exactly as it stands above. This keeps a decision from going to the wrong case."),
        ),
    ]


@act(
    title=T("Pronounce and issue the decision"),
    input=IssueInput,
    by={Role.JUDGE},
    at={Stage.DELIBERATION},
    to={Stage.PRONOUNCED, Stage.DELIBERATION},
    guard=(a_decision_has_rested, the_committee_is_waited_for),
    strong=True,
    premise=Premise.DOCKET,
    prepare=issuing.prepare_decision,
    page="judgment.issue",
    source=law("CPL 151, 155", "COL 5, 12"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision of the court"),
        T(
            "Read it: it says what is to be paid or done, and whether and until when you may appeal; that time runs from the day you receive it. If nobody appeals in time, or no appeal is allowed, it takes effect."
        ),
        "decision",
        runs="appeal_judgment",
    ),
    concerns=all_unless_countersigned,
    desk=desks.PRONOUNCE,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
)
def issue_decision(sitting: Sitting, case: Case, given: IssueInput, *, actor: Actor, now: datetime) -> Recorded:
    """Pronounce and seal the decision (CPL 151); it is served at once, or when the clerk has signed too where the rules
    ask for that (CPL 155).

    The number of the case is typed by hand and must be this case's, and the
    sealed paper must be of exactly this text; else nothing is issued. A partial
    judgment leaves the case in deliberation.
    """
    decision = decision_named(sitting.session, case, given.decision)
    if case.number is None or given.case_number != case.number:
        raise InvalidInput.at("case_number", T("This is not the number of this case. Nothing was issued."))
    if decision.state is not DecisionState.COOLING:
        raise ActNotOpen(T("This decision is not waiting to be pronounced."))
    found = problems(sitting, case, decision)
    if found:
        raise ActNotOpen(T("The decision is not ready: %(first)s", first=found[0]))
    document = issuing.keep_paper(sitting, case, decision)
    decision.state, decision.issued_entry, decision.issued_at = DecisionState.ISSUED, sitting.next_number(case), now
    decision.document_id, decision.document_sha256 = document.id, document.sha256
    sitting.close_tasks(case, desks.PRONOUNCE, decision.reference)
    if not issuing.clerk_signs(sitting, case):
        sitting.close_windows(case, SEND_JUDGMENT, WindowState.MET, subject=decision.reference)
    if decision.kind is not DecisionKind.PARTIAL:
        case.pronounced_at = decision.pronounced_at or now
        sitting.move(case, Stage.PRONOUNCED)
    elif not sitting.tasks(case, desks.DRAFT_DECISION):
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.DRAFT_DECISION,
            T("A part is decided. Decide on the rest when it is ready."),
            risk=30,
        )
    if issuing.clerk_signs(sitting, case):
        sitting.open_task(
            case,
            Role.CLERK,
            desks.COUNTERSIGN,
            T("A decision was pronounced. Sign it too; then it is served."),
            risk=60,
            subject=decision.reference,
        )
    sitting.announce(DecisionIssued(case, partial=decision.kind is DecisionKind.PARTIAL))
    ordered = side_by_side(orders_words(sitting, case, decision), " ")
    words = (
        T("%(kind)s pronounced and issued. %(orders)s", kind=decision.kind.label, orders=ordered)
        if decision.pronounced_entry is None
        else T("%(kind)s pronounced in the hearing, now issued. %(orders)s", kind=decision.kind.label, orders=ordered)
    )
    return Recorded(words, _issued(decision, document))


def _called(subject: str) -> Text | str:
    """An exhibit by its label, a fact by its number, as the docket names what was found on."""
    kind, _, name = subject.partition("/")
    return T("fact %(number)s", number=name) if kind == "fact" else name


def _issued(decision: Decision, document: Document) -> dict[str, Any]:
    """What the entry says for ever: the paper's digest and receipt, the orders, the costs."""
    return {
        "decision": decision.reference,
        "kind": decision.kind.value,
        "document": document.reference,
        "sha256": document.sha256,
        "size": len(document.content),
        "document_receipt": document.receipt,
        "orders": [
            {"number": o.number, "kind": o.kind.value, "amount": o.amount_minor, "currency": o.currency}
            for o in decision.orders
        ],
        "costs": decision.costs,
        "by_default": decision.by_default,
        **({"first_judgment": decision.first_judgment.value} if decision.first_judgment is not None else {}),
    }


@act(
    title=T("The decision takes effect"),
    input=EffectInput,
    by={Role.CLOCK},
    at={*DECIDING, Stage.PRONOUNCED, Stage.APPEALED},
    to={Stage.EFFECTIVE, Stage.ENFORCEMENT},
    listed=False,
    source=law("CPL 158, 165", "CPI 405"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The decision is in effect"),
        T(
            "What is to be paid or done stands in the decision, or in the earlier one that it upholds. Whatever is not paid or done in its time can be enforced when whoever is owed it asks for that."
        ),
    ),
    in_record=False,
)
def take_effect(sitting: Sitting, case: Case, given: EffectInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a decision binds: nobody can appeal any more, or nobody ever could (CPL 158, 165).

    A partial judgment binds while the case goes on about the rest (CPL 156). One that upholds the first on a retrial orders
    nothing of its own: the first stands, and is performed and enforced as before (CPI 405).
    """
    decision = decision_named(sitting.session, case, given.decision)
    if decision.kind is not DecisionKind.PARTIAL:
        sitting.move(case, Stage.EFFECTIVE)
    due_on = bring_into_effect(sitting, case, decision, now, owes=not decision.upholds)
    if decision.upholds:
        first = stands_again(sitting, case, decision)
        return Recorded(
            T("The judgment on the retrial is in effect: the first judgment stands, and is performed as before"),
            {"decision": decision.reference, "stands": first.reference},
        )
    return Recorded(
        T("The decision is in effect; to be performed by %(day)s", day=due_on),
        {"decision": decision.reference, "perform_by": due_on.isoformat()},
    )


def rested(sitting: Sitting, case: Case, window: Any) -> None:
    """The cooling-off is over: the judge may pronounce."""
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.PRONOUNCE,
        T("A decision has rested. Pronounce it, or take it back."),
        risk=50,
        subject=window.subject,
    )


def begin_deliberation(sitting: Sitting, event: ExaminationClosed) -> None:
    """The examination is over: findings and decision wait for the judge."""
    if not sitting.tasks(event.case, desks.DRAFT_DECISION):
        sitting.open_task(
            event.case,
            Role.JUDGE,
            desks.DRAFT_DECISION,
            T("The examination is over. Make the findings and write the decision."),
            risk=30,
        )


def leave_deliberation(sitting: Sitting, event: ExaminationResumed) -> None:
    """The case is heard further: findings and drafts stay as they are, and nobody is asked for them meanwhile."""
    sitting.close_tasks(event.case, desks.DRAFT_DECISION)


@bar("COURT cooling-off", "COURT hear-further")
def what_is_signed_is_taken_back_first(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why a case is not heard further: its decision is signed, and would be pronounced meanwhile."""
    if act.name != HEAR_FURTHER:
        return None
    decision = current_draft(sitting.session, case)
    if decision is not None and decision.state is DecisionState.COOLING:
        return T("The decision is signed. Take it back first; its text stays as a draft.")
    return None


def claim_is_changing(sitting: Sitting, event: ClaimIsChanging) -> None:
    """Orders of a draft that answer what is no longer asked for fall out of it; what is decided already cannot be asked
    for otherwise, unless the decision was set aside (CPI 251, 252). Raises ActNotOpen.
    """
    orders = select(Order).join(Decision, Decision.id == Order.decision_id).where(Order.relief_id.in_(event.heads))
    for order in sitting.session.scalars(orders.where(Decision.case_id == event.case.id)).all():
        decision = sitting.session.get_one(Decision, order.decision_id)
        if decision.state is DecisionState.SET_ASIDE:
            # The case is heard anew: what binds nobody any more keeps nobody from changing a claim.
            order.relief_id, order.head_changed = None, True
            continue
        if decision.state not in (DecisionState.DRAFT, DecisionState.DROPPED):
            raise ActNotOpen(
                T("A part of what you ask for is decided already, and cannot be changed any more."),
                T("Appeal from that decision, or leave what it decides as it is."),
                sitting.pack(event.case).cited("CPL 156", "CPI 232"),
            )
        decision.orders.remove(order)
        sitting.session.delete(order)
    sitting.session.flush()


def on_served(sitting: Sitting, event: Served) -> None:
    """A party was served with the decision: their time to appeal runs from that day."""
    if event.occasion == "decision":
        for decision in decisions_of(sitting.session, event.case, DecisionState.ISSUED):
            if decision.served_entry in event.entries:
                absent_may_ask(sitting, event.case, decision, event.party, event.at, event.proof)
        start_appeals(sitting, event.case, event.party, event.at, event.proof, event.entries)
