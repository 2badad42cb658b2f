"""Lodging many claims: kept at once, lodged about a hundred in a Sitting, each line by itself.

A line that cannot be taken is undone alone and says why; the rest stands. What a
line became is written in the transaction that lodged it, so a worker that stops
goes on where it was, and no line is lodged twice.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.filing.bulk.claims_table import MOST_LINES, column_of, columns, written
from odr.filing.bulk.models import BulkFiling, BulkLine, LineState
from odr.filing.draft.drafts import lodge_in
from odr.filing.draft.particulars import require
from odr.filing.inputs import AboutYouStep, ClaimantInput, ClaimInput
from odr.filing.registry.seats import seated_clerk
from odr.ground.canonical import canonical
from odr.ground.errors import CourtError, FieldFault, InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, words_of
from odr.identity.models import Account
from odr.procedure.forms import fields
from odr.procedure.forms.faults import validate
from odr.procedure.rules.pack import RulePack

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger("odr.filing.bulk.lodging")
PER_SITTING = 100
SITTINGS_A_ROUND = 4
"""Of the worker: other cases' time limits are looked at in between."""


@dataclass(frozen=True)
class Progress:
    """How far a bulk is."""

    bulk: BulkFiling
    counts: Mapping[LineState, int]

    @property
    def done(self) -> int:
        """Lines that are not waiting."""
        return self.bulk.total - self.counts.get(LineState.WAITING, 0)

    @property
    def is_over(self) -> bool:
        """Whether every line had its turn."""
        return self.bulk.finished_at is not None


def rules_today(court: Court) -> RulePack:
    """The rules claims of today fall under."""
    return court.packs.in_force(court.settings.pack, court.clock.now().astimezone(court.settings.tz).date())


def keep(
    court: Court,
    account_id: int,
    name: str,
    claimant: AboutYouStep,
    lines: Sequence[Mapping[str, Any]],
    *,
    is_table: bool,
    key: str | None = None,
) -> BulkFiling:
    """Keep what was sent, whole, before anything of it is lodged; the same key with the same lines gives the first
    bulk.

    Raises InvalidInput for too many lines, none, or a key used for other lines.
    """
    if not 1 <= len(lines) <= MOST_LINES:
        raise InvalidInput.at(
            "claims", T("Send between 1 and %(most)s claims; there are %(have)s.", most=MOST_LINES, have=len(lines))
        )
    said = claimant.model_dump(mode="json")
    digest = _digest(said, lines)
    with court.database.write() as session:
        earlier = (
            session.scalar(select(BulkFiling).where(BulkFiling.account_id == account_id, BulkFiling.key == key))
            if key
            else None
        )
        if earlier is not None and earlier.digest != digest:
            raise InvalidInput.at("idempotency_key", T("This key was already used for another request."))
        if earlier is not None:
            return earlier
        bulk = BulkFiling(
            account_id=account_id,
            name=name[:200],
            is_table=is_table,
            claimant=said,
            key=key,
            digest=digest,
            total=len(lines),
            created_at=court.clock.now(),
        )
        session.add(bulk)
        session.flush()
        for first in range(0, len(lines), PER_SITTING):
            some = enumerate(lines[first : first + PER_SITTING], first + 1)
            session.execute(
                insert(BulkLine),
                [
                    {"bulk_id": bulk.id, "number": n, "values": dict(line), "state": LineState.WAITING, "faults": []}
                    for n, line in some
                ],
            )
    return bulk


def _digest(said: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of the canonical ``[said, lines]``, line by line: a thousand are never held as one text."""
    digest = hashlib.sha256(b"[" + canonical(said) + b",[")
    for n, line in enumerate(lines):
        digest.update((b"," if n else b"") + canonical(dict(line)))
    digest.update(b"]]")
    return digest.hexdigest()


def lodge_waiting(court: Court, sittings: int = SITTINGS_A_ROUND, lines: int = PER_SITTING) -> int:
    """Lodge the next lines of the oldest bulk, about a hundred in a Sitting; returns how many had their turn. The
    worker's step.
    """
    done = 0
    for _ in range(sittings):
        with court.sit() as sitting:
            found = _one_sitting(sitting, lines)
        done += found
        if not found:
            break
    return done


def _one_sitting(sitting: Sitting, most: int) -> int:
    session = sitting.session
    bulk = session.scalar(
        built_once(
            lambda: (
                select(BulkFiling)
                .where(BulkFiling.finished_at.is_(None))
                .order_by(BulkFiling.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
        )
    )
    if bulk is None:
        return 0
    waiting = (
        select(BulkLine)
        .where(BulkLine.bulk_id == bulk.id, BulkLine.state == LineState.WAITING)
        .order_by(BulkLine.number)
        .limit(most)
    )
    lines = list(session.scalars(waiting))
    # Held here, the sender and whoever reviews them all are read once and not again for every line.
    sender, reviewer = session.get_one(Account, bulk.account_id), None
    for line in lines:
        reviewer = reviewer or (session.get(Account, bulk.clerk_id) if bulk.clerk_id is not None else None)
        _one_line(sitting, bulk, sender, line)
    if len(lines) < most:
        bulk.finished_at = sitting.now
    return len(lines)


def _one_line(sitting: Sitting, bulk: BulkFiling, account: Account, line: BulkLine) -> None:
    try:
        claim = claim_of(rules_today(sitting.court), bulk, line)
        with sitting.savepoint():
            case, _ = lodge_in(
                sitting, account, claim, key=f"bulk/{bulk.reference}/{line.number}", clerk_id=bulk.clerk_id
            )
    except InvalidInput as error:
        line.state, line.faults = LineState.REFUSED, [_fault(bulk, f) for f in error.faults]
    except CourtError as error:
        line.state, line.faults = LineState.REFUSED, [{"at": "", **words_of(error.message)}]
    except Exception:
        # One line must not keep a thousand from being lodged; the log has the trace, the sender the line.
        log.exception("line %s of bulk %s failed", line.number, bulk.reference)
        line.state, line.faults = (
            LineState.FAILED,
            [{"at": "", **words_of(T("Something went wrong on our side. Try this line again."))}],
        )
    else:
        line.state, line.case_id = LineState.LODGED, case.id
        if bulk.clerk_id is None:
            bulk.clerk_id = seated_clerk(sitting.session, case)


def _fault(bulk: BulkFiling, fault: FieldFault) -> dict[str, str]:
    at = column_of(fault.location) if bulk.is_table else ".".join(str(step) for step in fault.location)
    return {"at": at, **words_of(fault.message)}


def claim_of(pack: RulePack, bulk: BulkFiling, line: BulkLine) -> ClaimInput:
    """The claim a line states, complete as the form would ask it. Raises InvalidInput with every fault of the line."""
    # That there is no address to give is said to be let through without one; it is no part of a claim.
    said = {name: value for name, value in bulk.claimant.items() if name in ClaimantInput.model_fields}
    if bulk.is_table:
        claim: ClaimInput = fields.parse(
            ClaimInput, {**line.values, **fields.flatten(said, "claimant-")}, currency=pack.currency
        )
    else:
        claim = validate(ClaimInput, {**line.values, "claimant": said}, currency=pack.currency)
    return require(pack, claim)


def try_again(court: Court, bulk: BulkFiling) -> int:
    """Lines the court failed on wait again; returns how many."""
    with court.database.write() as session:
        mine = session.get_one(BulkFiling, bulk.id)
        failed = list(
            session.scalars(select(BulkLine).where(BulkLine.bulk_id == mine.id, BulkLine.state == LineState.FAILED))
        )
        for line in failed:
            line.state, line.faults = LineState.WAITING, []
        mine.finished_at = None if failed else mine.finished_at
    return len(failed)


# -- looking ------------------------------------------------------------------


def bulks_of(session: Session, account_id: int, after: str | None = None) -> Listed[Progress]:
    """What an account sent, the newest first."""
    mine = select(BulkFiling).where(BulkFiling.account_id == account_id)
    page = page_of(session, mine, (Key(BulkFiling.id, descending=True),), after)
    return page.of([progress_of(session, row[0]) for row in page.rows])


def find_bulk(session: Session, account_id: int, reference: str) -> BulkFiling:
    """The account's own bulk; nobody else's is ever found."""
    bulk = session.scalar(
        select(BulkFiling).where(BulkFiling.reference == reference, BulkFiling.account_id == account_id)
    )
    if bulk is None:
        raise NotFound
    return bulk


def progress_of(session: Session, bulk: BulkFiling) -> Progress:
    """Counts of its lines by what became of them."""
    rows = session.execute(
        select(BulkLine.state, func.count()).where(BulkLine.bulk_id == bulk.id).group_by(BulkLine.state)
    )
    return Progress(bulk, {row[0]: row[1] for row in rows})


def report(
    session: Session, bulk: BulkFiling, *, after: int = 0, limit: int = 100, state: LineState | None = None
) -> list[tuple[BulkLine, Case | None]]:
    """Lines after a number with their cases, in order."""
    query = (
        select(BulkLine, Case)
        .outerjoin(Case, Case.id == BulkLine.case_id)
        .where(BulkLine.bulk_id == bulk.id, BulkLine.number > after)
    )
    if state is not None:
        query = query.where(BulkLine.state == state)
    return [(line, case) for line, case in session.execute(query.order_by(BulkLine.number).limit(limit))]


def report_table(session: Session, bulk: BulkFiling, locale: str) -> bytes:
    """The whole report as a table: line, state, case, what to mend."""
    heads = [T("Line"), T("State"), T("Case"), T("Column"), T("What to mend")]
    rows: list[list[str]] = []
    for line, case in report(session, bulk, limit=MOST_LINES):
        first = [str(line.number), line.state.label.render(locale), (case.number or case.reference) if case else ""]
        rows += [[*first, f.get("at", ""), f.get(locale, "")] for f in line.faults or [{}]]
    return written([head.render(locale) for head in heads], rows)


def refused_table(session: Session, bulk: BulkFiling, pack: RulePack) -> bytes:
    """The lines to be mended as a table that can be sent again."""
    lines = [line for line, _ in report(session, bulk, limit=MOST_LINES, state=LineState.REFUSED)]
    used = {name for line in lines for name in line.values}
    listed = list({c.key: c for c in columns(pack, pack.causes.list) if c.field in used}.values())
    return written([c.key for c in listed], [[str(line.values.get(c.field, "")) for c in listed] for line in lines])
