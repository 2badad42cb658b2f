"""Options of the forms of motions: requests that wait, limits, seats, people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Party, Role, Seat, Stage
from odr.docket.queries import parties
from odr.filing.acts_objections import CHALLENGEABLE
from odr.filing.acts_time import extendable_windows, own_windows
from odr.filing.models import Claim, Request, RequestKind, RequestState
from odr.filing.models_group import GroupMember, MemberState
from odr.filing.progress import requests_of
from odr.filing.queries import claims_of
from odr.filing.representing import representatives_of
from odr.identity.actors import Actor
from odr.identity.models import Account, Mandate, MandateScope
from odr.procedure.forms import Option, choice_source
from odr.procedure.models import Window, WindowState
from odr.procedure.resolvers import resolver
from odr.procedure.windows import window_title
from odr.text import Money, T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


WAITING = {
    "withdrawals": RequestKind.WITHDRAWAL,
    "jurisdiction_objections": RequestKind.JURISDICTION,
    "challenges": RequestKind.RECUSAL,
    "extensions": RequestKind.TIME,
    "latenesses": RequestKind.LATENESS,
    "identity_requests": RequestKind.IDENTITY,
    "joinders": RequestKind.JOINDER,
    "jurisdiction_appeals": RequestKind.APPEAL,
    "ruling_appeals": RequestKind.RULING_APPEAL,
    "complaints": RequestKind.COMPLAINT,
    "dispositions": RequestKind.DISPOSITION,
    "legal_aids": RequestKind.LEGAL_AID,
}
"""Source of options → requests of that kind that wait."""
REFERENCES = {
    "withdrawal": RequestKind.WITHDRAWAL,
    "jurisdiction_objection": RequestKind.JURISDICTION,
    "challenge": RequestKind.RECUSAL,
    "extension": RequestKind.TIME,
    "lateness": RequestKind.LATENESS,
    "identity_request": RequestKind.IDENTITY,
    "joinder": RequestKind.JOINDER,
    "jurisdiction_appeal": RequestKind.APPEAL,
    "ruling_appeal": RequestKind.RULING_APPEAL,
    "complaint": RequestKind.COMPLAINT,
    "disposition": RequestKind.DISPOSITION,
    "legal_aid": RequestKind.LEGAL_AID,
}
"""Kind of a reference → requests it may lead to."""


def _options(sitting: Sitting, case: Case, rows: list[Request]) -> list[Option]:
    names = {p.id: p.name for p in case.parties}
    asks = {r.id: names.get(r.party_id or 0, "") or r.details.get("who", {}).get("name", "") for r in rows}
    return [Option(r.reference, T("%(kind)s: %(name)s", kind=r.kind.label, name=asks[r.id]), r.words) for r in rows]


def _waiting(kind: RequestKind) -> Callable[[Any, Any, Any], list[Option]]:
    def source(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
        """Requests of the kind that wait for a decision."""
        return _options(sitting, case, requests_of(sitting, case, kind))

    return source


for _name, _kind in WAITING.items():
    choice_source(_name)(_waiting(_kind))


@choice_source("refused_challenges")
def refused_challenges(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The actor's own challenges that were refused and not reviewed."""
    rows = requests_of(sitting, case, RequestKind.RECUSAL, RequestState.REFUSED)
    return _options(sitting, case, [r for r in rows if r.party_id == actor.party_id and not r.details.get("reviewed")])


@choice_source("seats")
def seats(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who sits in the case and may be replaced."""
    rows = sitting.session.execute(
        select(Seat, Account.name)
        .join(Account, Account.id == Seat.account_id)
        .where(Seat.case_id == case.id, Seat.until_at.is_(None))
        .order_by(Seat.id)
    )
    return [
        Option(str(seat.id), T("%(name)s, %(role)s", name=name, role=seat.role.label))
        for seat, name in rows
        if seat.role in CHALLENGEABLE
    ]


@choice_source("extendable_windows")
def options_to_extend(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Limits of the actor that the judge may lengthen."""
    return [_window(sitting, case, w) for w in extendable_windows(sitting, case, actor)]


@choice_source("missed_windows")
def missed_windows(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Limits the actor has missed."""
    return [_window(sitting, case, w) for w in own_windows(sitting, case, actor, WindowState.LAPSED)]


def _window(sitting: Sitting, case: Case, window: Window) -> Option:
    return Option(
        window.reference,
        T("%(title)s, until %(at)s", title=window_title(sitting, case, window), at=window.due_at)
        if window.due_at
        else window_title(sitting, case, window),
    )


@choice_source("case_windows")
def case_windows(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Limits of the case that run or were missed."""
    return [
        _window(sitting, case, w)
        for state in (WindowState.OPEN, WindowState.LAPSED)
        for w in sitting.windows(case, state=state)
        if w.due_at is not None
    ]


@choice_source("all_parties")
def all_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody whose rights the case decides."""
    return [Option(p.reference, T("%(name)s, %(role)s", name=p.name, role=p.role.label)) for p in parties(case)]


@choice_source("warded_parties")
def warded_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Parties in whose place a guardian acts."""
    return [
        Option(p.reference, p.name, p.details["guardian"]["name"]) for p in parties(case) if "guardian" in p.details
    ]


@choice_source("representatives")
def representatives(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody who represents somebody in the case by a mandate."""
    rows = [
        r
        for r in representatives_of(sitting.session, case, sitting.now)
        if r.mandate.scope is not MandateScope.STATUTORY
    ]
    return [
        Option(r.mandate.reference, T("%(name)s, for %(party)s", name=r.name, party=r.party.name), r.entitled)
        for r in rows
    ]


@choice_source("live_mandates")
def live_mandates(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who acts for the actor's party by her own word."""
    rows = [
        r
        for r in representatives_of(sitting.session, case, sitting.now)
        if r.party.id == actor.party_id and r.mandate.scope is not MandateScope.STATUTORY
    ]
    return [Option(r.mandate.reference, r.name, r.scope) for r in rows]


@choice_source("claims")
def claims(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Claims that stand, with whose they are."""
    names = {p.id: p for p in case.parties}
    rows = [(c, names[c.party_id]) for c in claims_of(sitting.session, case) if c.party_id in names]
    return [
        Option(
            c.reference,
            T(
                "%(name)s, %(role)s: %(amount)s",
                name=p.name,
                role=p.role.label,
                amount=Money(c.amount_minor, c.currency),
            ),
        )
        for c, p in rows
    ]


@choice_source("parties_by_name")
def parties_by_name(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Names of this case's parties and of those in the judge's other cases of the same kind, who may have agreed."""
    mine = select(Seat.case_id).where(
        Seat.account_id == actor.account_id, Seat.role == actor.role, Seat.until_at.is_(None)
    )
    others = (
        select(Party.name)
        .join(Case, Case.id == Party.case_id)
        .where(Case.id.in_(mine), Case.cause == case.cause, Case.stage.in_((Stage.PENDING, Stage.HEARING)))
    )
    names = [p.name for p in parties(case)] + list(
        sitting.session.scalars(others.where(Party.left_at.is_(None)).order_by(Party.id).limit(200))
    )
    return [Option(name, name) for name in dict.fromkeys(names)]


@choice_source("claimants")
def claimants(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody who claims."""
    return [Option(p.reference, p.name) for p in parties(case, Role.CLAIMANT)]


@choice_source("group_members")
def group_members(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Registrations that wait."""
    rows = sitting.session.scalars(
        select(GroupMember)
        .where(GroupMember.case_id == case.id, GroupMember.state == MemberState.ASKED)
        .order_by(GroupMember.id)
    )
    return [
        Option(m.reference, T("%(name)s, %(amount)s", name=m.name, amount=Money(m.amount_minor, m.currency)))
        for m in rows
    ]


# -- references ---------------------------------------------------------------


def find_request(kind: RequestKind) -> Callable[[Any, Case, Actor, str], Request | None]:
    """A resolver of requests of one kind; a decided challenge too, since it may be reviewed."""

    def find(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Request | None:
        """The request if it waits, or is the party's own."""
        row: Request | None = sitting.session.scalar(
            select(Request).where(Request.case_id == case.id, Request.reference == reference, Request.kind == kind)
        )
        waits = row is not None and (
            row.state is RequestState.ASKED or (actor.role in PARTY_ROLES and row.party_id == actor.party_id)
        )
        return row if waits else None

    return find


@resolver("seat")
def find_seat(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Seat | None:
    """A seat held now in the case."""
    if not reference.isdecimal():
        return None
    row: Seat | None = sitting.session.scalar(
        select(Seat).where(Seat.case_id == case.id, Seat.id == int(reference), Seat.until_at.is_(None))
    )
    return row


@resolver("own_window")
def find_own_window(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Window | None:
    """A time limit of the actor's party."""
    row: Window | None = sitting.session.scalar(
        select(Window).where(
            Window.case_id == case.id, Window.reference == reference, Window.party_id == actor.party_id
        )
    )
    return row if actor.party_id is not None else None


@resolver("case_window")
def find_case_window(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Window | None:
    """A time limit of the case that runs or was missed."""
    states = (WindowState.OPEN, WindowState.LAPSED)
    row: Window | None = sitting.session.scalar(
        select(Window).where(
            Window.case_id == case.id,
            Window.reference == reference,
            Window.state.in_(states),
            Window.due_at.is_not(None),
        )
    )
    return row


@resolver("party")
def find_party(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Party | None:
    """A party of the case."""
    return next((p for p in case.parties if p.reference == reference and p.left_at is None), None)


@resolver("mandate")
def find_mandate(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Mandate | None:
    """A live mandate of the actor's party."""
    return next(
        (
            r.mandate
            for r in representatives_of(sitting.session, case, sitting.now)
            if r.mandate.reference == reference and r.party.id == actor.party_id
        ),
        None,
    )


@resolver("claim")
def find_claim(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Claim | None:
    """A claim that stands in the case."""
    return next((c for c in claims_of(sitting.session, case) if c.reference == reference), None)


@resolver("group_member")
def find_member(sitting: Sitting, case: Case, actor: Actor, reference: str) -> GroupMember | None:
    """A registration of the case."""
    row: GroupMember | None = sitting.session.scalar(
        select(GroupMember).where(GroupMember.case_id == case.id, GroupMember.reference == reference)
    )
    return row


@resolver("any_mandate")
def find_any_mandate(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Mandate | None:
    """A live mandate of anybody in the case, for the registry."""
    return next(
        (r.mandate for r in representatives_of(sitting.session, case, sitting.now) if r.mandate.reference == reference),
        None,
    )


for _reference, _request in REFERENCES.items():
    resolver(_reference)(find_request(_request))
