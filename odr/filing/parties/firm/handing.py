"""The cases of an office: whose they are, who assists, and handing them over within the firm (CPL 61–63)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Stage
from odr.filing.parties.firm import roll
from odr.filing.parties.firm.models import Firm, FirmMember, Place, RollEntry
from odr.ground.errors import CourtError, FieldFault, InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T, Text, side_by_side
from odr.identity import mandates
from odr.identity.accounts.account_letters import Letter
from odr.identity.models import Account, Mandate, MandateScope
from odr.procedure.acts.windows import window_title
from odr.procedure.hooks import Appointment
from odr.procedure.models import Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST = 200
"""Cases handed over at a time."""


@dataclass(frozen=True)
class OfficeCase:
    """A case that somebody of the office conducts, as its list shows it: nothing of what stands in the file."""

    mandate: Mandate
    case: Case
    client: Party
    conducts: str
    assistants: tuple[tuple[Mandate, str], ...]
    next_at: datetime | None
    """When the next time limit of the client ends, or the case is heard if that comes first."""
    next_title: Text | None
    handed_to: str | None
    """Whom it waits to be handed to."""
    waits_for_client: bool = False


def _conducted(firm: Firm, now: datetime) -> ColumnElement[bool]:
    """Mandates of people who belong to the office now, in cases that are not over; guardians and assistants apart."""
    people = select(FirmMember.account_id).where(
        FirmMember.firm_id == firm.id, FirmMember.joined_at.is_not(None), FirmMember.left_at.is_(None)
    )
    return (
        Mandate.account_id.in_(people)
        & Mandate.delegated_by.is_(None)
        & (Mandate.scope != MandateScope.STATUTORY)
        & Mandate.in_force(now)
        & (Case.stage != Stage.CLOSED)
    )


def cases_of(
    sitting: Sitting, firm: Firm, *, only: int | None = None, words: str = "", after: str | None = None
) -> Listed[OfficeCase]:
    """The cases people of an office conduct, the newest mandate first; ``only`` one person's, ``words`` in number or
    client's name.
    """
    session, now = sitting.session, sitting.now
    query = (
        select(Mandate, Case, Party, Account.name)
        .join(Case, Case.id == Mandate.case_id)
        .join(Party, Party.id == Mandate.party_id)
        .join(Account, Account.id == Mandate.account_id)
        .where(_conducted(firm, now))
    )
    if only is not None:
        query = query.where(Mandate.account_id == only)
    if words:
        query = query.where(
            Case.number.icontains(words, autoescape=True) | Party.name.icontains(words, autoescape=True)
        )
    page = page_of(session, query, (Key(Mandate.id, descending=True),), after)
    numbers = [mandate.id for mandate, *_ in page.rows]
    assistants = _assistants(session, numbers, now)
    waiting = _handed(session, numbers)
    due = _next_due(session, [party.id for _, _, party, _ in page.rows])
    heard: dict[int, Appointment] = {}
    for one in sitting.court.hooks.ahead(sitting, sorted({case.id for _, case, *_ in page.rows})):
        if one.case_id not in heard or one.at < heard[one.case_id].at:
            heard[one.case_id] = one
    found = []
    for mandate, case, party, name in page.rows:
        window, hearing = due.get(party.id), heard.get(case.id)
        first: tuple[datetime, Text] | None = None
        if window is not None and window.due_at is not None:
            first = (window.due_at, window_title(sitting, case, window))
        if hearing is not None and (first is None or hearing.at < first[0]):
            first = (hearing.at, hearing.title)
        successor = waiting.get(mandate.id)
        found.append(
            OfficeCase(
                mandate,
                case,
                party,
                name,
                tuple(assistants.get(mandate.id, ())),
                first[0] if first is not None else None,
                first[1] if first is not None else None,
                successor[1] if successor is not None else None,
                successor is not None and successor[0].accepted_at is not None,
            )
        )
    return page.of(found)


def _assistants(session: Session, numbers: Sequence[int], now: datetime) -> dict[int, list[tuple[Mandate, str]]]:
    rows = session.execute(
        select(Mandate, Account.name)
        .join(Account, Account.id == Mandate.account_id)
        .where(Mandate.delegated_by.in_(numbers), Mandate.in_force(now))
        .order_by(Mandate.id)
    )
    found: dict[int, list[tuple[Mandate, str]]] = {}
    for mandate, name in rows:
        found.setdefault(mandate.delegated_by or 0, []).append((mandate, name))
    return found


def _handed(session: Session, numbers: Sequence[int]) -> dict[int, tuple[Mandate, str]]:
    rows = session.execute(
        select(Mandate, Account.name)
        .join(Account, Account.id == Mandate.account_id)
        .where(
            Mandate.instead_of.in_(numbers),
            Mandate.revoked_at.is_(None),
            Mandate.accepted_at.is_(None) | Mandate.signed_at.is_(None),
        )
        .order_by(Mandate.id)
    )
    return {mandate.instead_of or 0: (mandate, name) for mandate, name in rows}


def _next_due(session: Session, parties: Sequence[int]) -> dict[int, Window]:
    """The next time limit of each party that runs."""
    place = func.row_number().over(partition_by=Window.party_id, order_by=(Window.due_at, Window.id)).label("place")
    first = (
        select(Window.id, place)
        .where(Window.party_id.in_(parties), Window.state == WindowState.OPEN, Window.due_at.is_not(None))
        .subquery()
    )
    rows = session.scalars(select(Window).join(first, first.c.id == Window.id).where(first.c.place == 1))
    return {window.party_id or 0: window for window in rows}


def may_take_over(session: Session, firm: Firm, today: date) -> list[tuple[FirmMember, Account]]:
    """Who of the office conducts cases: lawyers and whoever runs it, if they are on the roll."""
    on_roll = select(RollEntry.account_id).where(roll.stands(today), RollEntry.firm_id == firm.id)
    return [(member, account) for member, account in _joined(session, firm, Place.HEAD, Place.LAWYER, on=on_roll)]


def may_assist(session: Session, firm: Firm) -> list[tuple[FirmMember, Account]]:
    """Who of the office can be put on a case as assistant: everybody who joined."""
    return _joined(session, firm, *Place)


def _joined(
    session: Session, firm: Firm, *places: Place, on: Select[int] | None = None
) -> list[tuple[FirmMember, Account]]:
    query = (
        select(FirmMember, Account)
        .join(Account, Account.id == FirmMember.account_id)
        .where(
            FirmMember.firm_id == firm.id,
            FirmMember.joined_at.is_not(None),
            FirmMember.left_at.is_(None),
            FirmMember.place.in_(places),
        )
        .order_by(Account.name, FirmMember.id)
    )
    if on is not None:
        query = query.where(Account.id.in_(on))
    return [(member, account) for member, account in session.execute(query)]


def _chosen(session: Session, firm: Firm, me: FirmMember, references: Sequence[str], now: datetime) -> list[Mandate]:
    """The mandates meant: of the office, and of oneself for who does not run it. Raises InvalidInput, NotFound."""
    wanted = list(dict.fromkeys(references))[: MOST + 1]
    if not wanted:
        raise InvalidInput.at("mandates", T("Tick the cases you mean."))
    if len(wanted) > MOST:
        raise InvalidInput.at("mandates", T("Hand over at most %(most)s cases at a time.", most=MOST))
    found = session.scalars(
        select(Mandate)
        .join(Case, Case.id == Mandate.case_id)
        .where(Mandate.reference.in_(wanted), _conducted(firm, now))
        .order_by(Mandate.id)
    ).all()
    if len(found) != len(wanted) or any(
        mandate.account_id != me.account_id and me.place is not Place.HEAD for mandate in found
    ):
        raise NotFound
    return list(found)


def hand_over(
    session: Session, firm: Firm, me: FirmMember, references: Sequence[str], to: str, now: datetime, today: date
) -> list[Mandate]:
    """Hand cases to a colleague: each goes over when they accept it and, where the client has not agreed beforehand, the
    client signs; until then whoever conducts it goes on. All or none: what stands in the way of one is told of it.

    Raises InvalidInput, NotFound.
    """
    if not firm.admitted:
        raise NotFound
    taker = next((account for member, account in may_take_over(session, firm, today) if member.reference == to), None)
    if taker is None:
        raise InvalidInput.at("to", T("Choose somebody of the office who is on the roll of representatives."))
    chosen = _chosen(session, firm, me, references, now)
    return _for_each(session, chosen, lambda m: mandates.pass_on(session, m, taker, now))


def put_on(
    session: Session, firm: Firm, me: FirmMember, references: Sequence[str], whom: str, now: datetime
) -> list[Mandate]:
    """Put somebody of the office on cases as assistant. All or none. Raises InvalidInput, NotFound."""
    if not firm.admitted:
        raise NotFound
    person = next((account for member, account in may_assist(session, firm) if member.reference == whom), None)
    if person is None:
        raise InvalidInput.at("to", T("Choose somebody who belongs to the office."))
    chosen = _chosen(session, firm, me, references, now)
    return _for_each(session, chosen, lambda m: mandates.put_on(session, m, person, firm.id, now))


def told_assistant(session: Session, firm: Firm, placed: Sequence[Mandate], site: str) -> Letter:
    """The letter to whom the office put on cases, with the number of each."""
    person = session.get_one(Account, placed[0].account_id)
    numbers = [case.number or case.reference for one in placed for case in (session.get_one(Case, one.case_id),)]
    return Letter(
        person.email,
        T("You are put on cases of your firm as an assistant"),
        (
            T(
                "%(firm)s put you on these cases as an assistant: %(numbers)s",
                firm=firm.name,
                numbers=side_by_side(numbers),
            ),
        ),
        person.locale,
        site,
        page=T("Your cases"),
    )


def _for_each(session: Session, chosen: list[Mandate], do: Callable[[Mandate], Mandate]) -> list[Mandate]:
    made, faults = [], []
    for mandate in chosen:
        try:
            made.append(do(mandate))
        except CourtError as error:
            case = session.get_one(Case, mandate.case_id)
            why = error.faults[0].message if isinstance(error, InvalidInput) else error.message
            named = T("%(number)s: %(why)s", number=case.number or case.reference, why=why)
            faults.append(FieldFault(("mandates",), named))
    if faults:
        raise InvalidInput(faults)
    return made


def take_off(session: Session, firm: Firm, me: FirmMember, reference: str, now: datetime) -> None:
    """End what an assistant was put on, by who runs the office or whose case it is. Raises NotFound."""
    found = session.scalar(
        select(Mandate).where(
            Mandate.reference == reference, Mandate.office_id == firm.id, Mandate.revoked_at.is_(None)
        )
    )
    origin = session.get(Mandate, found.delegated_by) if found is not None and found.delegated_by is not None else None
    if found is None or origin is None or (me.place is not Place.HEAD and origin.account_id != me.account_id):
        raise NotFound
    mandates.revoke(session, found, now)


def take_back(session: Session, firm: Firm, me: FirmMember, reference: str, now: datetime) -> None:
    """What waits to be handed over is not handed over after all. Raises NotFound."""
    mandate = next(iter(_chosen(session, firm, me, [reference], now)))
    successor = _handed(session, [mandate.id]).get(mandate.id)
    if successor is None:
        raise NotFound
    mandates.revoke(session, successor[0], now)
