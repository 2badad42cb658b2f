"""Outside attestation of the newest checkpoint: witnesses and foreign time authorities. None of it holds up an act."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from odr.notary.models import Log, LogCheckpoint, LogCosignature, TimestampToken
from odr.notary.note import parse_note
from odr.notary.publish import publish_checkpoint
from odr.notary.served import checkpoint
from odr.notary.store import cosignatures, latest_checkpoint, tile_reader, tokens
from odr.notary.timestamp import Timestamper, TimestampUnavailable
from odr.notary.timestamp_verify import TokenRefused, verify_token
from odr.notary.tree import consistency_ranges, roots
from odr.notary.witness import Witness, WitnessRefused
from odr.text import T, Text

if TYPE_CHECKING:
    from odr.notary.notary import Notary

SKEW = timedelta(minutes=2)
"""How far a foreign clock may stand from the court's."""


@dataclass(frozen=True)
class Outcome:
    """What one witness or time authority did."""

    who: str
    done: bool
    words: Text


def attest(notary: Notary) -> list[Outcome]:
    """Ask everyone who has not yet attested the newest checkpoint of each log, closed ones included."""
    with notary.database.read() as session:
        targets = []
        for log in session.execute(select(Log).order_by(Log.opened_at)).scalars():
            last = latest_checkpoint(session, log.id)
            if last is None:
                continue
            signed = {row.witness for row in cosignatures(session, log.id, last.size)}
            targets.append((log, last, signed, set(tokens(session, log.id, last.size))))
        session.expunge_all()
    outcomes: list[Outcome] = []
    for log, last, signed, stamped in targets:
        outcomes += [_stamp(notary, last, stamper) for stamper in notary.timestampers if stamper.name not in stamped]
        outcomes += [_cosign(notary, last, witness) for witness in notary.witnesses if witness.key.name not in signed]
        if notary.log_dir is not None:
            with notary.database.read() as session:
                note = checkpoint(session, log.id)
            if note is not None:
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
            False,
            T("The time authority %(who)s did not answer: %(why)s", who=stamper.name, why=str(error)),
        )
    except TokenRefused as error:
        return Outcome(
            stamper.name, False, T("The token of %(who)s was refused: %(why)s", who=stamper.name, why=str(error))
        )
    row = TimestampToken(
        log_id=last.log_id, size=last.size, provider=stamper.name, token=stamp.response, gen_time=said.gen_time
    )
    _keep(notary, row)
    return Outcome(
        stamper.name, True, T("%(who)s has timestamped the log at %(size)s entries.", who=stamper.name, size=last.size)
    )


def _cosign(notary: Notary, last: LogCheckpoint, witness: Witness) -> Outcome:
    name = witness.key.name
    with notary.database.read() as session:
        where = (LogCosignature.log_id == last.log_id, LogCosignature.witness == name)
        old = session.execute(select(func.max(LogCosignature.size)).where(*where)).scalar() or 0
        reader = tile_reader(session, last.log_id)
        try:
            verified = witness.cosign(
                parse_note(bytes(last.note)),
                last.size,
                old,
                lambda known: roots(reader, consistency_ranges(known, last.size)),
            )
        except WitnessRefused as error:
            return Outcome(name, False, T("The witness %(who)s has not cosigned: %(why)s", who=name, why=str(error)))
    at = datetime.fromtimestamp(verified.time or 0, UTC)
    if abs(at - notary.clock.machine_now()) > SKEW:
        return Outcome(
            name, False, T("The witness %(who)s signed with the time %(at)s, which cannot be.", who=name, at=at)
        )
    _keep(
        notary,
        LogCosignature(
            log_id=last.log_id, size=last.size, witness=name, line=str(verified.line).rstrip("\n"), cosigned_at=at
        ),
    )
    return Outcome(name, True, T("%(who)s has witnessed the log at %(size)s entries.", who=name, size=last.size))


def _keep(notary: Notary, row: TimestampToken | LogCosignature) -> None:
    who = row.provider if isinstance(row, TimestampToken) else row.witness
    with notary.database.write() as session:
        # Two workers may have asked at once; the first answer stays.
        if session.get(type(row), (row.log_id, row.size, who)) is None:
            session.add(row)
