"""Entries of the list of mediators: written by the mediator, published by the president, chosen from by the parties
(OMR 5, 10).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role
from odr.filing.registry.seats import conflicted
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.identity.models import Account, AccountRole, AccountState
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.settlement.models import Agreement, AgreementState, Mediation, MediationState, MediatorEntry

SPEAKS = {"en": T("English"), "zh-Hans": T("Chinese")}
FEW = 5
"""From fewer ended mediations than this no figure is shown: it would tell about single cases."""
_REACHED = (AgreementState.SIGNED, AgreementState.CONFIRMED, AgreementState.EFFECTIVE)


class MediatorEntryInput(CourtModel):
    """What the list says of a mediator (OMR 5)."""

    organisation: Annotated[
        str | None,
        CourtText(2, 200, one_line=True),
        field(T("Mediation organisation"), T("If you mediate for one. Else leave it empty.")),
    ] = None
    fields: Annotated[
        list[Annotated[str, CourtText(1, 60, one_line=True)]],
        Field(min_length=1, max_length=60),
        field(T("Kinds of dispute you take"), choices="causes", widget="checkboxes"),
    ]
    good_at: Annotated[
        str,
        CourtText(5, 1000),
        field(
            T("What you are good at"), T("For example: disputes of buyers and shops, since 2014."), widget="textarea"
        ),
    ]
    speaks: Annotated[
        list[Literal["en", "zh-Hans"]],
        Field(min_length=1, max_length=2),
        field(T("Languages in which you mediate"), options=SPEAKS, widget="checkboxes"),
    ]
    cost: Annotated[
        Literal["free", "paid"],
        field(T("Does it cost the parties something?"), options={"free": T("Nothing"), "paid": T("Yes")}),
    ]
    cost_words: Annotated[
        str | None,
        CourtText(2, 300, one_line=True),
        field(T("What it costs"), T("An amount, and what it is for. Only if it costs something.")),
    ] = None
    at_once: Annotated[
        int,
        Field(ge=1, le=200),
        field(T("How many mediations at a time"), T("When as many run, you are not offered for more.")),
    ]

    @model_validator(mode="after")
    def _cost_is_told(self) -> Self:
        if self.cost == "paid" and self.cost_words is None:
            raise InvalidInput([FieldFault(("cost_words",), T("Say what it costs."))])
        return self


@dataclass(frozen=True)
class Outcomes:
    """What came of a mediator's mediations that are over."""

    ended: int
    agreed: int

    @property
    def told(self) -> Text:
        """In words; no figure where there are too few."""
        if self.ended < FEW:
            return T("Fewer than %(few)s mediations are over; no figure is given.", few=FEW)
        return T("%(agreed)s of %(ended)s mediations ended in an agreement.", agreed=self.agreed, ended=self.ended)


@dataclass(frozen=True)
class Listed:
    """A mediator on the published list."""

    account: Account
    entry: MediatorEntry
    running: int
    outcomes: Outcomes

    @property
    def is_full(self) -> bool:
        """Whether as many mediations run as they take at a time."""
        return self.running >= int(self.entry.told["at_once"])


def propose_entry(session: Session, account_id: int, given: MediatorEntryInput, now: datetime) -> MediatorEntry:
    """A mediator writes their entry; it takes the place of one that still waits, and is shown once it is published."""
    for waiting in session.scalars(_waiting().where(MediatorEntry.account_id == account_id)):
        waiting.ended_at = now
    entry = MediatorEntry(account_id=account_id, told=given.model_dump(mode="json"), proposed_at=now)
    session.add(entry)
    session.flush()
    return entry


def decide_entry(session: Session, reference: str, publish: bool, reason: str | None, by: int, now: datetime) -> None:
    """The president publishes an entry, which ends the one before it, or declines it with a reason. Raises NotFound,
    InvalidInput.
    """
    entry = session.scalar(_waiting().where(MediatorEntry.reference == reference).with_for_update())
    if entry is None:
        raise NotFound
    if entry.account_id == by:
        raise InvalidInput.at("decision", T("Somebody else publishes your entry."))
    if not publish and not reason:
        raise InvalidInput.at("reason", T("Say why it is not published."))
    entry.decided_at, entry.decided_by, entry.published, entry.reason = now, by, publish, reason
    if not publish:
        entry.ended_at = now
        return
    for before in session.scalars(_published().where(MediatorEntry.account_id == entry.account_id)):
        if before.id != entry.id:
            before.ended_at = now


def take_off(session: Session, reference: str, reason: str | None, by: int, now: datetime) -> None:
    """The president takes a mediator off the list, with a reason; what runs goes on. Raises NotFound, InvalidInput."""
    entry = session.scalar(_published().where(MediatorEntry.reference == reference).with_for_update())
    if entry is None:
        raise NotFound
    if not reason:
        raise InvalidInput.at("reason", T("Say why the entry is taken off the list."))
    entry.ended_at, entry.reason, entry.decided_by = now, reason, by


def _waiting() -> Any:
    return select(MediatorEntry).where(MediatorEntry.decided_at.is_(None), MediatorEntry.ended_at.is_(None))


def _published() -> Any:
    return select(MediatorEntry).where(MediatorEntry.published.is_(True), MediatorEntry.ended_at.is_(None))


def waiting_entries(session: Session) -> list[tuple[MediatorEntry, Account]]:
    """What waits for the president, the oldest first."""
    query = _waiting().add_columns(Account).join(Account, Account.id == MediatorEntry.account_id)
    return [(entry, account) for entry, account in session.execute(query.order_by(MediatorEntry.id))]


def own_entries(session: Session, account_id: int) -> tuple[MediatorEntry | None, MediatorEntry | None]:
    """A mediator's published entry, and the newest one that is not."""
    rows = session.scalars(
        select(MediatorEntry).where(MediatorEntry.account_id == account_id).order_by(MediatorEntry.id.desc())
    ).all()
    shown = next((one for one in rows if one.published and one.ended_at is None), None)
    other = next((one for one in rows if not one.published and (shown is None or one.id > shown.id)), None)
    return shown, other


def listed(session: Session, cause: str | None = None, language: str | None = None) -> list[Listed]:
    """Everybody on the published list by name, of one kind of dispute or language where named."""
    query = (
        _published()
        .add_columns(Account)
        .join(Account, Account.id == MediatorEntry.account_id)
        .where(Account.state == AccountState.ACTIVE, _in_office().where(AccountRole.account_id == Account.id).exists())
        .order_by(Account.name, Account.id)
    )
    rows = [
        (entry, account)
        for entry, account in session.execute(query)
        if (cause is None or cause in entry.told["fields"]) and (language is None or language in entry.told["speaks"])
    ]
    running, ended = running_of(session), _ended(session)
    return [
        Listed(account, entry, running.get(account.id, 0), ended.get(account.id, Outcomes(0, 0)))
        for entry, account in rows
    ]


def _in_office() -> Any:
    return select(AccountRole.account_id).where(AccountRole.role == Role.MEDIATOR, AccountRole.revoked_at.is_(None))


def running_of(session: Session) -> Mapping[int, int]:
    """How many mediations each mediator has that are not over."""
    rows = session.execute(
        select(Mediation.mediator_id, func.count())
        .where(
            Mediation.mediator_id.is_not(None),
            Mediation.judge_led.is_(False),
            Mediation.state.in_(frozenset(MediationState) - {MediationState.ENDED}),
        )
        .group_by(Mediation.mediator_id)
    )
    return {account: count for account, count in rows if account is not None}


def _ended(session: Session) -> dict[int, Outcomes]:
    reached = (
        select(Agreement.id)
        .where(Agreement.case_id == Mediation.case_id, Agreement.state.in_(_REACHED))
        .correlate(Mediation)
        .exists()
    )
    rows = session.execute(
        select(Mediation.mediator_id, func.count(), func.count().filter(reached))
        .where(
            Mediation.mediator_id.is_not(None),
            Mediation.judge_led.is_(False),
            Mediation.state == MediationState.ENDED,
        )
        .group_by(Mediation.mediator_id)
    )
    return {account: Outcomes(ended, agreed) for account, ended, agreed in rows if account is not None}


def to_choose_from(session: Session, case: Case, but: Collection[int] = ()) -> Sequence[tuple[Account, Listed | None]]:
    """Who may be chosen in a case: who is on the list, free of conflict and not full, whoever takes such disputes first.

    A court that has published no entry yet offers everybody who mediates for it.
    """
    barred = conflicted(session, case) | set(but)
    on_list = listed(session)
    if on_list:
        free = [one for one in on_list if one.account.id not in barred and not one.is_full]
        fitting = [one for one in free if case.cause in one.entry.told["fields"]]
        return [(one.account, one) for one in fitting + [one for one in free if one not in fitting]]
    rows = session.scalars(
        select(Account)
        .where(Account.state == AccountState.ACTIVE, Account.id.in_(_in_office()))
        .order_by(Account.name, Account.id)
    )
    return [(account, None) for account in rows if account.id not in barred]


def not_to_designate(session: Session, case: Case, but: Collection[int] = ()) -> set[int]:
    """Who is passed over when a mediator is designated: whoever the parties could not choose either, and whoever does
    not take such disputes, as long as somebody is left (OMR 12).
    """
    free = to_choose_from(session, case, but)
    everybody = set(session.scalars(_in_office()))
    fitting = {account.id for account, entry in free if entry is None or case.cause in entry.entry.told["fields"]}
    left = fitting or {account.id for account, _ in free}
    return (everybody - left) | set(but)
