"""Whether a dispute is, or was, before the court already: by parties, order number and files (CPI 247; CPL 127(5)). No flask.

What is found is a question for a person, never an answer: the same people may have two disputes, and a new fact makes a new
one (CPI 248). The registry is told numbers of cases, never what stands in them; a claimant only cases of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Outcome, Party, PartyKind, Role
from odr.docket.queries import parties
from odr.filing import names
from odr.filing.inputs import ClaimInput
from odr.filing.models import Claim
from odr.ground.text import T, Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FILED_ANEW = (Outcome.WITHDRAWN, Outcome.DEEMED_WITHDRAWN, Outcome.REFUSED, Outcome.JOINED, Outcome.LIFTED)
"""After these the same claim may be brought again, or goes on in another case (CPI 212, 214)."""
SIDES = (Role.CLAIMANT, Role.RESPONDENT)
TOLD = 3
"""Cases named in one line."""


class _Named(Protocol):
    """Somebody of a side, in a case or in a claim that is not lodged yet."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> PartyKind: ...


@dataclass(frozen=True)
class Alike:
    """Another case, and what it has in common."""

    case: Case
    reasons: tuple[Text, ...]

    @property
    def name(self) -> Text | str:
        """Its number alone: whoever looks need not be let into it."""
        return self.case.number or T("a claim that has no number yet")


@dataclass(frozen=True)
class _Sought:
    """What is looked for: who is against whom, about which order and kind of dispute."""

    case_id: int | None
    sides: tuple[frozenset[str], frozenset[str]]
    """Names on either side; first the side with fewer cases, as far as can be told."""
    order: str | None
    cause: str


def alike_before_court(sitting: Sitting, case: Case) -> list[Alike]:
    """Cases that may be about the same dispute as a claim the registry reviews, those with most in common first."""
    claim = sitting.session.scalars(select(Claim).where(Claim.case_id == case.id).order_by(Claim.id)).first()
    sides = _sides(*(parties(case, role) for role in SIDES))
    sought = _Sought(case.id, sides, claim.order_number if claim else None, case.cause)
    return _alike(sitting, sought, (), None)


def alike_of_mine(sitting: Sitting, account_id: int, claim: ClaimInput) -> list[Alike]:
    """Cases of one's own that may be about the same dispute as a claim that is not lodged yet."""
    sides = _sides([claim.claimant], claim.respondents)
    sought = _Sought(None, sides, claim.matter.order_number, claim.matter.cause)
    mine = select(Party.case_id).where(Party.account_id == account_id, Party.role.in_(SIDES), Party.left_at.is_(None))
    return _alike(sitting, sought, [line.upload for line in claim.exhibits], Case.id.in_(mine))


def _alike(sitting: Sitting, sought: _Sought, uploads: Sequence[str], only: ColumnElement[bool] | None) -> list[Alike]:
    session, files = sitting.session, sitting.court.hooks.sent_files
    same_files = files.same(session, sought.case_id, uploads) if files is not None else {}
    wanted = [_between(sought)]
    if same_files:
        wanted.append(select(Case.id).where(Case.id.in_(same_files)))
    if sought.order:
        wanted.append(select(Claim.case_id).where(Claim.order_number == sought.order, Claim.withdrawn_at.is_(None)))
    query = (
        select(Case, func.max(Claim.order_number))
        .join(Claim, Claim.case_id == Case.id)
        .where(
            Case.id.in_(union(*wanted)),
            or_(
                and_(Claim.withdrawn_at.is_(None), or_(Case.outcome.is_(None), Case.outcome.not_in(FILED_ANEW))),
                withdrawn_for_good(),
            ),
        )
        .group_by(Case.id)
    )
    if sought.case_id is not None:
        query = query.where(Case.id != sought.case_id)
    if only is not None:
        query = query.where(only)
    found = [
        Alike(case, tuple(_reasons(session, sought, case, order, same_files.get(case.id, 0))))
        for case, order in session.execute(query.order_by(Case.id))
    ]
    return sorted((one for one in found if one.reasons), key=lambda one: -len(one.reasons))


def withdrawn_for_good() -> ColumnElement[bool]:
    """Whether a case's claim was withdrawn in a retrial: it is not brought again (CPI 408). Asked of each case that is alike, not of the
    dockets of the whole court.
    """
    mine = DocketEntry.case_id == Case.id, DocketEntry.act == names.RULE_ON_WITHDRAWAL
    return exists().where(*mine, DocketEntry.payload.contains('"annulled":true'))


def _sides(claimants: Sequence[_Named], respondents: Sequence[_Named]) -> tuple[frozenset[str], frozenset[str]]:
    """Their names, those first who have fewer cases: a person has a few where a company may have a hundred thousand."""
    few, many = sorted((claimants, respondents), key=lambda side: any(one.kind != PartyKind.PERSON for one in side))
    return frozenset(one.name for one in few), frozenset(one.name for one in many)


def _between(sought: _Sought) -> Select[int]:
    """Cases with somebody of each side against each other: who claims may be claimed from in the other (CPI 247)."""
    few, many = sought.sides
    first = (
        select(Party.case_id, Party.role)
        .where(Party.name.in_(few), Party.role.in_(SIDES))
        .cte("first_side")
        # No engine knows which name has few cases: told to begin with all of one side, it does not read the cases of the other.
        .prefix_with("MATERIALIZED")
    )
    # Nor does it then look for the others by name, which may be a company's in each of its cases: only by case.
    name = Party.name.concat("")
    return (
        select(first.c.case_id)
        .join(Party, Party.case_id == first.c.case_id)
        .where(name.in_(many), Party.role.in_(SIDES), Party.role != first.c.role)
    )


def _reasons(session: Session, sought: _Sought, case: Case, order: str | None, files: int) -> Iterable[Text]:
    same_order = bool(sought.order) and order == sought.order
    if same_order:
        yield T("the same order number")
    if files:
        yield T("the same files, byte for byte: %(count)s", count=files)
    claimants, respondents = ({party.name for party in parties(case, role)} for role in SIDES)
    one, other = sought.sides
    between = (claimants & one and respondents & other) or (claimants & other and respondents & one)
    # Two orders of one buyer at one shop are two disputes.
    other_order = bool(sought.order) and bool(order) and not same_order
    if between and (same_order or files or (case.cause == sought.cause and not other_order)):
        yield T("the same parties")


def told(found: Sequence[Alike]) -> Text:
    """Some cases and what each has in common, in one line."""
    words = [T("%(case)s (%(reasons)s)", case=one.name, reasons=_and(one.reasons)) for one in found[:TOLD]]
    line = _and(words)
    return T("%(cases)s, and %(count)s more", cases=line, count=len(found) - TOLD) if len(found) > TOLD else line


def _and(words: Sequence[Text]) -> Text:
    whole = words[0]
    for one in words[1:]:
        whole = T("%(one)s, %(others)s", one=whole, others=one)
    return whole
