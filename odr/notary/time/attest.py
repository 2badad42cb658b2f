"""Outside attestation of the newest checkpoint: witnesses and foreign time authorities. None of it holds up an act.

A witness that does not answer is told and waited for. One that refuses the tree is another matter: it is the only
sign there is that court, log and vault were all set back together, so the vault signs nothing more until an
operator has answered for it (:mod:`odr.notary.check.witness_refusals`).
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.ground.text import T, Text
from odr.notary.check.witness import Witness, WitnessConflict, WitnessRefused
from odr.notary.check.witness_refusals import Refusal
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.handed_out import checkpoint
from odr.notary.log.log_rows import cosignatures, latest_checkpoint, open_log, tile_reader, tokens
from odr.notary.log.merkle_tree import consistency_ranges, roots
from odr.notary.log.note import parse_note
from odr.notary.log.publish import publish_checkpoint
from odr.notary.log.sequencer import sequencer_lock
from odr.notary.log.strict import b64
from odr.notary.log.years import is_breach
from odr.notary.models import Log, LogCheckpoint, LogCosignature, TimestampToken
from odr.notary.time.time_tokens import Timestamper, TimestampUnavailable
from odr.notary.time.verify import TokenRefused, verify_token

if TYPE_CHECKING:
    from odr.notary.notary import Notary

SKEW = timedelta(minutes=2)
"""How far a foreign clock may stand from the court's."""


class Attested(enum.Enum):
    """What became of asking."""

    DONE = "attested"
    """A cosignature or a token that is believed."""
    ABSENT = "absent"
    """No answer, or none that could be used; asked again in the next round."""
    REFUSED = "refused"
    """A witness says that the tree does not continue the one it saw. Signing has stopped."""


@dataclass(frozen=True)
class Outcome:
    """What one witness or time authority did. ``status`` is a witness's HTTP answer where it gave no cosignature."""

    who: str
    attested: Attested
    words: Text
    status: int | None = None
    refusal: Refusal | None = None

    @property
    def done(self) -> bool:
        """Whether there is an attestation now."""
        return self.attested is Attested.DONE


def attest(notary: Notary) -> list[Outcome]:
    """Ask everyone who has not yet attested the newest checkpoint of each log, closed ones included.

    Not asked about a closed log is a witness that has refused it and was answered for, nor anybody
    about a log that the court itself has closed as broken: more could not be learned.
    """
    refused = notary.vault.refusals() if notary.witnesses else []
    with notary.database.read() as session:
        targets = []
        for log in session.execute(select(Log).order_by(Log.opened_at)).scalars():
            last = latest_checkpoint(session, log.id)
            if last is None:
                continue
            settled = {row.witness for row in cosignatures(session, log.id, last.size)}
            if log.closed_at is not None:
                settled |= {each.witness for each in refused if each.log == log.id and each.answer}
                settled |= {witness.key.name for witness in notary.witnesses if is_breach(log)}
            targets.append((log, last, settled, set(tokens(session, log.id, last.size))))
        session.expunge_all()
    outcomes: list[Outcome] = []
    for log, last, settled, stamped in targets:
        outcomes += [_stamp(notary, last, stamper) for stamper in notary.timestampers if stamper.name not in stamped]
        outcomes += [_cosign(notary, last, witness) for witness in notary.witnesses if witness.key.name not in settled]
        if notary.log_dir is not None:
            with notary.database.read() as session:
                note = checkpoint(session, log.id)
            if note is not None:
                # A round that signs a larger tree writes the same file, having looked once at what is published.
                with sequencer_lock(notary.database):
                    publish_checkpoint(notary.log_dir / log.id, note)
    return outcomes


def _stamp(notary: Notary, last: LogCheckpoint, stamper: Timestamper) -> Outcome:
    digest = hashlib.sha256(last.note).digest()
    try:
        stamp = stamper.stamp(digest)
        now = notary.clock.machine_now()
        said = verify_token(
            stamp.response,
            digest,
            stamper.roots,
            nonce=stamp.nonce,
            not_before=last.signed_at - SKEW,
            not_after=now + SKEW,
        )
    except TimestampUnavailable as error:
        return Outcome(
            stamper.name,
            Attested.ABSENT,
            T("The time authority %(who)s did not answer: %(why)s", who=stamper.name, why=str(error)),
        )
    except TokenRefused as error:
        return Outcome(
            stamper.name,
            Attested.ABSENT,
            T("The token of %(who)s was refused: %(why)s", who=stamper.name, why=str(error)),
        )
    row = TimestampToken(
        log_id=last.log_id, size=last.size, provider=stamper.name, token=stamp.response, gen_time=said.gen_time
    )
    _keep(notary, row)
    return Outcome(
        stamper.name,
        Attested.DONE,
        T("%(who)s has timestamped the log at %(size)s entries.", who=stamper.name, size=last.size),
    )


def _cosign(notary: Notary, last: LogCheckpoint, witness: Witness) -> Outcome:
    name = witness.key.name
    with notary.database.read() as session:
        where = (LogCosignature.log_id == last.log_id, LogCosignature.witness == name)
        cosigned = session.execute(select(func.max(LogCosignature.size)).where(*where)).scalar()
        if cosigned is not None and cosigned >= last.size:
            # Another worker has shown it this tree head, or a newer one that contains it, since this one looked.
            return Outcome(name, Attested.DONE, _has_witnessed(name, cosigned))
        reader = tile_reader(session, last.log_id)
        try:
            note, old = parse_note(bytes(last.note)), cosigned or 0
            verified = witness.cosign(
                note, last.size, old, lambda known: roots(reader, consistency_ranges(known, last.size))
            )
        except WitnessRefused as error:
            return _not_cosigned(notary, last, name, error, stranger=cosigned is None)
    seconds, now = verified.time or 0, notary.clock.machine_now()
    # Compared as a number: a witness may sign any, and not every one is a day of the calendar.
    if abs(seconds - now.timestamp()) > SKEW.total_seconds():
        words = T("The witness %(who)s signed with the time %(at)s, which cannot be.", who=name, at=_told(seconds))
        return Outcome(name, Attested.ABSENT, words)
    at = datetime.fromtimestamp(seconds, UTC)
    _keep(
        notary,
        LogCosignature(
            log_id=last.log_id, size=last.size, witness=name, line=str(verified.line).rstrip("\n"), cosigned_at=at
        ),
    )
    return Outcome(name, Attested.DONE, _has_witnessed(name, last.size))


def _has_witnessed(name: str, size: int) -> Text:
    return T("%(who)s has witnessed the log at %(size)s entries.", who=name, size=size)


def _told(seconds: int) -> datetime | str:
    """A witness's time as a moment, or as the number it is."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def _not_cosigned(notary: Notary, last: LogCheckpoint, name: str, error: WitnessRefused, *, stranger: bool) -> Outcome:
    words = T("The witness %(who)s has not cosigned: %(why)s", who=name, why=str(error))
    known = error.known if isinstance(error, WitnessConflict) else None
    # litewitness says 403 for a log it was never told of, too: that is no word on the tree, and every new year has a
    # new log.
    untold = stranger and error.status == 403
    if untold or not error.is_of_the_tree or _was_overtaken(notary, last, known):
        return Outcome(name, Attested.ABSENT, words, error.status)
    root = Checkpoint.parse(parse_note(bytes(last.note)).text).root
    refusal = Refusal(last.log_id, name, error.status or 0, last.size, b64(root), known, notary.clock.machine_now())
    # Raises where the vault cannot be told: then the worker says so, and the witness is asked again.
    notary.vault.stop(refusal)
    return Outcome(name, Attested.REFUSED, words, error.status, refusal)


def _was_overtaken(notary: Notary, last: LogCheckpoint, known: int | None) -> bool:
    """Whether the witness knows a larger tree since another worker has meanwhile shown it a newer tree head of ours."""
    if known is None or known <= last.size:
        return False
    with notary.database.read() as session:
        newest = latest_checkpoint(session, last.log_id)
        return newest is not None and newest.size >= known


def _keep(notary: Notary, row: TimestampToken | LogCosignature) -> None:
    who = row.provider if isinstance(row, TimestampToken) else row.witness
    with notary.database.write() as session:
        # Two workers may have asked at once; the first answer stays.
        if session.get(type(row), (row.log_id, row.size, who)) is None:
            session.add(row)


@dataclass(frozen=True)
class Behind:
    """A witness or a time authority that lacks tree heads of the open log. ``since`` is when the first of them was
    signed; None: it lacks none.
    """

    who: str
    is_witness: bool
    since: datetime | None


def behind(notary: Notary, session: Session) -> list[Behind]:
    """How far everybody who should attest the open log lags. Told from the tree heads, so it holds after a restart and
    with no worker at all.
    """
    log = open_log(session)
    if log is None:
        return []
    of_witness = select(func.max(LogCosignature.size)).where(LogCosignature.log_id == log.id)
    of_authority = select(func.max(TimestampToken.size)).where(TimestampToken.log_id == log.id)
    asked = [(one.key.name, True, of_witness.where(LogCosignature.witness == one.key.name)) for one in notary.witnesses]
    asked += [(one.name, False, of_authority.where(TimestampToken.provider == one.name)) for one in notary.timestampers]
    found = []
    for who, is_witness, largest in asked:
        size = session.scalar(largest)
        lacking = select(LogCheckpoint.signed_at).where(
            LogCheckpoint.log_id == log.id, LogCheckpoint.size > (-1 if size is None else size)
        )
        found.append(Behind(who, is_witness, session.scalar(lacking.order_by(LogCheckpoint.size).limit(1))))
    return found
