"""Mediation before a claim: asked for in a case of its own, sent back where it does not belong here, ended by an
agreement that binds (OMR 8 to 25).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Outcome, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing.claim.case_without_claim import note_applicant, write_to
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, last_day, words_of
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.procedure.acts.events import CaseClosed
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law
from odr.procedure.time.changed_limits import note_changed
from odr.procedure.time.reckoning import Extension
from odr.settlement import desks, names
from odr.settlement.before_filing.inputs import BeforeFilingInput
from odr.settlement.before_filing.opening_mediation import APPLICATION, knows_confirmation, open_from_mediation
from odr.settlement.inputs import AgreementRef
from odr.settlement.mediation.acts import DESIGNATION, MEDIATION, close_mediation
from odr.settlement.models import Agreement, AgreementState, DisputeBeforeFiling, Mediation, MediationState, OfferState
from odr.settlement.offers.acts import close_offer
from odr.settlement.offers.room_rules import PRIVATE, ROOM_STAGES
from odr.settlement.queries import agreement_named, agreements_of, mediation_of, offers_of
from odr.settlement.statement.papers import THE_DISPUTE, term_words

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LETTER = "mediation"


@act(
    title=T("Ask for mediation before a claim"),
    input=BeforeFilingInput,
    by={Role.CLAIMANT},
    at={Stage.MEDIATING},
    listed=False,
    source=law("CPL 125", "OMR 8, 10, 15"),
)
def ask_before_filing(
    sitting: Sitting, case: Case, given: BeforeFilingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the court to have a dispute mediated before any claim; the other side is written to and need not agree (OMR
    8, 15).

    A mediator is chosen by both, or designated by rule within three working days (OMR 10). It costs nothing.
    """
    me, currency = sitting.party_of(case, actor), sitting.pack(case).currency
    if given.amount is not None and given.amount.currency != currency:
        raise InvalidInput.at("amount", T("The amount is not in the currency of this court."))
    number = sitting.next_number(case)
    amount = given.amount.minor if given.amount else None
    sitting.session.add(
        DisputeBeforeFiling(
            case_id=case.id,
            what=given.what,
            asks=given.asks,
            amount_minor=amount,
            currency=currency,
            entry_number=number,
        )
    )
    mediation = Mediation(
        case_id=case.id, state=MediationState.PROPOSED, consents=[me.id], choices={}, entry_number=number
    )
    sitting.session.add(mediation)
    sitting.session.flush()
    note_applicant(sitting, case, me, given.applicant)
    for party in parties(case, Role.RESPONDENT):
        write_to(
            sitting,
            case,
            party,
            letter=LETTER,
            title=T("An invitation to mediate"),
            entry_number=number,
            occasion="mediation",
        )
    sitting.start_window(case, DESIGNATION, start=now, subject=mediation.reference)
    sitting.open_task(
        case,
        Role.CLERK,
        desks.MEDIATION_ASKED,
        T("Mediation before a claim was asked for. Send it back if it does not belong here."),
        risk=20,
    )
    return Recorded(T("%(name)s asks for mediation before a claim", name=me.name), {"mediation": mediation.reference})


class ReturnMediationInput(CourtModel):
    """Why an application for mediation goes back (OMR 9)."""

    ground: Annotated[
        Literal["scope", "other_court", "unsuited"],
        field(
            T("Why"),
            options={
                "scope": T("The court does not hear such disputes"),
                "other_court": T("Another court is to be asked"),
                "unsuited": T("It is not suited to mediation online"),
            },
        ),
    ]
    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]


@act(
    title=T("Send the application for mediation back"),
    input=ReturnMediationInput,
    by={Role.CLERK},
    at={Stage.MEDIATING},
    to={Stage.CLOSED},
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The application for mediation was sent back"),
        T("The docket says why, and nothing is decided about the dispute itself. There is nothing you have to do."),
    ),
    source=law("OMR 9"),
    desk=desks.MEDIATION_ASKED,
    topic=Topic.AGREEMENT,
)
def return_mediation(
    sitting: Sitting, case: Case, given: ReturnMediationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Send it back with reasons: the court does not hear such disputes, another court does, or it is not suited (OMR
    9).
    """
    mediation = mediation_of(sitting.session, case)
    if mediation is not None:
        close_mediation(sitting, case, mediation)
    _over(sitting, case, Outcome.REFUSED, now)
    return Recorded(
        T("The application for mediation was sent back"), {"ground": given.ground, "reasons": given.reasons}
    )


def _over(sitting: Sitting, case: Case, outcome: Outcome, now: datetime) -> None:
    sitting.close_tasks(case, desks.MEDIATION_ASKED)
    for offer in offers_of(sitting.session, case, OfferState.OPEN):
        close_offer(sitting, case, offer, OfferState.OVERTAKEN)
    case.outcome, case.closed_at = outcome, now
    sitting.move(case, Stage.CLOSED)
    sitting.announce(CaseClosed(case))


@act(
    title=T("The agreement binds"),
    input=AgreementRef,
    by={Role.CLOCK},
    at={Stage.MEDIATING},
    to={Stage.CLOSED},
    seen_by=PRIVATE,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The agreement is now binding"),
        T("Do what the agreement says: it binds everybody who signed it."),
        when_due=T(
            "Do what the agreement says. You and the others may together ask the court to confirm it until the end of %(day)s, so that it can be enforced; without that it binds all the same.",
            day=DAY,
        ),
    ),
    listed=False,
    source=law("OMR 19, 20"),
)
def conclude_before_filing(
    sitting: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime
) -> Recorded:
    """Record that an agreement binds since its last signature; for thirty days everybody together may ask that it be
    confirmed (OMR 19, 20; CPL 205).
    """
    agreement = agreement_named(sitting.session, case, given.agreement)
    agreement.state = AgreementState.EFFECTIVE
    mediation = mediation_of(sitting.session, case)
    if mediation is not None:
        close_mediation(sitting, case, mediation)
    if knows_confirmation(sitting.pack(case)):
        for party in parties(case):
            sitting.start_window(case, APPLICATION, party=party, start=now, subject=agreement.reference)
    _over(sitting, case, Outcome.SETTLED, now)
    terms = [words_of(term) for term in term_words(case, agreement, THE_DISPUTE)]
    return Recorded(
        T("The agreement binds since everybody has signed it"), {"agreement": agreement.reference, "terms": terms}
    )


def binding_agreement(sitting: Sitting, case: Case) -> Agreement | None:
    """What was agreed in a mediation before a claim."""
    if dispute_of(sitting.session, case) is None:
        return None
    return next(iter(agreements_of(sitting.session, case, AgreementState.EFFECTIVE)), None)


@guard("CPL 205")
def something_was_agreed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only an agreement made before a mediator, without a claim, is confirmed."""
    return None if binding_agreement(sitting, case) is not None else T("Nothing was agreed before a mediator here.")


@act(
    title=T("Ask the court to confirm the agreement"),
    input=AgreementRef,
    by=set(PARTY_ROLES),
    at={Stage.CLOSED},
    window=APPLICATION,
    guard=something_was_agreed,
    special=True,
    seen_by=PRIVATE,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party asks the court to confirm the agreement"),
        T("You have nothing to do now. Unless everybody asks in time, the agreement cannot be confirmed."),
        when_due=T(
            "If you want this too, ask for it by the end of %(day)s. Unless everybody asks in time, the agreement cannot be confirmed.",
            day=DAY,
        ),
    ),
    page="settlement.room",
    source=law("CPL 205", "CPI 351, 354", "FEE 8"),
    topic=Topic.AGREEMENT,
)
def apply_for_confirmation(
    sitting: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime
) -> Recorded:
    """Apply, jointly and without fee: with the last party's application a case of its own is opened, and the judge gets
    the agreed text only (CPL 205).
    """
    agreement = binding_agreement(sitting, case)
    if agreement is None or agreement.reference != given.agreement:
        raise ActNotOpen(T("Nothing was agreed before a mediator here."))
    sitting.session.flush()
    met = {w.party_id for w in sitting.windows(case, APPLICATION, state=WindowState.MET, subject=agreement.reference)}
    note_changed(sitting.session, sitting.windows(case, APPLICATION, subject=agreement.reference))
    me = sitting.party_of(case, actor)
    left = [p for p in parties(case) if p.id not in met]
    result: dict[str, Any] = {"agreement": agreement.reference, "missing": len(left)}
    if not left:
        own = open_from_mediation(sitting, case, agreement, _since(sitting, agreement))
        result |= {"confirmation": own.reference, "number": own.number}
    return Recorded(T("%(name)s asks that the agreement be confirmed", name=me.name), result)


def _since(sitting: Sitting, agreement: Agreement) -> date:
    last = max(s.at for s in agreement.signatures)
    return last.astimezone(sitting.court.settings.tz).date()


@guard("OMR 24")
def a_mediation_runs(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only the time of a mediation that runs is made longer."""
    found = mediation_of(sitting.session, case)
    return None if found is not None and found.state is MediationState.RUNNING else T("No mediation runs.")


class LongerInput(CourtModel):
    """Until when a mediation is to last."""

    until: Annotated[
        CourtDate, field(T("Until which day"), T("The time is longer when everybody has named or agreed to this day."))
    ]


@act(
    title=T("Agree to a longer time for mediation"),
    input=LongerInput,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    guard=a_mediation_runs,
    source=law("OMR 24"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def extend_mediation(sitting: Sitting, case: Case, given: LongerInput, *, actor: Actor, now: datetime) -> Recorded:
    """Name a later day, or agree to the one that was named: when everybody has, the mediation lasts until then (OMR
    24).
    """
    me, mediation = sitting.party_of(case, actor), mediation_of(sitting.session, case)
    assert mediation is not None
    window = next((w for w in sitting.windows(case, MEDIATION, subject=mediation.reference)), None)
    ends = last_day(window.due_at, sitting.pack(case).tz) if window is not None and window.due_at else sitting.today
    if given.until <= ends:
        raise InvalidInput.at("until", T("The mediation lasts until %(day)s as it is.", day=ends))
    if (given.until - ends).days > 180:
        raise InvalidInput.at("until", T("That is too far away. Name a day within half a year."))
    before = mediation.longer if mediation.longer and mediation.longer["until"] == given.until.isoformat() else None
    agreed = sorted({*(before["agreed"] if before else []), me.id})
    mediation.longer = {"until": given.until.isoformat(), "agreed": agreed}
    if all(p.id in agreed for p in parties(case)):
        sitting.then(names.LENGTHEN_MEDIATION, LongerInput(until=given.until), actor=CLOCK_ACTOR)
    return Recorded(
        T("%(name)s would mediate until %(day)s", name=me.name, day=given.until),
        {"missing": len(_not_among(case, agreed))},
    )


def _not_among(case: Case, agreed: list[int]) -> list[Party]:
    return [p for p in parties(case) if p.id not in agreed]


@act(
    title=T("Mediation prolonged"),
    input=LongerInput,
    by={Role.CLOCK},
    at=ROOM_STAGES,
    listed=False,
    source=law("OMR 24"),
    means={Milestone.MEDIATION_LENGTHENED},
    in_record=False,
)
def lengthen_mediation(sitting: Sitting, case: Case, given: LongerInput, *, actor: Actor, now: datetime) -> Recorded:
    """Prolong it as everybody agreed; in a filed case the added days do not count towards the trial limit (OMR 24)."""
    mediation = mediation_of(sitting.session, case)
    if mediation is None:
        raise ActNotOpen(T("No mediation runs."))
    window = sitting.windows(case, MEDIATION, subject=mediation.reference)[-1]
    before = window.due_at or now
    sitting.close_windows(case, MEDIATION, WindowState.ENDED, subject=mediation.reference)
    longer = sitting.start_window(
        case,
        MEDIATION,
        rule=None if case.stage is not Stage.MEDIATING else "mediation_prefiling",
        start=window.opened_at,
        subject=mediation.reference,
        extensions=[Extension(T("everybody agreed"), "OMR 24", until_on=given.until)],
    )
    mediation.longer = None
    until = longer.due_at or before
    return Recorded(
        T("The mediation lasts until %(day)s, as everybody agreed", day=given.until),
        {"from": before.isoformat(), "until": until.isoformat()},
    )


@remembered
def dispute_of(session: Session, case: Case) -> DisputeBeforeFiling | None:
    """What a mediation before a claim is about."""
    return session.scalar(built_once(lambda: select(DisputeBeforeFiling).where(DisputeBeforeFiling.case_id == case.id)))
