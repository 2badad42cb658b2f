"""Docket entries that record mandates signed or ended on the account pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Stage
from odr.filing import names as act_names
from odr.filing.models import MandateNote
from odr.filing.parties.inputs import MandateFact
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.accounts import accounts, outbox
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.mandates import QUALIFICATION_WORDS, SCOPE_WORDS, licence_of
from odr.identity.models import Account, Mandate

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Representative:
    """Somebody who acts for a party, with how far and until when."""

    mandate: Mandate
    party: Party
    name: str
    scope: Text
    until_at: datetime | None
    is_assistant: bool
    entitled: Text | None = None
    """In what quality, where the registry has seen what shows it (CPI 88)."""


def representatives_of(sitting: Sitting, case: Case) -> list[Representative]:
    """Everybody who may act for a party now, each with what the registry has seen: a licence counts to the end of its last day
    at the court.
    """
    today = sitting.today
    return _representatives_of(sitting.session, case, sitting.now, today)


@remembered
def _representatives_of(session: Session, case: Case, now: datetime, today: date) -> list[Representative]:
    names = {p.id: p for p in case.parties}
    rows = session.execute(
        built_once(
            lambda: (
                select(Mandate, Account.name)
                .join(Account, Account.id == Mandate.account_id)
                .where(Mandate.case_id == case.id)
                .order_by(Mandate.id)
            )
        )
    )
    return [
        Representative(
            m,
            names[m.party_id],
            name,
            SCOPE_WORDS[m.scope],
            m.until_at,
            m.delegated_by is not None,
            _entitled(session, m, today),
        )
        for m, name in rows
        if m.is_live(now) and m.party_id in names
    ]


def _entitled(session: Session, mandate: Mandate, today: date) -> Text | None:
    if mandate.account_id is None:
        return None
    seen = licence_of(session, mandate.account_id, mandate.case_id, today)
    if seen is None:
        return None
    kind = QUALIFICATION_WORDS[seen.kind]
    return T("%(kind)s, %(firm)s", kind=kind, firm=seen.firm) if seen.firm else kind


def note_of(session: Session, mandate: Mandate) -> MandateNote:
    """The mandate's line in the account of what the docket has told."""
    note = session.get(MandateNote, mandate.id)
    if note is None:
        note = MandateNote(mandate_id=mandate.id)
        session.add(note)
        session.flush()
    return note


def untold(session: Session, limit: int) -> list[tuple[int, int]]:
    """Mandates agreed by both whose beginning or end stands on no docket yet, as (mandate, case)."""
    query = built_once(
        lambda: (
            select(Mandate.id, Mandate.case_id)
            .join(Case, Case.id == Mandate.case_id)
            .outerjoin(MandateNote, MandateNote.mandate_id == Mandate.id)
            .where(Mandate.signed_at.is_not(None), Mandate.accepted_at.is_not(None))
            .where(
                or_(
                    MandateNote.signed_entry.is_(None),
                    and_(Mandate.revoked_at.is_not(None), MandateNote.ended_entry.is_(None)),
                )
            )
            .where(Case.stage != Stage.CLOSED)
            .order_by(Mandate.id)
            .limit(limit)
        )
    )
    return [(mandate_id, case_id) for mandate_id, case_id in session.execute(query)]


def bring_mandates_to_docket(court: Court, limit: int = 256) -> int:
    """Tell the dockets of mandates that were signed or ended on other pages; returns how many."""
    with court.database.read() as session:
        found = untold(session, limit)
    if not found:
        return 0
    with court.sit() as sitting:
        for mandate_id, case_id in found:
            case = sitting.session.get_one(Case, case_id)
            mandate = sitting.session.get_one(Mandate, mandate_id)
            sitting.follow(case, _telling(sitting, mandate))
    return len(found)


def write_to_appointed(court: Court, limit: int = 256) -> int:
    """For the worker: write once to everybody whom somebody else wishes to act; returns to how many."""
    letters: list[Letter] = []
    with court.database.write() as session:
        waiting = session.scalars(
            built_once(
                lambda: (
                    select(Mandate)
                    .where(or_(Mandate.signed_at.is_not(None), Mandate.instead_of.is_not(None)))
                    .where(Mandate.accepted_at.is_(None), Mandate.revoked_at.is_(None), Mandate.asked_at.is_(None))
                    .order_by(Mandate.id)
                    .limit(limit)
                    .with_for_update(skip_locked=True)
                )
            )
        )
        for mandate in waiting.all():
            mandate.asked_at = court.clock.now()
            letters.append(_asking(court, session, mandate))
        if court.ports.mail is not None:
            outbox.write(court, session, letters)
    if letters:
        outbox.send_soon(court)
    return len(letters)


def _asking(court: Court, session: Session, mandate: Mandate) -> Letter:
    case, party = session.get_one(Case, mandate.case_id), session.get_one(Party, mandate.party_id)
    # Mandates that were asked for before addresses were kept name an account.
    address = mandate.address or session.get_one(Account, mandate.account_id).email
    account = accounts.by_email(session, address)
    return Letter(
        address,
        T("You are asked to act for somebody"),
        (
            T(
                "You are asked to act for %(party)s in case %(number)s. Please read it, and accept or decline.",
                party=party.name,
                number=case.number or case.reference,
            ),
            T("If you have no account here yet, open one with this address first."),
            T("Before you accept you act for nobody, and nothing follows from it."),
        ),
        account.locale if account is not None else party.locale,
        site_of(court.settings.base_url),
        page=T("Your cases"),
    )


def _telling(sitting: Sitting, mandate: Mandate) -> Callable[[], None]:
    return lambda: sitting.then(act_names.RECORD_MANDATE, MandateFact(mandate=mandate.reference))
