"""After effect: the certificate that a decision binds, and the application that it be heard again (CPL 210 to 217)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.docket.papers import FactsBlock, NoticePaper, ParagraphBlock
from odr.docket.queries import entries_of, parties, void
from odr.filing.claim.outsider_action.queries import actions_against
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import SOURCE_LOCALE, T, Text, words_of
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.enforcement.effect import ENFORCE, PERFORMANCE, RETRIAL, nothing_owed, set_decision_aside
from odr.judgment.enforcement.ending import instrument_fell, still_owed
from odr.judgment.enforcement.queries import enforcements_of
from odr.judgment.enforcement_remedies.reversal.queries import see_to_giving_back
from odr.judgment.models import Decision, FinalityCertificate, RetrialApplication
from odr.judgment.queries import petitions_of
from odr.judgment.remedies.appeal import file_list
from odr.judgment.remedies.heard_anew import begin_anew
from odr.judgment.remedies.inputs import Asks, Facts, Grounds, KnownOn, SendFileInput
from odr.judgment.remedies.retrial_checks import LIVE, check_earlier, check_grounds, check_knowledge, retrials_of
from odr.judgment.remedies.retrial_rules import (
    OPINION,
    REVIEW,
    Contested,
    First,
    OnNewEvidence,
    announce_costs,
    attacked_by,
    before_applying,
    begin_review,
    decision_that_binds,
    grounds_open,
    named_in,
    require_first,
    require_here,
    require_new_evidence,
    require_same,
    statement_that_binds,
)
from odr.judgment.remedies.supervision.advice_queries import close_advice
from odr.judgment.vocabulary import AdviceState, AppealOutcome, AppealState, EnforcementState, RetrialState
from odr.procedure.acts.act_versions import input_of, upcast
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.papers.form import party_block, signatures
from odr.procedure.papers.frame import keep_document, keep_prepared, sealed_paper
from odr.procedure.papers.language import CaseLanguage, language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

BINDING = {Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED}


@guard("CPL 158, 210")
def a_decision_binds(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only a decision in effect is certified, or heard again."""
    return None if decision_that_binds(sitting, case) is not None else T("No decision of this case is in effect.")


def _certificate(sitting: Sitting, case: Case, decision: Decision) -> tuple[str, str]:
    """Number of the next certificate, and the digest of what it says."""
    number = f"{case.number}-{len(certificates_of(sitting.session, case)) + 1}"
    said = [
        number,
        case.number,
        decision.reference,
        str(decision.effective_at),
        decision.document_sha256,
        [[p.label, p.name] for p in case.parties],
    ]
    above = _on_appeal(sitting, case, decision)
    said += [above.render(SOURCE_LOCALE)] if above is not None else []
    said += ["outsider"] if _is_changed_for_outsider(sitting, case) else []
    return number, sha256_hex(canonical(said))


def _on_appeal(sitting: Sitting, case: Case, decision: Decision) -> Text | None:
    """Which court decided on the appeal, under which number and how; None where none did."""
    for entry in reversed(entries_of(sitting.session, case, names.RECORD_APPEAL_OUTCOME)):
        if json.loads(entry.payload)["result"].get("decision") == decision.reference:
            given = input_of(entry)
            how = AppealOutcome(given["outcome"]).label
            return T("%(court)s, %(number)s: %(outcome)s", court=given["court"], number=given["number"], outcome=how)
    return None


def _is_changed(sitting: Sitting, case: Case, decision: Decision) -> bool:
    """Whether what binds is not what stands in this court's paper."""
    petitions = petitions_of(sitting.session, case, AppealState.DECIDED)
    return any(p.decision_id == decision.id and p.outcome is AppealOutcome.CHANGED for p in petitions)


def _is_changed_for_outsider(sitting: Sitting, case: Case) -> bool:
    """Whether a judgment in an action of an outsider left only a part of what binds (CPI 298)."""
    return any(row.outcome in ("changed", "set_aside") for row in actions_against(sitting.session, case))


def prepare_certificate(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the certificate before the Sitting."""
    language = getattr(given, "language", "zh-Hans")
    with court.database.read() as session:
        sitting, mine = court.look(session), session.get_one(Case, case.id)
        decision = decision_that_binds(sitting, mine)
        if decision is None or decision.effective_at is None:
            return {}
        number, digest = _certificate(sitting, mine, decision)
        paper = _paper(sitting, mine, decision, number, language)
        reason = T("Certificate %(number)s", number=number)
        return {"certificate": sealed_paper(court, paper, language, digest, reason=reason, signer=actor.name)}


def _paper(sitting: Sitting, case: Case, decision: Decision, number: str, language: str) -> NoticePaper:
    settings = sitting.court.settings
    lines, above = party_block(sitting, case), _on_appeal(sitting, case, decision)
    assert decision.effective_at is not None and decision.issued_at is not None
    return NoticePaper(
        court=settings.court_name_zh if language == "zh-Hans" else settings.court_name,
        kind=T("Certificate that a decision is in effect"),
        case_number=case.number,
        subject=sitting.subject_of(case),
        issued_on=sitting.today,
        signatories=[s for s in signatures(sitting, case) if s.role != T("Assessor")],
        blocks=[
            ParagraphBlock(
                T(
                    "The decision named below is in effect as a judgment in an action of an outsider has changed it. What that judgment left of it binds the parties and can be enforced as the law provides."
                )
                if _is_changed_for_outsider(sitting, case)
                else T(
                    "The decision named below is in effect as the higher court has changed it. With what the higher court decided it binds the parties and can be enforced as the law provides."
                )
                if _is_changed(sitting, case, decision)
                else T(
                    "The decision named below is in effect. It binds the parties and can be enforced as the law provides."
                )
            ),
            FactsBlock(
                [
                    (T("Number of this certificate"), number),
                    (
                        T("Decision"),
                        T(
                            "%(kind)s of %(day)s",
                            kind=decision.kind.label,
                            day=decision.issued_at.astimezone(settings.tz).date(),
                        ),
                    ),
                    *([(T("Decided on appeal"), above)] if above is not None else []),
                    (T("In effect since"), decision.effective_at.astimezone(settings.tz).date()),
                    (T("SHA-256 of the PDF"), decision.document_sha256 or ""),
                    *((line.role, line.name) for line in lines),
                ]
            ),
        ],
    )


class CertifyInput(CourtModel):
    """In which language a certificate is set."""

    language: CaseLanguage = ""


@act(
    title=T("Certify that the decision is in effect"),
    input=CertifyInput,
    by={Role.CLERK},
    at=BINDING,
    guard=a_decision_binds,
    strong=True,
    prepare=prepare_certificate,
    source=law("CPL 158"),
    topic=Topic.DECISION,
)
def certify_effect(sitting: Sitting, case: Case, given: CertifyInput, *, actor: Actor, now: datetime) -> Recorded:
    """Issue a sealed, numbered certificate that the decision binds and since when; anybody can check it by its code."""
    decision = decision_that_binds(sitting, case)
    assert decision is not None
    number, digest = _certificate(sitting, case, decision)
    title = words_of(T("Certificate that a decision is in effect"))
    document = keep_prepared(
        sitting, case, "certificate", digest, kind="certificate", title=title, locale=given.language
    )
    entry = sitting.next_number(case)
    sitting.session.add(
        FinalityCertificate(
            case_id=case.id, decision_id=decision.id, number=number, document_id=document.id, entry_number=entry
        )
    )
    facts = {
        "number": number,
        "document": document.reference,
        "sha256": document.sha256,
        "document_receipt": document.receipt,
    }
    return Recorded(T("Certificate %(number)s: the decision is in effect", number=number), facts)


@guard("CPL 210, 212")
def something_is_heard_again(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only a decision in effect, or a mediation statement in effect, is heard again."""
    if decision_that_binds(sitting, case) is not None or statement_that_binds(sitting, case) is not None:
        return None
    return T("No decision and no mediation statement of this case is in effect.")


@choice_source("retrial_grounds")
def retrial_grounds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Grounds on which what binds in the case is heard again, by its rules."""
    pack = sitting.pack(case)
    return [Option(key, one.title, pack.cite(one.article)) for key, one in grounds_open(sitting, case).items()]


@choice_source("grounds_known_later")
def grounds_known_later(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Those of the grounds whose time runs from the day they became known (CPL 216): against a mediation statement there is none, and
    nobody is asked since when they know of it.
    """
    known = {key for key, one in grounds_open(sitting, case).items() if one.from_knowledge}
    return [option for option in retrial_grounds(sitting, case, actor) if option.value in known]


class RetrialInput(CourtModel):
    """An application that a binding decision or mediation statement be heard again."""

    grounds: Grounds
    facts: Facts
    asks: Asks
    court: Annotated[
        Literal["above", "here"],
        field(
            T("Which court do you ask?"),
            T(
                "This court only for small claims, between natural persons, or with ten or more on one side; for the ground that it was no small claim, only this court."
            ),
            options={"above": T("The higher court"), "here": T("This court")},
            widget="radios",
        ),
    ] = "above"
    known_on: KnownOn = None
    contested: Contested = None


@act(
    title=T("Apply for retrial"),
    input=RetrialInput,
    by=set(PARTY_ROLES),
    at=BINDING,
    guard=something_is_heard_again,
    window=RETRIAL,
    meets=False,
    late=True,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Another party applies for a retrial"),
        T(
            "There is nothing you have to do now. What was decided or agreed stays in force and can be enforced meanwhile; the outcome is sent to you."
        ),
    ),
    source=law("CPL 210, 211, 212, 216", "CPI 376, 377, 381, 382, 399, 424", "FEE 9, 19"),
    says=before_applying,
    version=4,
    topic=Topic.DECISION,
)
def apply_for_retrial(sitting: Sitting, case: Case, given: RetrialInput, *, actor: Actor, now: datetime) -> Recorded:
    """Apply that a binding decision be heard again, on grounds the law names; enforcement goes on meanwhile (CPL 210,
    211). Or that a mediation statement be, because it was not made freely or is against the law (CPL 212).

    Six months from effect; for the grounds that count from knowledge, six months from
    the day they became known (CPL 216; CPI 382). Raises OutOfTime after that.
    """
    me = sitting.party_of(case, actor)
    check_grounds(sitting, case, given.grounds, here=given.court == "here")
    first = _chosen(sitting, case, given.grounds)
    if isinstance(first, Decision):
        require_first(sitting, case)
    if given.court == "here":
        require_here(sitting, case, first)
    if sitting.late:
        check_knowledge(sitting, case, given.grounds, given.known_on)
    check_earlier(sitting, case, given.grounds, given.known_on, me, first)
    require_same(sitting, case, first)
    row = RetrialApplication(
        case_id=case.id,
        decision_id=first.id if isinstance(first, Decision) else None,
        statement_id=None if isinstance(first, Decision) else first.paper.id,
        party_id=me.id,
        grounds=list(given.grounds),
        facts=given.facts,
        asks=given.asks,
        contested_minor=given.contested.minor if given.contested is not None else None,
        known_on=given.known_on,
        here=given.court == "here",
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    facts = {"retrial": row.reference, "grounds": list(given.grounds), "court": given.court}
    if row.here:
        begin_review(sitting, case, row, me.name)
        return Recorded(T("%(name)s applies to this court for retrial", name=me.name), facts)
    sitting.open_task(
        case,
        Role.CLERK,
        desks.RETRIAL,
        T("%(name)s applies for retrial. Send the file up.", name=me.name),
        risk=45,
        subject=row.reference,
    )
    return Recorded(T("%(name)s applies for retrial", name=me.name), facts)


def _chosen(sitting: Sitting, case: Case, grounds: Sequence[str]) -> First:
    """What an application on these grounds is against."""
    known = grounds_open(sitting, case)
    against_statement = any(known[key].of_statement for key in grounds)
    found = statement_that_binds(sitting, case) if against_statement else decision_that_binds(sitting, case)
    assert found is not None
    return found


@upcast(names.APPLY_FOR_RETRIAL, from_version=1)
def to_the_higher_court(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first every application went to the higher court."""
    return {**given, "court": "above"}


@upcast(names.APPLY_FOR_RETRIAL, from_version=2)
def asked_with_the_facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first what was asked stood among the facts."""
    return {**given, "asks": str(given["facts"])[:4000]}


@upcast(names.APPLY_FOR_RETRIAL, from_version=3)
def contested_in_all(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first nobody said how much of the decision they contest."""
    return {**given, "contested": None}


@guard("CPL 210, 214")
def some_retrial(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be an application."""
    return None if _above(sitting, case, *LIVE) else T("No application for retrial is pending at the higher court.")


def _above(sitting: Sitting, case: Case, *states: RetrialState) -> list[RetrialApplication]:
    """Applications that the higher court decides on."""
    return [row for row in retrials_of(sitting.session, case, *states) if not row.here]


@act(
    title=T("Send the file for retrial review"),
    input=SendFileInput,
    by={Role.CLERK},
    at=BINDING,
    guard=some_retrial,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The file has gone up: application for retrial"),
        T(
            "There is nothing you have to do here. What was decided or agreed stays in force meanwhile, and the outcome is sent to you."
        ),
    ),
    source=law("CPL 210, 214"),
    topic=Topic.DECISION,
)
def send_retrial_file(sitting: Sitting, case: Case, given: SendFileInput, *, actor: Actor, now: datetime) -> Recorded:
    """Send the file to the court that decides on the application, with the list by which it checks it."""
    found = _above(sitting, case, RetrialState.FILED)
    if not found:
        raise ActNotOpen(T("The file was sent already."))
    for row in found:
        row.state = RetrialState.SENT
    title = words_of(T("List of the file sent up"))
    content = canonical(file_list(sitting, case, given.court))
    document = keep_document(
        sitting,
        case,
        content,
        new_reference(),
        kind="appeal_file",
        title=title,
        locale=language_of(sitting, case),
        media_type="application/json",
    )
    return Recorded(
        T("File sent to %(court)s", court=given.court), {"document": document.reference, "sha256": document.sha256}
    )


class RetrialOutcomeInput(CourtModel):
    """What became of an application for retrial."""

    ordered: Annotated[bool, field(T("The case is heard again"))] = False
    sent_back: Annotated[
        bool,
        field(
            T("The judgment is set aside, and the case sent back"),
            T(
                "The higher court held the retrial itself: the first judgment stands no more, whatever is decided now [CPI 252]."
            ),
        ),
    ] = False
    new_evidence: OnNewEvidence = False
    court: Annotated[str, CourtText(1, 200, one_line=True), field(T("Which court decided"))]
    number: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of its ruling"))]
    summary: Annotated[str, CourtText(1, 4000), field(T("What it decided"), widget="textarea")]


@act(
    title=T("Record the outcome of the retrial application"),
    input=RetrialOutcomeInput,
    by={Role.CLERK},
    at=BINDING,
    to={Stage.PENDING},
    guard=some_retrial,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Outcome of the application for retrial"),
        T(
            "If it was refused, what was decided or agreed stands. If a retrial was ordered, it is not enforced for now; if it was set aside, it binds nobody any more. In both cases the case is heard again here, and what is asked of you then comes by letter with its day."
        ),
    ),
    source=law("CPL 41, 215, 217", "CPI 45, 252", "FEE 9, 23"),
    means={Milestone.HEARD_AGAIN},
    desk=desks.RETRIAL,
    version=3,
    topic=Topic.DECISION,
)
def record_retrial_outcome(
    sitting: Sitting, case: Case, given: RetrialOutcomeInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record what was decided: refused, the decision stands; ordered, its execution halts and this court hears the case
    again (CPL 215, 217). Where the higher court held the retrial, set the judgment aside and sent the case back, it is heard as
    at first: no judgment is left to uphold, and no retrial to end (CPI 252).
    """
    first = attacked_by(sitting, case, _above(sitting, case, *LIVE))
    assert first is not None
    if given.ordered and given.sent_back:
        raise InvalidInput.at(
            "sent_back", T("Either a retrial is held here, or the judgment is set aside already. Choose one.")
        )
    anew = given.ordered or given.sent_back
    state = RetrialState.ORDERED if anew else RetrialState.REFUSED
    rows = retrials_of(sitting.session, case, *LIVE) if anew else _above(sitting, case, *LIVE)
    require_new_evidence(rows, ordered=given.ordered, new_evidence=given.new_evidence)
    if given.ordered:
        announce_costs(sitting, case, first, rows, new_evidence=given.new_evidence)
    for row in rows:
        row.state, row.closed_entry = state, sitting.next_number(case)
        for desk in (desks.RETRIAL, desks.RETRIAL_HERE):
            sitting.close_tasks(case, desk, row.reference)
        for kind in (OPINION, REVIEW):
            sitting.close_windows(case, kind, WindowState.ENDED, subject=row.reference)
    before = hear_again(sitting, case, first) if anew else {}
    facts: dict[str, Any] = {**named_in(first), "ordered": given.ordered, "heard_again": anew}
    if given.sent_back:
        known = [party.label for party in parties(case)]
        by_default = isinstance(first, Decision) and first.by_default
        where = {"court": given.court, "number": given.number}
        return Recorded(
            T("%(court)s, %(number)s: the judgment is set aside on a retrial, and the case comes back", **where)
            if isinstance(first, Decision)
            else T(
                "%(court)s, %(number)s: the mediation statement is set aside on a retrial, and the case comes back",
                **where,
            ),
            {**facts, "sent_back": True, "by_default": by_default, "parties": known},
        )
    words = T("%(court)s, %(number)s: retrial %(outcome)s", court=given.court, number=given.number, outcome=state.label)
    return Recorded(words, {**facts, **before})


@upcast(names.RECORD_RETRIAL_OUTCOME, from_version=1)
def not_on_new_evidence(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first no retrial had a fee, and on which ground it was ordered was not said."""
    return {**given, "new_evidence": False}


@upcast(names.RECORD_RETRIAL_OUTCOME, from_version=2)
def not_sent_back(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first it was not told apart whether a retrial was held here or the case was sent back after one."""
    return {**given, "sent_back": False}


def hear_again(sitting: Sitting, case: Case, first: First) -> dict[str, Any]:
    """The decision, or the mediation statement, no longer carries execution (CPL 217; CPI 394); what was paid stays recorded under
    what it was paid on.

    Gives where the case stood before, for the entry: there it stands again where the retrial ends without a judgment (CPI 404).
    """
    before = {
        "stage": case.stage.value,
        "track": case.track.value if case.track is not None else None,
        "outcome": case.outcome.value if case.outcome is not None else None,
        "closed_at": case.closed_at.isoformat() if case.closed_at is not None else None,
        "effective_at": case.effective_at.isoformat() if case.effective_at is not None else None,
        "pronounced_at": case.pronounced_at.isoformat() if case.pronounced_at is not None else None,
        "halted": {
            one.reference: [one.halted_entry, one.halt_ground]
            for one in enforcements_of(sitting.session, case, EnforcementState.OPEN)
            if one.halted_entry is not None
        },
    }
    if isinstance(first, Decision):
        set_decision_aside(sitting, case, first)
    else:
        void(first.paper, sitting.next_number(case), sitting.now)
    close_advice(sitting, case, AdviceState.ORDERED)
    nothing_owed(sitting, case, PERFORMANCE, ENFORCE, RETRIAL)
    instrument_fell(sitting, case, standing=still_owed(sitting, case))
    see_to_giving_back(sitting, case, first.reference if isinstance(first, Decision) else first.paper.reference)
    case.outcome, case.closed_at, case.effective_at, case.pronounced_at = None, None, None, None
    begin_anew(sitting, case)
    return {"before": before}


def certificates_of(session: Session, case: Case) -> Sequence[FinalityCertificate]:
    """Certificates that a decision of the case is in effect, in order."""
    return session.scalars(
        select(FinalityCertificate).where(FinalityCertificate.case_id == case.id).order_by(FinalityCertificate.id)
    ).all()
