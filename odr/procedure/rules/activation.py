"""Putting a new version of the rules in force: laid, read by two administrators, dated ahead, anchored in the log. No
flask.

A figure of the law changes under a court's feet; who changes it changes every case that
comes. So nobody does it alone, nothing governs before a day still to come, and what two
people approved is told to the public and in the log, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.clock import Clock
from odr.ground.db import Database
from odr.ground.errors import CourtError, InvalidInput, NotFound
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.identity.models import Account, AccountState
from odr.notary.administration import administration_act
from odr.notary.canonical import JSON
from odr.notary.models import Receipt
from odr.procedure.rules.models import LaidState, LaidVersion, RuleApproval
from odr.procedure.rules.pack import PackError, RulePack
from odr.procedure.rules.registry import Files, Laid, PackRegistry, sections_in

if TYPE_CHECKING:
    from odr.procedure.court import Court

NEEDED = 2
"""Administrators who must approve."""
FORMAT = "court-rules/1"
LOOK_EVERY = timedelta(minutes=1)
"""How long a process may not yet know of a version put in force elsewhere; none governs before the next day."""


class NotYours(CourtError):
    """An administrator has approved this version already; another must."""

    status = 409
    problem = "needs-two-persons"

    def __init__(self) -> None:
        super().__init__(T("You have approved this version. Another administrator has to approve it too."))


class TooLate(CourtError):
    """The day from which a version should govern is not ahead any more, or a later version came first."""

    status = 409
    problem = "version-too-late"


class ActivatedVersions:
    """What was put in force, for a registry: looks once a minute, and gives nothing while nothing is new."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._looked_at: datetime | None = None
        self._known: frozenset[str] = frozenset()

    def __call__(self, now: bool) -> Laid | None:
        at = self._clock.machine_now()
        if not now and self._looked_at is not None and timedelta() <= at - self._looked_at < LOOK_EVERY:
            return None
        self._looked_at = at
        with self._database.read() as session:
            found = activated(session)
        if found.keys() == self._known:
            return None
        self._known = frozenset(found)
        return found


def activated(session: Session) -> Laid:
    """The files of every version put in force, by ``<id>/<version>``. Raises PackError for one that is not what two
    administrators approved.
    """
    found = {}
    for row in session.scalars(
        select(LaidVersion).where(LaidVersion.state == LaidState.ACTIVATED).order_by(LaidVersion.id)
    ):
        wrong = next(_wrong(session, row), None)
        if wrong is not None:
            raise PackError(f"{row.pack_id} {row.version}", "(whole)", wrong)
        found[f"{row.pack_id}/{row.version}"] = row.files
    return found


def audit(session: Session) -> list[str]:
    """Every fault of the versions put in force, each naming the version and what does not hold."""
    rows = session.scalars(select(LaidVersion).where(LaidVersion.state == LaidState.ACTIVATED).order_by(LaidVersion.id))
    return [f"rules {row.pack_id} {row.version}: {wrong}" for row in rows for wrong in _wrong(session, row)]


def _wrong(session: Session, row: LaidVersion) -> Iterator[str]:
    """What does not hold of a version in force: bytes, approvals, day, and the receipt that the log holds of all three."""
    if digest_of(row.files) != row.sha256:
        yield "its files are not those that were approved"
    if len({one.account_id for one in row.approvals if one.sha256 == row.sha256}) < NEEDED:
        yield f"fewer than {NEEDED} administrators approved it"
    receipt = session.get(Receipt, row.receipt) if row.receipt else None
    if row.record is None or receipt is None or receipt.body is None:
        yield "there is no receipt of it"
        return
    if json.loads(receipt.body).get("sha256") != sha256_hex(row.record.encode()):
        yield "its receipt is for another record"
    said = json.loads(row.record)
    if (said["pack"], said["version"], said["effective_from"], said["sha256"]) != (
        row.pack_id,
        row.version,
        row.effective_from.isoformat(),
        row.sha256,
    ):
        yield "its columns do not say what its record says"


def digest_of(files: Files) -> str:
    """SHA-256 of a version's files: of the canonical JSON of name → text."""
    return sha256_hex(canonical(dict(files)))


def checked(session: Session, files: Files, today: date) -> tuple[RulePack, PackRegistry]:
    """The version that ``files`` make beside all others, and the rules with it.

    Raises PackError for a key that cannot be a rule, or that does not fit the cases under
    an older version; TooLate where it would not govern from a day ahead, after all others.
    """
    sections = sections_in("rules", files)
    named = f"{sections.get('id')}/{sections.get('version')}"
    known = dict(activated(session))
    _check_new(PackRegistry.load(laid=known), sections, named)
    packs = PackRegistry.load(laid={**known, named: files})
    new = packs.get(str(sections["id"]), str(sections["version"]))
    for older in packs.versions(new.id):
        if older.version < new.version:
            _check_order(older, new)
            _check_fit(older, new)
    if new.effective_from <= today:
        raise TooLate(
            T("A version governs from a day still to come: %(day)s is not.", day=new.effective_from),
            T("Lay it anew with a later day."),
        )
    return new, packs


def _check_new(packs: PackRegistry, sections: dict[str, Any], named: str) -> None:
    pack_id, version = sections.get("id"), sections.get("version")
    known = packs.versions(str(pack_id)) if pack_id in packs.ids() else []
    if any(pack.version == version for pack in known):
        raise PackError(named, "version", "there is a version of that day already; a version is never edited")


def _check_order(older: RulePack, new: RulePack) -> None:
    if older.effective_from > new.effective_from:
        raise TooLate(
            T(
                "The version of %(version)s governs from %(day)s already, later than this one.",
                version=older.version,
                day=older.effective_from,
            ),
            T("Lay this one anew, based on that version."),
        )


def _check_fit(older: RulePack, new: RulePack) -> None:
    """Cases under an older version take the new sections for acts: both must hold together."""
    try:
        older.with_acts_of(new)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ").replace("@", " ").strip()
        raise PackError(f"{new.id} {new.version}", f"cases under {older.version}", reason) from error


def lay(session: Session, files: Files, *, why: str, by: Account | None, now: datetime, today: date) -> LaidVersion:
    """Lay a version before the administrators. Who writes it at the desk approves it thereby; who lays it at the
    machine (``by`` None) does not.

    Raises PackError, TooLate, and InvalidInput where the same version waits already.
    """
    if by is not None:
        _need_admin(by)
    new, _ = checked(session, files, today)
    waiting = select(LaidVersion).where(
        LaidVersion.pack_id == new.id, LaidVersion.version == str(new.version), LaidVersion.state == LaidState.WAITING
    )
    if session.scalar(waiting) is not None:
        raise InvalidInput.at(
            "effective_from", T("The version %(version)s waits for approval already.", version=str(new.version))
        )
    row = LaidVersion(
        pack_id=new.id,
        version=new.version.isoformat(),
        effective_from=new.effective_from,
        files=dict(files),
        sha256=digest_of(files),
        why=why,
        state=LaidState.WAITING,
        laid_by=by.id if by else None,
        laid_at=now,
    )
    session.add(row)
    session.flush()
    if by is not None:
        _note(session, row, by, now)
    return row


def approve(court: Court, session: Session, reference: str, sha256: str, *, by: Account, now: datetime) -> LaidVersion:
    """An administrator approves the bytes they read; the second approval puts the version in force from its day.

    Raises NotFound, NotYours for who approved already, InvalidInput where other bytes
    were read, and what :func:`checked` raises: what was sound when it was laid may be too late now.
    """
    _need_admin(by)
    row = waiting_version(session, reference)
    if row.sha256 != sha256:
        raise InvalidInput.at("decision", T("This is not the version you read. Look at it again."))
    if any(one.account_id == by.id for one in row.approvals):
        raise NotYours
    today = court.clock.now().astimezone(court.settings.tz).date()
    checked(session, row.files, today)
    _note(session, row, by, now)
    if len(standing(session, row)) >= NEEDED:
        _activate(court, session, row, now)
    return row


def decline(session: Session, reference: str, *, by: Account, now: datetime) -> LaidVersion:
    """An administrator declines a version: it will not govern. Raises NotFound."""
    _need_admin(by)
    row = waiting_version(session, reference)
    row.state, row.decided_at, row.declined_by = LaidState.DECLINED, now, by.id
    return row


def waiting_version(session: Session, reference: str) -> LaidVersion:
    """A version that waits, locked. Raises NotFound."""
    row = session.scalar(select(LaidVersion).where(LaidVersion.reference == reference).with_for_update())
    if row is None or row.state is not LaidState.WAITING:
        raise NotFound
    return row


def standing(session: Session, row: LaidVersion) -> Sequence[Account]:
    """Who approved and still is an administrator: an approval falls with the office."""
    people = [session.get_one(Account, one.account_id) for one in row.approvals]
    return [one for one in people if _is_admin(one)]


def _note(session: Session, row: LaidVersion, by: Account, now: datetime) -> None:
    row.approvals.append(RuleApproval(version_id=row.id, account_id=by.id, sha256=row.sha256, at=now))
    session.flush()


def _activate(court: Court, session: Session, row: LaidVersion, now: datetime) -> None:
    """Put in force, and anchor: the receipt carries the digest of who approved which bytes for which day."""
    row.state, row.decided_at = LaidState.ACTIVATED, now
    people = {account.id: account.reference for account in standing(session, row)}
    said: dict[str, JSON] = {
        "format": FORMAT,
        "pack": row.pack_id,
        "version": row.version,
        "effective_from": row.effective_from.isoformat(),
        "sha256": row.sha256,
        "files": dict(row.files),
        "why": row.why,
        "approved": [
            {"account": people[one.account_id], "at": one.at.isoformat()}
            for one in row.approvals
            if one.account_id in people
        ],
        "activated_at": now.isoformat(),
    }
    row.record, row.receipt = administration_act(court.notary, session, said, now=now, kind="rules")
    session.flush()


def _is_admin(account: Account) -> bool:
    return account.state is AccountState.ACTIVE and Role.ADMIN in account.staff_roles


def _need_admin(by: Account) -> None:
    if not _is_admin(by):
        raise NotFound


@dataclass(frozen=True)
class LaidView:
    """A version as the administrators see it."""

    row: LaidVersion
    laid_by: str | None
    approved_by: tuple[str, ...]
    mine: bool
    fault: CourtError | None


def waiting(session: Session, me: int, today: date) -> list[LaidView]:
    """Versions that wait, oldest first, with what now stands against them."""
    rows = session.scalars(
        select(LaidVersion).where(LaidVersion.state == LaidState.WAITING).order_by(LaidVersion.id)
    ).all()
    return [_view(session, row, me, today) for row in rows]


def _view(session: Session, row: LaidVersion, me: int, today: date) -> LaidView:
    fault: CourtError | None = None
    try:
        checked(session, row.files, today)
    except (PackError, TooLate) as error:
        fault = error
    names = tuple(one.name for one in standing(session, row))
    author = session.get_one(Account, row.laid_by).name if row.laid_by else None
    return LaidView(row, author, names, any(one.account_id == me for one in row.approvals), fault)


def told(session: Session) -> dict[tuple[str, str], LaidVersion]:
    """The versions put in force, by pack and version: what the public is told of them."""
    rows = session.scalars(built_once(lambda: select(LaidVersion).where(LaidVersion.state == LaidState.ACTIVATED)))
    return {(row.pack_id, row.version): row for row in rows}
