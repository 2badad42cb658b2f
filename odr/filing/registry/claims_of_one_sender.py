"""Reviewing the claims of one sender together: what they share once, what differs marked, one decision for many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat, Stage
from odr.docket.queries import parties
from odr.filing import names
from odr.filing.bulk.models import BulkFiling, BulkLine
from odr.filing.claim.queries import claims_of, facts_of, reliefs_of
from odr.filing.draft.particulars import told_of
from odr.filing.inputs import AcceptInput
from odr.filing.registry.review import Check, Found, checks_of, tracks_for
from odr.ground.memory.built_once import built_once
from odr.ground.text import Money, T, Text, side_by_side
from odr.identity.actors import serving
from odr.procedure.forms.inputs import CourtModel
from odr.procedure.lists.kinds import ListKind, list_kind
from odr.procedure.lists.lists import MOST_LINES, Line, put_on_list
from odr.procedure.lists.models import ActListLine, LineState

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

SHOWN = 50


@dataclass(frozen=True)
class Batch:
    """Claims of one sender that lie on a clerk's desk."""

    bulk: BulkFiling
    waiting: int


@dataclass(frozen=True)
class Cell:
    """One value of one claim; ``odd`` where most of the others have another one."""

    value: Any
    odd: bool = False


@dataclass(frozen=True)
class Row:
    """One claim of the batch: what sets it apart, and what is not simply there."""

    case: Case
    cells: tuple[Cell, ...]
    doubts: tuple[Check, ...]

    @property
    def is_clean(self) -> bool:
        """Nothing is missing; a doubt that every claim of the sender shares is looked at once."""
        return not any(c.found in (Found.MISSING, Found.WAITS) for c in self.doubts)


@dataclass(frozen=True)
class Compared:
    """A batch side by side."""

    same: tuple[tuple[Text, Any], ...]
    heads: tuple[Text, ...]
    rows: tuple[Row, ...]
    shared: tuple[Check, ...]
    """What was found alike in every claim and is not simply there."""


def batches_of(session: Session, account_id: int) -> list[Batch]:
    """Senders with several claims on the clerk's desk, the one that waits longest on top."""
    mine = (
        _mine(account_id)
        .with_only_columns(BulkLine.bulk_id, func.count(), maintain_column_froms=True)
        .group_by(BulkLine.bulk_id)
        .having(func.count() > 1)
    )
    counts: dict[int, int] = {row[0]: row[1] for row in session.execute(mine)}
    bulks = session.scalars(
        built_once(lambda: select(BulkFiling).where(BulkFiling.id.in_(counts)).order_by(BulkFiling.id))
    )
    return [Batch(bulk, counts[bulk.id]) for bulk in bulks]


def _mine(account_id: int) -> Any:
    return (
        select(Case)
        .join(BulkLine, BulkLine.case_id == Case.id)
        .join(Seat, Seat.case_id == Case.id)
        .where(serving(account_id, Role.CLERK), Case.stage == Stage.LODGED)
    )


def cases_of(session: Session, bulk: BulkFiling, account_id: int, limit: int = SHOWN) -> list[Case]:
    """The next claims of a bulk that the clerk has to review; what waits on a list is decided already."""
    waits = select(ActListLine.case_id).where(ActListLine.state == LineState.WAITS)
    mine = _mine(account_id).where(BulkLine.bulk_id == bulk.id, Case.id.not_in(waits))
    return list(session.scalars(mine.order_by(BulkLine.number).limit(limit)))


def compare(sitting: Sitting, cases: Sequence[Case]) -> Compared:
    """Put claims side by side: what is the same in all is told once, what differs stands in columns, odd ones marked."""
    said = [_said(sitting, case) for case in cases]
    heads = list(dict.fromkeys(head for each in said for head in each))
    same: list[tuple[Text, Any]] = []
    varied: list[Text] = []
    cells: list[list[Cell]] = []
    for head in heads:
        values = [each.get(head) for each in said]
        written = [repr(value) for value in values]
        if len(set(written)) == 1:
            same.append((head, values[0]))
            continue
        common, often = Counter(written).most_common(1)[0]
        varied.append(head)
        cells.append(
            [
                Cell(value, often * 2 > len(values) and as_written != common)
                for value, as_written in zip(values, written, strict=True)
            ]
        )
    checks = [[c for c in checks_of(sitting, case) if c.found is not Found.THERE] for case in cases]
    shared = [c for c in (checks[0] if checks else []) if len(cases) > 1 and all(c in each for each in checks)]
    rows = [
        Row(case, tuple(column[i] for column in cells), tuple(c for c in checks[i] if c not in shared))
        for i, case in enumerate(cases)
    ]
    return Compared(tuple(same), tuple(varied), tuple(rows), tuple(shared))


def _said(sitting: Sitting, case: Case) -> dict[Text, Any]:
    """Everything a claim says, by what it is; the order is the page's."""
    claim = next(iter(claims_of(sitting.session, case)), None)
    found: dict[Text, Any] = {T("Kind of dispute"): sitting.pack(case).cause(case.cause).title}
    for party in parties(case, Role.RESPONDENT):
        found[T("Other side %(number)s", number=party.ordinal)] = side_by_side(
            v for v in (party.name, party.address, party.email, party.phone) if v
        )
    if claim is not None:
        found[T("In all")] = Money(claim.amount_minor, claim.currency)
        began = (
            (T("Website or app"), claim.platform),
            (T("Shop or account"), claim.shop),
            (T("Order number"), claim.order_number),
        )
        found |= {head: value for head, value in began if value}
    for relief in reliefs_of(sitting.session, case):
        found[T("Request %(number)s: what for", number=relief.number)] = relief.what
        if relief.amount_minor is not None and relief.currency is not None:
            found[T("Request %(number)s: amount", number=relief.number)] = Money(relief.amount_minor, relief.currency)
    found |= {one.label: one.value for one in told_of(sitting, case)}
    for view in facts_of(sitting.session, case):
        found[T("Fact %(number)s", number=view.fact.number)] = view.fact.what
    return found


def _says(act: str, count: int, ticked: int) -> Text:
    if act == names.ACCEPT_CLAIM:
        return T("You accept %(count)s of %(ticked)s ticked", count=count, ticked=ticked)
    if act == names.RETURN_CLAIM:
        return T("You return %(count)s of %(ticked)s ticked to be corrected", count=count, ticked=ticked)
    return T("You propose to refuse %(count)s of %(ticked)s ticked", count=count, ticked=ticked)


REVIEWED = list_kind(ListKind("registry", Role.CLERK, T("Claims of one sender"), "registry.queue", _says))


def decide_together(
    court: Court,
    bulk: BulkFiling,
    account_id: int,
    references: Sequence[str],
    name: str,
    given: CourtModel | None,
    key: str,
) -> str:
    """Put one decision on many claims on a list, and give its reference; whoever reviews them still holds their seats.

    ``given`` None accepts each under the procedure proposed for it. Raises InvalidInput where none can be decided so.
    """
    with court.database.read() as session:
        look, wanted = court.look(session), set(references)
        lines = []
        for case in cases_of(session, bulk, account_id, limit=MOST_LINES):
            if case.reference in wanted:
                track = next((one.track for one in tracks_for(look, case) if one.open), None)
                if given is not None or track is not None:
                    lines.append(Line(case.id, given or AcceptInput(track=track), case.reference))
    return put_on_list(court, REVIEWED, account_id, name, lines, key=key, ticked=len(wanted))
