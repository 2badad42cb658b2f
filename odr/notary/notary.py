"""The notary: the one door through which the rest of the court uses the log, receipts and seals."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from odr.ground.clock import Clock
from odr.ground.db import Database, new_reference, reserve_ids
from odr.notary.canonical import JSON
from odr.notary.check import audit, recovery
from odr.notary.check.witness import Witness
from odr.notary.check.witness_refusals import Refusal, standing
from odr.notary.log import handed_out, publish, years
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.handed_out import ReceiptFiles
from odr.notary.log.log_rows import WrittenLog, insert_rows, latest_checkpoint, open_log
from odr.notary.log.log_state import LogState, log_state
from odr.notary.log.merkle_tree import EMPTY_ROOT
from odr.notary.log.note import parse_note
from odr.notary.log.receipts import leaf_line, receipt_bodies, receipt_body
from odr.notary.log.sequencer import BATCH, integrate, sequencer_lock, sequencer_lock_if_free
from odr.notary.log.signer import log_key, sign_tree
from odr.notary.models import COURT, KeyUse, Log, LogCheckpoint, LogEntry, Receipt, SigningKey, TimestampToken
from odr.notary.rehash import renewal_proofs, renewal_tokens, rounds
from odr.notary.rehash.models import HashRenewal
from odr.notary.time import attest, renewal
from odr.notary.time.authority import SHA512, Authority, active_key, active_keys, lasts
from odr.notary.time.time_tokens import TimeAuthority, Timestamper
from odr.notary.vault import Remembered, SignerAhead, SigningStopped, Vault

logger = logging.getLogger(__name__)
_LOGS, _CHECKPOINTS, _TOKENS = (cast(Table, kind.__table__) for kind in (Log, LogCheckpoint, TimestampToken))
_HEADS = select(
    _LOGS.c.id,
    select(_CHECKPOINTS.c.note)
    .where(_CHECKPOINTS.c.log_id == _LOGS.c.id)
    .order_by(_CHECKPOINTS.c.size.desc())
    .limit(1)
    .correlate(_LOGS)
    .scalar_subquery(),
    select(_TOKENS.c.gen_time)
    .where(_TOKENS.c.log_id == _LOGS.c.id, _TOKENS.c.provider == COURT)
    .order_by(_TOKENS.c.size.desc())
    .limit(1)
    .correlate(_LOGS)
    .scalar_subquery(),
).order_by(_LOGS.c.opened_at.desc())
"""The newest head of each log and the time the court's own authority has told of one: there is a log a year."""

_NOTHING_SIGNED = Remembered(0, EMPTY_ROOT)
_NEW_CHECKPOINT, _NEW_TOKEN = insert(_CHECKPOINTS), insert(_TOKENS)
_NEW_LEAF, _NEW_RECEIPT = insert(cast(Table, LogEntry.__table__)), insert(cast(Table, Receipt.__table__))


@lru_cache(8)
def _head_of(note: bytes) -> Checkpoint:
    return Checkpoint.parse(parse_note(note).text)


class NewReceipt(NamedTuple):
    """A receipt just written: what it is asked for by, and what it says."""

    reference: str
    body: bytes


@dataclass(frozen=True)
class _Opened:
    """The open log and what stamps it, by the names under which the database has them now: nothing of them changes."""

    named: tuple[str | None, ...]
    log: Log
    authority: TimeAuthority | None


@dataclass
class _Turn:
    """The log that takes entries as it stands while this process alone may write it, carried on through the round."""

    log: Log
    authority: TimeAuthority | None
    state: LogState
    size: int
    remembered: Remembered
    latest_time: datetime | None


class Notary:
    """Writes receipts, keeps the log, proves.

    ``origin`` names the family of logs without scheme, such as ``court.example/log``;
    each log is ``origin/<year>``. ``log_dir`` is where the log is published as files,
    which is also what :meth:`recover` reads; None publishes only over HTTP.
    """

    def __init__(
        self,
        database: Database,
        *,
        vault: Vault,
        origin: str,
        clock: Clock,
        log_dir: Path | None,
        witnesses: Sequence[Witness] = (),
        timestampers: Sequence[Timestamper] = (),
        organisation: str = "Online court",
    ) -> None:
        self.database = database
        self.vault = vault
        self.origin = origin
        self.clock = clock
        self.log_dir = log_dir
        self.witnesses = tuple(witnesses)
        self.timestampers = tuple(timestampers)
        self.authority = Authority(vault, organisation)
        self.authority_512 = Authority(vault, organisation, SHA512)
        """Made with the first round of hash renewal."""
        self._opened: _Opened | None = None
        self.signed = 0
        """How many times this process signed a tree: what it remembers of the log is older than that."""

    # Writing

    def record(
        self, session: Session, subject: Mapping[str, JSON], *, now: datetime, docket_place: str | None = None
    ) -> NewReceipt:
        """Write a receipt and its unsequenced leaf inside the caller's transaction.

        ``subject`` names what was received: ``sha256``, ``size``, ``media_type``, ``case``, …;
        the notary adds format, log, salt, received_at and not_earlier_than. A ``docket_place``
        is receipted once: a second time the database refuses with ``IntegrityError``.
        """
        body = receipt_body(
            subject, log=self.origin, now=now, logged_at=self.clock.machine_now(), earlier=self._earlier(session)
        )
        receipt = NewReceipt(new_reference(), body)
        # Every act writes one, and nobody looks at the rows again in its transaction: they are written as plain rows, and
        # what the act has changed so far is written with its entry.
        with session.no_autoflush:
            leaf: Any = session.execute(_NEW_LEAF, {"leaf": leaf_line(body)})
            (entry_id,) = leaf.inserted_primary_key
            row = {"reference": receipt.reference, "body": body, "entry_id": entry_id, "docket_place": docket_place}
            session.execute(_NEW_RECEIPT, row)
        return receipt

    def record_many(
        self,
        session: Session,
        subjects: Sequence[Mapping[str, JSON]],
        *,
        now: datetime,
        entries: Sequence[int] | None = None,
    ) -> list[str]:
        """The same for thousands at once; gives the receipts' references in the order of ``subjects``. ``entries`` are
        numbers of rows of ``log_entry``, where the caller has reserved them with its own.
        """
        if not subjects:
            return []
        earlier, logged_at = self._earlier(session), self.clock.machine_now()
        bodies = receipt_bodies(subjects, log=self.origin, now=now, logged_at=logged_at, earlier=earlier)
        session.flush()
        entries = reserve_ids(session, "log_entry", len(bodies)) if entries is None else entries
        references = [new_reference() for _ in bodies]
        insert_rows(
            session,
            "log_entry",
            ("id", "leaf"),
            [(e, leaf_line(body)) for e, body in zip(entries, bodies, strict=True)],
        )
        insert_rows(
            session, "receipt", ("reference", "body", "entry_id"), list(zip(references, bodies, entries, strict=True))
        )
        return references

    def erase(self, session: Session, reference: str, *, now: datetime) -> None:
        """Delete what a receipt says, with its salt: its leaf stays in the log and means nothing any more.

        Raises ValueError for the receipt of a docket entry: the docket stays.
        """
        receipt = session.get_one(Receipt, reference)
        if receipt.docket_place is not None:
            raise ValueError(f"the receipt of docket entry {receipt.docket_place} is never erased")
        receipt.body, receipt.entry_id, receipt.erased_at = None, None, now
        session.flush()

    def _earlier(self, session: Session) -> Checkpoint | None:
        # A transaction of hundreds of entries asks once: an older checkpoint says something weaker, nothing false.
        if "earlier" not in session.info:
            with session.no_autoflush:  # It is about the log; what the act has written so far is no part of it.
                newest = next((row[1:] for row in session.execute(_HEADS) if row[1] is not None), None)
            session.info["earlier"] = _head_of(newest[0]) if newest is not None else None
            session.info["told"] = newest[1] if newest is not None else None
        found: Checkpoint | None = session.info["earlier"]
        return found

    def doubt_about_the_time(self, session: Session) -> str | None:
        """What speaks against the machine's clock: it stands before what the court's own time authority has told, or was set
        by hand and nobody has answered for it. None where nothing does.
        """
        self._earlier(session)
        told: datetime | None = session.info["told"]
        if told is not None and self.clock.machine_now() < told - attest.SKEW:
            return "before_the_log"
        return "clock_was_set" if self.clock.was_set() else None

    # Sequencing

    def establish(self) -> None:
        """Make the authority, its time key and the first log, where they are missing."""
        with sequencer_lock(self.database):
            self._turn(self._found())

    def sequence(self) -> int:
        """Give every waiting leaf its index, sign the tree, stamp it, publish it; gives how many leaves there were.

        Any process may call it at any time, outside a transaction. Raises
        :class:`SignerAhead` when the database was set back (see :meth:`recover`),
        :class:`SigningStopped` while a witness's refusal stands,
        :class:`odr.notary.log.tiles.CorruptTile` when stored hashes are damaged; then nothing is signed.
        """
        with sequencer_lock(self.database):
            return self._take_all()

    def sequence_if_free(self) -> int | None:
        """The same, without waiting: None where another process is at it, which may have begun before the newest leaf."""
        with sequencer_lock_if_free(self.database) as is_mine:
            return self._take_all() if is_mine else None

    def _take_all(self) -> int:
        found = self._found()
        if found is not None and self._is_idle(found.state):
            return 0
        turn, total = self._turn(found), 0
        self._refuse_if_stopped()
        while True:
            taken = self._take(turn)
            total += taken
            if taken < BATCH:
                return total

    def is_idle(self) -> bool:
        """Whether every leaf has its place under a signed tree head."""
        with self.database.read() as session:
            state = log_state(session)
        return state is not None and self._is_idle(state)

    def _is_idle(self, state: LogState) -> bool:
        if state.is_waiting or f"{self.clock.machine_now():%Y}" > state.log_id[:4]:
            return False
        if state.signed is None or state.signed != state.size or self._lags(state.log_id, state.size):
            return False
        return state.is_stamped or not self._may_stamp(state.latest_time)

    def _lags(self, log_id: str, size: int) -> bool:
        """Whether the published files are behind: the process ended before it wrote them, or somebody took them away."""
        return self.log_dir is not None and publish.published_size(self.log_dir / log_id) < size

    def _turn(self, found: _Turn | None) -> _Turn:
        """The log to write in now: opens the first, finishes a closing that broke off, turns the year."""
        now = self.clock.machine_now()
        if (
            found is None
            or not lasts(found.state.time_key_ends, now)
            or self.vault.closing_statement(found.log.key_id) is not None
        ):
            self._open(now)
            return self._now_open()
        remembered = found.remembered = self.vault.remembered(found.log.key_id)
        if found.size < remembered.size:
            raise SignerAhead(f"signed {remembered.size} entries of {found.log.origin}, the database has {found.size}")
        if f"{now:%Y}" > found.log.id[:4] and not self.stopped_by():
            self._close(found, years.Closing.YEAR)
            return self._now_open()
        return found

    def _found(self) -> _Turn | None:
        """The open log as it stands; none where none is open."""
        with self.database.read() as session:
            state = log_state(session)
            if state is None:
                return None
            opened = self._opened_as(session, state)
        return _Turn(opened.log, opened.authority, state, state.size, _NOTHING_SIGNED, state.latest_time)

    def _opened_as(self, session: Session, state: LogState) -> _Opened:
        """The log and its keys, kept from the last round where the database still names the same."""
        named = (state.log_id, state.key_id, state.origin, state.time_key, state.authority_key)
        if self._opened is None or self._opened.named != named:
            keys = active_keys(session, KeyUse.TIME, KeyUse.AUTHORITY)
            authority = self._authority_of(keys, KeyUse.TIME, KeyUse.AUTHORITY) if len(keys) == 2 else None
            self._opened = _Opened(named, session.get_one(Log, state.log_id), authority)
            session.expunge_all()
        return self._opened

    def _now_open(self) -> _Turn:
        turn = self._found()
        if turn is None:
            raise LookupError("no log is open")
        turn.remembered = self.vault.remembered(turn.log.key_id)
        return turn

    def _take(self, turn: _Turn) -> int:
        """Take a batch of leaves into the tree and sign it; gives how many."""
        with self.database.write() as session:
            taken = integrate(session, turn.log.id, turn.size)
        turn.size += taken
        self._sign(turn, is_new=taken > 0)
        return taken

    def stopped_by(self) -> list[Refusal]:
        """Refusals of witnesses for which no operator has answered: while there is one no tree is signed."""
        return standing(self.vault.refusals())

    def _refuse_if_stopped(self) -> None:
        # The vault would refuse too; asked before, nothing is put into a tree that may be the wrong one.
        for refusal in self.stopped_by():
            raise SigningStopped(str(refusal))

    def _open(self, now: datetime) -> Log:
        with self.database.write() as session:
            self.authority.establish(session, now)
            log = open_log(session)
            if log is None:
                return years.open_successor(session, self.vault, self.origin, years.next_name(session, now), now)
            if self.vault.closing_statement(log.key_id) is not None:
                return years.close(session, self.vault, log, self.origin, years.Closing.ROTATION, now)
            return log

    def _sign(self, turn: _Turn, *, is_new: bool) -> None:
        """Sign, stamp and publish the tree; what was signed already is only brought to its end."""
        log, size, now = turn.log, turn.size, self.clock.machine_now()
        folder = None if self.log_dir is None else self.log_dir / log.id
        published = 0 if folder is None else publish.published_size(folder)
        with self.database.read() as session:
            last = None if is_new else latest_checkpoint(session, log.id)
            signed = last.note if last is not None and last.size == size else None
            written = WrittenLog(session, log.id)
            if folder is not None and (signed is None or published < size):
                publish.publish_tiles(written, folder, size, published)
            if signed is None:
                head, note = sign_tree(written, log, self.vault, size, turn.remembered)
                turn.remembered = Remembered(size, head.root)
        if signed is None:
            signed = note.encode()
            with self.database.write() as session:
                session.execute(_NEW_CHECKPOINT, {"log_id": log.id, "size": size, "note": signed, "signed_at": now})
                self._stamp(session, turn, signed, now)
        else:
            # The clock stood wrong when it was signed: it is stamped as soon as it stands right.
            with self.database.write() as session:
                if not self._has_token(session, log.id, size) and self._may_stamp(turn.latest_time):
                    self._stamp(session, turn, signed, now)
        self.signed += 1
        if folder is not None and published <= size:
            publish.put_checkpoint(folder, signed)

    def _stamp(self, session: Session, turn: _Turn, note: bytes, now: datetime) -> None:
        log, size = turn.log, turn.size
        if self.clock.was_set():
            # A token of a clock nobody answers for could never be taken back; one that comes later covers all before.
            logger.critical(
                "the machine's clock was set; %s %s goes unstamped until somebody answers", log.origin, size
            )
            return
        if turn.latest_time is not None and now < turn.latest_time:
            # Log time never runs backwards: rather no token than one that contradicts an earlier one.
            logger.critical("clock stands before the last time token; %s %s goes unstamped", log.origin, size)
            return
        if turn.authority is None:
            raise LookupError("the authority has not been established")
        response = turn.authority.response(hashlib.sha256(note).digest(), now)
        told = {"log_id": log.id, "size": size, "provider": COURT, "token": response, "gen_time": now}
        session.execute(_NEW_TOKEN, told)
        turn.latest_time = now

    def _may_stamp(self, latest: datetime | None) -> bool:
        """Whether the clock is one that a token may tell, after the latest time the court's own authority has told."""
        return not self.clock.was_set() and (latest is None or self.clock.machine_now() >= latest)

    def _has_token(self, session: Session, log_id: str, size: int) -> bool:
        return session.get(TimestampToken, (log_id, size, COURT)) is not None

    # Keeping on

    def attest(self) -> list[attest.Outcome]:
        """Ask the outside witnesses and time authorities about the newest checkpoint; for the worker, since they may be
        slow.
        """
        return attest.attest(self)

    def renew(self, *, everything: bool = False) -> tuple[int, list[str]]:
        """Renew time tokens before their certificates end; gives how many, and why others could not be."""
        done, wrong = renewal.renew(self, everything=everything)
        more, also = renewal_tokens.renew(self, everything=everything)
        return done + more, wrong + also

    def begin_round(self, *, rule: str, rule_on: date, by: str) -> HashRenewal:
        """Begin a round of hash renewal. Raises :class:`odr.notary.rehash.rounds.RoundRefused`."""
        return rounds.begin(self, rule=rule, rule_on=rule_on, by=by)

    def advance_round(self, holdings: rounds.Holdings, *, seconds: float = 1.0) -> int:
        """Carry the round on, if there is one; gives how much was bound."""
        return rounds.advance(self, holdings, seconds=seconds)

    def close_log(self, reason: years.Closing = years.Closing.ROTATION) -> Log:
        """Close the open log with a last checkpoint and a signed statement; gives its successor, with a new key."""
        with sequencer_lock(self.database):
            if reason is years.Closing.BREACH:
                with self.database.read() as session:
                    log = handed_out.required_log(session, None)
                    session.expunge_all()
                return self._end(log, reason)
            return self._close(self._turn(self._found()), reason)

    def _close(self, turn: _Turn, reason: years.Closing) -> Log:
        self._refuse_if_stopped()
        while self._take(turn) == BATCH:
            pass
        return self._end(turn.log, reason)

    def _end(self, log: Log, reason: years.Closing) -> Log:
        now = self.clock.machine_now()
        with self.database.write() as session:
            return years.close(session, self.vault, session.get_one(Log, log.id), self.origin, reason, now)

    def recover(self) -> int:
        """Read back, from the published files, entries the signer has signed and the database has lost.

        Gives how many. Raises :class:`odr.notary.check.recovery.Unrecoverable`; then :meth:`close_log` with BREACH is the way
        on.
        """
        with sequencer_lock(self.database):
            return recovery.recover(self)

    def audit_files(self, session: Session, holdings: rounds.Holdings) -> list[audit.Fault]:
        """Everything wrong with the rounds of hash renewal, every file they bound hashed again."""
        return audit.audit_rounds(self, session, holdings)

    def audit(self, session: Session) -> list[audit.Fault]:
        """Everything wrong with the stored log, each fault by name."""
        return audit.audit(self, session)

    # Proving

    def receipt_files(self, session: Session, reference: str) -> ReceiptFiles:
        """Everything a holder of the receipt needs offline; the proof is None while it is being sequenced."""
        return handed_out.receipt_files(session, reference)

    def receipts_files(self, session: Session, references: Sequence[str]) -> dict[str, ReceiptFiles]:
        """The same of many receipts, by reference, all asked for at once."""
        return handed_out.receipts_files(session, references)

    def with_proofs(self, session: Session, records: Sequence[tuple[str, str]]) -> list[dict[str, str | None]]:
        """Records by their words and their receipts' references, with the receipts and their proofs, all asked for at once."""
        return handed_out.with_proofs(session, records)

    def checkpoint(self, session: Session, log: str | None = None) -> bytes | None:
        """The newest checkpoint with its cosignatures, of the open log or of the one named."""
        return handed_out.checkpoint(session, log)

    def tile(
        self, session: Session, level: int, index: int, width: int | None = None, log: str | None = None
    ) -> bytes | None:
        """A tile of a signed tree as C2SP tlog-tiles serves it, None when there is none; ``width`` None asks for a full
        one.
        """
        return handed_out.tile(session, level, index, width, log)

    def entry_bundle(
        self, session: Session, index: int, width: int | None = None, log: str | None = None
    ) -> bytes | None:
        """An entry bundle of a signed tree, None when there is none."""
        return handed_out.entry_bundle(session, index, width, log)

    def log_public_key_vkey(self, log: str | None = None) -> str:
        """The log's key in one line."""
        with self.database.read() as session:
            return log_key(handed_out.required_log(session, log)).vkey

    def log_vkeys(self) -> list[str]:
        """The keys of all logs, oldest first: old proofs stay valid."""
        with self.database.read() as session:
            return [log_key(log).vkey for log in session.execute(select(Log).order_by(Log.opened_at)).scalars()]

    def log_public_pem(self, log: str | None = None) -> str:
        """The log's key as PEM, for ``openssl pkeyutl``."""
        with self.database.read() as session:
            return handed_out.public_pem(log_key(handed_out.required_log(session, log)))

    def tsa_ca_pem(self) -> str:
        """The root of the notary's authority as PEM, for ``openssl ts -verify -CAfile``."""
        with self.database.read() as session:
            return handed_out.certificate_pem(self.authority.root(session))

    def tsa_512_pem(self) -> str | None:
        """The root of the authority that stamps statements of hash renewal as PEM, once there is one."""
        with self.database.read() as session:
            key = active_key(session, KeyUse.AUTHORITY_512)
            return None if key is None else handed_out.certificate_pem(self.authority_512.root(session))

    def statement_files(self, session: Session, number: int) -> dict[str, bytes]:
        """Statement and tokens of a round of hash renewal that has ended, by name; nothing for another."""
        return renewal_proofs.statement_files(session, number)

    def time_authority(self, session: Session) -> TimeAuthority:
        """The notary's own RFC 3161 authority. Raises ``LookupError`` before :meth:`establish`."""
        return self._time_authority(session, KeyUse.TIME, KeyUse.AUTHORITY)

    def time_authority_512(self, session: Session) -> TimeAuthority:
        """The authority that stamps statements of hash renewal. Raises ``LookupError`` before the first."""
        return self._time_authority(session, KeyUse.TIME_512, KeyUse.AUTHORITY_512)

    def _time_authority(self, session: Session, time: KeyUse, above: KeyUse) -> TimeAuthority:
        return self._authority_of(active_keys(session, time, above), time, above)

    def _authority_of(self, keys: Mapping[KeyUse, SigningKey], time: KeyUse, above: KeyUse) -> TimeAuthority:
        key, root = keys.get(time), keys.get(above)
        if key is None or key.certificate is None or root is None or root.certificate is None:
            raise LookupError("the authority has not been established")
        return TimeAuthority(self.vault, key.id, key.certificate, root.certificate)

    def seal_key(self) -> SigningKey:
        """The key of the seal with its certificate, made when there is none, or when that one's certificate soon ends: nothing is
        sealed after it. What was sealed before stays sealed.
        """
        self.establish()
        # Courts that open together make one key.
        with sequencer_lock(self.database), self.database.write() as session:
            key, now = active_key(session, KeyUse.SEAL), self.clock.machine_now()
            return key if key and lasts(key.not_after, now) else self.authority.make_key(session, KeyUse.SEAL, now)
