"""What a viewer may see of a case (PUB 1; security.md). Pure functions over rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from odr.docket.models import (
    BENCH_ROLES,
    COURT_ROLES,
    DECIDING_ROLES,
    HEARD_ROLES,
    PARTY_ROLES,
    Audience,
    Document,
    Party,
    Role,
)


class Viewer(Protocol):
    """In what capacity somebody looks: the identity room's Actor is one."""

    @property
    def role(self) -> Role: ...
    @property
    def party_id(self) -> int | None: ...
    @property
    def account_id(self) -> int | None: ...


class Envelope(Protocol):
    """By what of an entry it is decided who reads it: a DocketEntry, or a line of a list."""

    @property
    def audience(self) -> Audience: ...
    @property
    def party_id(self) -> int | None: ...
    @property
    def account_id(self) -> int | None: ...
    @property
    def named(self) -> list[str]: ...
    @property
    def opened_by(self) -> int | None: ...


READS_CONTENT = PARTY_ROLES | COURT_ROLES | {Role.CLOCK}
READS_FILE = PARTY_ROLES | COURT_ROLES | {Role.MEDIATOR}
"""Who reads pleadings and exhibits. Witnesses, experts and interpreters see only what is put to them."""


def may_read(viewer: Viewer, audience: Audience, party_id: int | None, named: list[str] | None = None) -> bool:
    """Whether ``viewer`` may read content shown to ``audience``, made by party ``party_id``."""
    own_side = viewer.party_id is not None and viewer.party_id == party_id
    if viewer.role is Role.CLOCK:
        return True
    match audience:
        case Audience.PARTIES_AND_COURT:
            return viewer.role in READS_CONTENT or viewer.role is Role.MEDIATOR
        case Audience.HEARING:
            return viewer.role in READS_CONTENT
        case Audience.OWN_SIDE_AND_COURT:
            return own_side or viewer.role in COURT_ROLES
        case Audience.COURT:
            return viewer.role in COURT_ROLES
        case Audience.BENCH:
            return viewer.role in BENCH_ROLES
        case Audience.OWN_SIDE:
            return own_side
        case Audience.SETTLEMENT:
            return viewer.role in PARTY_ROLES or viewer.role is Role.MEDIATOR
        case Audience.NAMED:
            tags = {viewer.role.value, f"account/{viewer.account_id}", f"party/{viewer.party_id}"}
            return own_side or bool(tags & set(named or ()))


def reads_entry(viewer: Viewer, entry: Envelope) -> bool:
    """Whether the viewer may read an entry's content; an opened seal reads as what is said in the hearing."""
    if entry.opened_by is not None and may_read(viewer, Audience.HEARING, entry.party_id):
        return True
    if viewer.role in HEARD_ROLES:
        return entry.account_id == viewer.account_id or f"account/{viewer.account_id}" in entry.named
    return may_read(viewer, entry.audience, entry.party_id, entry.named if entry.audience is Audience.NAMED else None)


def reads_document(viewer: Viewer, document: Document) -> bool:
    """Whether the viewer may open a paper: of the closed part of the file only who the law lets into it, of every other
    paper whoever reads what made it.
    """
    if document.is_public:
        return True
    closed = CLOSED_TO.get(document.kind)
    if closed is not None and viewer.role is not Role.CLOCK and viewer.role not in closed:
        return False
    return may_read(viewer, document.audience, document.party_id, document.named or None)


DELIBERATION = DECIDING_ROLES | {Role.CLERK, Role.PRESIDENT}
"""Who reads what was said where a decision was found: those who decide, the clerk who writes it down, and the president
who puts a case before the committee and looks at what the panel concluded (CPL 45; COL 11, 12, 16). No party, and of the
court's people nobody who only helps: an assistant prepares a decision and has no part in finding it.
"""
CLOSED_TO: Mapping[str, frozenset[Role]] = {"meeting_minutes": DELIBERATION}
"""Kind of paper of the closed part of the file → who reads it, whatever wider circle it was kept for."""


def document_audience(audience: Audience, named: Sequence[str]) -> tuple[Audience, list[str]]:
    """Who opens a paper of an entry: who reads the entry, and nobody else."""
    return audience, (list(named) if audience is Audience.NAMED else [])


def party_named(named: Sequence[str]) -> int | None:
    """The one party among the readers of an entry; None where there is none or several, and no party then opens its
    paper.
    """
    found = [tag.removeprefix("party/") for tag in named if tag.startswith("party/")]
    return int(found[0]) if len(found) == 1 else None


def side_and_court(party_id: int, *more: Role) -> tuple[str, ...]:
    """The readers of an entry that the other side must not know: one party, everybody of the court, and whatever roles beside."""
    return (f"party/{party_id}", *sorted(role.value for role in COURT_ROLES | set(more)))


def named_among(people: Iterable[Party], entry: Envelope) -> list[Party]:
    """Which of some parties an entry is named to: whom it is about, and who is sent it."""
    return [party for party in people if f"party/{party.id}" in entry.named]


def same_side(a: Party, b: Party) -> bool:
    """Whether two parties are on the same side; third parties stand alone."""
    return a.id == b.id or (a.role is b.role and a.role is not Role.THIRD_PARTY)
