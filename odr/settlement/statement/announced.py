"""In an action in the public interest an agreement is announced first, and looked at when that time is over (CPI 287)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from sqlalchemy import select

from odr.docket.models import Case, PartyKind, Role
from odr.docket.queries import parties
from odr.filing.claim.public_interest.queries import may_go_on, public_interest_of
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.text import T, Text, last_day
from odr.identity.actors import Actor
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Act, Everyone, Recorded, Topic, act, bar, guard
from odr.procedure.forms.inputs import CourtText, field
from odr.procedure.models import Window
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law
from odr.procedure.time.changed_limits import note_changed
from odr.settlement import desks, names, time_limits
from odr.settlement.inputs import AgreementRef
from odr.settlement.models import Agreement, AgreementState
from odr.settlement.offers.room_rules import OPEN_STAGES
from odr.settlement.queries import agreement_named, agreements_of
from odr.settlement.statement.ending_rules import NO_WITHDRAWAL
from odr.settlement.statement.papers import term_words

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

WINDOW = time_limits.AGREEMENT_ANNOUNCEMENT


@guard("CPI 287")
def an_agreement_is_to_be_announced(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is announced: the case is no action in the public interest, nobody agreed, or it was done."""
    if public_interest_of(sitting, case) is None:
        return T("Only an agreement in an action in the public interest is announced.")
    signed = agreements_of(sitting.session, case, AgreementState.SIGNED)
    if not signed:
        return T("No signed agreement is waiting for the court.")
    if not may_go_on(sitting, case):
        return T("It is an action in the public interest: say first what you found of its conditions.")
    return T("The agreement was announced.") if signed[-1].announced_entry is not None else None


@guard("CPI 287")
def the_announcement_is_over(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no statement is made in an action in the public interest: its agreement was not announced, or not for its days."""
    if public_interest_of(sitting, case) is None:
        return None
    agreement = next(iter(reversed(agreements_of(sitting.session, case, AgreementState.SIGNED))), None)
    if agreement is None:
        return None
    if agreement.announced_until is None:
        return T("In an action in the public interest the agreement is announced first.")
    if agreement.announced_until >= sitting.now:
        return T(
            "The agreement is announced until the end of %(day)s. Look at it after that.",
            day=last_day(agreement.announced_until, sitting.court.settings.tz),
        )
    return None


@bar("CPI 287, 288")
def settled_by_statement_alone(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why no leave is given to withdraw as agreed: an agreement in an action in the public interest is announced and
    looked at, and a statement made of it; it does not end the case unseen.
    """
    if act.name != names.ALLOW_AGREED_WITHDRAWAL or public_interest_of(sitting, case) is None:
        return None
    return NO_WITHDRAWAL


class AnnounceAgreementInput(AgreementRef):
    """What the public reads of an agreement, and for how long."""

    words: Annotated[
        str,
        CourtText(20, 8000),
        field(
            T("The agreement as the public reads it"),
            T("All of it, without names of private persons and without secrets."),
            widget="textarea",
        ),
    ]
    days: Annotated[int, Field(ge=1, le=180), field(T("Days to announce it"), T("At least what the rules say."))] = 30


def agreed_words(sitting: Sitting, case: Case, actor: Actor) -> Mapping[str, Text | str]:
    """The signed terms, one to a line, for the judge to read and shorten by names."""
    signed = agreements_of(sitting.session, case, AgreementState.SIGNED)
    if not signed:
        return {}
    language = language_of(sitting, case)
    return {"words": "\n".join(term.render(language) for term in term_words(case, signed[-1]))}


@act(
    title=T("Announce the agreement"),
    input=AnnounceAgreementInput,
    by={Role.JUDGE},
    at=OPEN_STAGES,
    guard=an_agreement_is_to_be_announced,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your agreement is announced to the public"),
        T("There is nothing you have to do. After its days the court checks whether it harms the public."),
        when_due=T(
            "It is announced until the end of %(day)s. There is nothing you have to do. After that the court checks whether it harms the public; if not, it makes the mediation statement, otherwise the case goes on.",
            day=DAY,
        ),
    ),
    rule=WINDOW,
    prefill=agreed_words,
    page="settlement.statement",
    source=law("CPI 287"),
    desk=desks.CONFIRM_AGREEMENT,
    topic=Topic.AGREEMENT,
    in_record=False,
)
def announce_agreement(
    sitting: Sitting, case: Case, given: AnnounceAgreementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Announce what was agreed in an action in the public interest, for thirty days at least; then it is looked at (CPI 287).

    Raises InvalidInput for fewer days than the rules give.
    """
    agreement = agreement_named(sitting.session, case, given.agreement)
    if agreement.state is not AgreementState.SIGNED:
        raise InvalidInput.at("agreement", T("No signed agreement is waiting for the court."))
    least = sitting.pack(case).window(WINDOW).amount
    if given.days < least:
        raise InvalidInput.at("days", T("At least %(least)s days [CPI 287].", least=least))
    window = sitting.start_window(case, WINDOW, start=now, amount=given.days, subject=agreement.reference)
    note_changed(sitting.session, [window])
    agreement.announced_entry, agreement.announced_words = sitting.next_number(case), given.words
    agreement.announced_until = window.due_at
    sitting.close_tasks(case, desks.CONFIRM_AGREEMENT, agreement.reference)
    return Recorded(
        T("The agreement is announced until %(day)s", day=window.due_at),
        {"agreement": agreement.reference, "until": window.due_at.isoformat() if window.due_at else None},
    )


def announcement_over(sitting: Sitting, case: Case, window: Window) -> None:
    """The days are over: the judge checks whether the agreement harms the public; the clock makes no statement (CPI 287)."""
    title = T(
        "The agreement was announced for its days. Make the mediation statement if it does not harm the public; otherwise make none, and the case goes on."
    )
    sitting.open_task(case, Role.JUDGE, desks.CONFIRM_AGREEMENT, title, risk=55, subject=window.subject)


class Announced:
    """An announced agreement as the public reads it."""

    def __init__(self, sitting: Sitting, agreement: Agreement) -> None:
        self.agreement = agreement
        self.case = sitting.session.get_one(Case, agreement.case_id)
        self.against = [p.name for p in parties(self.case, Role.RESPONDENT) if p.kind is not PartyKind.PERSON]
        self.state = agreement.state.label
        self.runs = (
            agreement.state is AgreementState.SIGNED and (agreement.announced_until or sitting.now) >= sitting.now
        )


def announced_now(sitting: Sitting) -> list[Announced]:
    """Agreements that are announced now, the first to end on top."""
    query = (
        select(Agreement)
        .where(Agreement.announced_until >= sitting.now)
        .order_by(Agreement.announced_until, Agreement.id)
        .limit(100)
    )
    return [Announced(sitting, one) for one in sitting.session.scalars(query)]


def announced_named(sitting: Sitting, reference: str) -> Announced:
    """One announcement by its public reference; past ones stay readable. Raises NotFound."""
    found = sitting.session.scalar(
        select(Agreement).where(Agreement.reference == reference, Agreement.announced_entry.is_not(None))
    )
    if found is None:
        raise NotFound
    return Announced(sitting, found)
