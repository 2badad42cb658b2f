"""The worker: sends what acts queued and performs what time makes due.

Every step is idempotent and leased, so several workers may run, and none need run
for a deadline to hold: an act performs what is due on its case before itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import select

from odr.docket.models import Case
from odr.ground.background import told_to_stop
from odr.ground.memory.built_once import built_once
from odr.ground.silence import outward
from odr.ground.unavailable import breach_of
from odr.notary.check.alarms import Kind, alarms
from odr.notary.notary import Notary
from odr.notary.time.attest import Outcome
from odr.operations.listening import Listener
from odr.procedure.outages.heart import Heart
from odr.procedure.outages.ledger import WORKER
from odr.procedure.receipt_files import all_holdings
from odr.procedure.sitting import Sitting

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.operations.worker")
BATCH = 256
HOUR = 3600.0
QUIET = 5.0
"""Seconds between rounds while there is no work, no hearing is held and notifications come through: what only time makes due, and what
none came of, waits no longer.
"""


class Hourly:
    """What this process does or says at once and every hour it lasts, or as soon as it is otherwise."""

    def __init__(self) -> None:
        self._last: dict[Hashable, tuple[object, float]] = {}

    def is_due(self, about: Hashable, state: object = True) -> bool:
        """Whether it is new, stands otherwise than last time, or an hour has passed; it counts as said then."""
        before, at = self._last.get(about, (None, 0.0))
        if state == before and time.monotonic() - at < HOUR:
            return False
        self._last[about] = state, time.monotonic()
        return True

    def is_over(self, about: Hashable) -> bool:
        """It does not last any more; whether it did before."""
        return self._last.pop(about, None) is not None


_of_notary: WeakKeyDictionary[Notary, Hourly] = WeakKeyDictionary()


def _hourly(notary: Notary) -> Hourly:
    return _of_notary.setdefault(notary, Hourly())


def sweep_windows(court: Court, batch: int = BATCH) -> int:
    """Perform the clock's acts on every case with something due, ``batch`` cases in a Sitting; returns acts performed.

    A case on which that cannot be done holds up no other: where a Sitting of several fails, each gets one of its own, and
    what fails again is told and waits for the next round.
    """
    performed, failed = 0, set[int]()
    while True:
        before = len(failed)
        try:
            due, done = _perform_due(court, batch, failed)
        except Exception as error:
            if breach_of(error) is not None:
                raise
            due, done = _perform_due_each(court, batch, failed)
        performed += done
        # What waits until the ledger of outages is written stays due, and is no reason to go round for ever.
        waits = not done and len(failed) == before
        if due < batch or waits:
            _tell_waiting(court, at_least=due if waits else 0)
            return performed


def _due(court: Court, sitting: Sitting, batch: int, but: Collection[int]) -> Sequence[Case]:
    now, known = sitting.now, sorted(but)
    return sitting.session.scalars(
        built_once(
            lambda: (
                select(Case)
                .where(Case.next_due_at < now, Case.id.not_in(known))
                .order_by(Case.next_due_at, Case.id)
                .limit(batch)
                .with_for_update(skip_locked=True)
            )
        )
    ).all()


def _perform_due(court: Court, batch: int, but: Collection[int]) -> tuple[int, int]:
    """What is due on so many cases, in one Sitting: how many there were, and how many acts were performed."""
    with court.sit() as sitting:
        due = _due(court, sitting, batch, but)
        return len(due), sum(sitting.perform_due(case) for case in due)


def _perform_due_each(court: Court, batch: int, failed: set[int]) -> tuple[int, int]:
    """The same, each case in a Sitting of its own; what fails is added to ``failed``."""
    with court.sit() as sitting:
        numbers = [case.id for case in _due(court, sitting, batch, failed)]
    performed = 0
    for number in numbers:
        try:
            with court.sit() as sitting:
                locked = select(Case).where(Case.id == number).with_for_update(skip_locked=True)
                case = sitting.session.scalar(locked)
                performed += sitting.perform_due(case) if case is not None else 0
        except Exception as error:
            if breach_of(error) is not None:
                raise
            failed.add(number)
            if _hourly(court.notary).is_due(("case", number)):
                log.exception("what is due on case %s could not be done; it is tried again in every round", number)
    return len(numbers), performed


def _tell_waiting(court: Court, *, at_least: int) -> None:
    """Say that time limits have ended of which nothing follows yet."""
    hourly = _hourly(court.notary)
    if not at_least:
        hourly.is_over("limits")
    elif hourly.is_due("limits"):
        log.warning(
            "a time limit has ended in %s cases at least and nothing follows yet: the ledger of outages comes first "
            "(`flask outage list`; docs/operators.md)",
            at_least,
        )


def work_once(court: Court, *, comes_again: bool = True) -> dict[str, int]:
    """One round of everything; each step's failure is logged and stops no other. Where no other follows in this process, it waits
    for the log that somebody has in hand: a thread of its own would end with it, and leave what it took in without a signature.
    """
    done: dict[str, int] = {}
    for name, step in {"windows": sweep_windows, **court.hooks.sweeps}.items():
        try:
            done[name] = step(court)
        except Exception:
            log.exception("the step %s failed; it is tried again in the next round", name)
    watch_clock(court)
    done["log"] = court.sequence_now(wait=not comes_again)
    tell_alarms(court)
    done["witnesses"] = attest(court)
    done["renewals"] = renew(court)
    done["hash_renewal"] = renew_hashes(court)
    return done


def watch_clock(court: Court) -> None:
    """Note where the machine's clocks stand, so that one that is set is noticed by every process."""
    watch = getattr(court.clock, "watch", None)
    if watch is not None:
        try:
            watch.see()
        except Exception:
            log.exception("where the machine's clocks stand could not be noted; it is tried again in the next round")


def tell_alarms(court: Court) -> None:
    """Say what keeps the log from proving, at once and every hour it lasts."""
    try:
        with court.database.read() as session:
            found = alarms(court.notary, session)
    except Exception:
        log.exception("what stands in the way of proofs could not be asked; the check-up says more")
        return
    hourly, now = _hourly(court.notary), {one.kind for one in found}
    for kind in Kind:
        if kind not in now and hourly.is_over(kind):
            log.warning("what kept the log from proving is over (%s)", kind.value)
    for one in found:
        if hourly.is_due(one.kind):
            log.critical(
                "the log cannot prove all that is acknowledged (%s); the check-up says how to mend it", one.kind.value
            )


@outward
def attest(court: Court) -> int:
    """Ask outside witnesses and time authorities about the newest tree head; returns how many attested it.

    Who did not is told once, and again every hour it lasts; a refusal is an alarm, and signing has stopped.
    """
    if not court.notary.witnesses and not court.notary.timestampers:
        return 0
    try:
        outcomes = court.notary.attest()
    except Exception:
        log.exception("no witness could be asked; it is tried again in the next round")
        return 0
    hourly = _hourly(court.notary)
    for outcome in outcomes:
        about = "witness", outcome.who
        if hourly.is_over(about) if outcome.done else hourly.is_due(about, outcome.attested):
            _tell(outcome)
    return sum(outcome.done for outcome in outcomes)


def _tell(outcome: Outcome) -> None:
    facts = {"facts": {"who": outcome.who, "status": outcome.status}}
    if outcome.refusal is not None:
        refused = outcome.refusal
        log.critical(
            "the witness %s refused the tree head of %s entries of log %s with %s, knowing %s; nothing is signed until an operator answers for it",
            *(refused.witness, refused.size, refused.log, refused.status, refused.known),
            extra=facts,
        )
    elif not outcome.done:
        log.warning("%s has not attested the newest tree head; it is asked again every round", outcome.who, extra=facts)
    else:
        log.warning("%s attests tree heads again", outcome.who, extra=facts)


@outward
def renew(court: Court) -> int:
    """Renew time tokens before their certificates end; looked for once an hour."""
    if not _hourly(court.notary).is_due("renewal"):
        return 0
    try:
        done, wrong = court.notary.renew()
    except Exception:
        log.exception("time tokens could not be renewed; it is tried again in an hour")
        return 0
    if wrong:
        # Why stands in what others wrote, which no line of this log may carry: the command and the check-up say it.
        log.warning("%s time tokens could not be renewed; `flask log renew` says why", len(wrong))
    return done


def renew_hashes(court: Court) -> int:
    """Carry on a round of hash renewal, if the operator has begun one, for about a second; returns how much was bound."""
    try:
        return court.notary.advance_round(partial(all_holdings, court))
    except Exception:
        log.exception(
            "the round of hash renewal could not be carried on; it is tried again in the next round of the worker"
        )
        return 0


def _is_something_going_on(court: Court) -> bool:
    try:
        return any(goes_on(court) for goes_on in court.hooks.going_on)
    except Exception:
        log.exception("whether a hearing is on is not known; the next round comes as if one were")
        return True


def run(
    court: Court,
    *,
    every: float = 1.0,
    quiet: float = QUIET,
    stop: threading.Event | None = None,
    listener: Listener | None = None,
) -> None:
    """Work until told to stop: a round ``every`` so many seconds while there is work, or something goes on that is looked at as
    often. Else, where PostgreSQL tells of new work, the next one begins with the notification, or after ``quiet`` seconds
    without one.
    """
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        told_to_stop(stop)
    heart = Heart(court, WORKER)
    heart.beat_if_due()
    beating = heart.start(stop)
    listener = listener or Listener(court.database)
    try:
        while not stop.is_set():
            # Listened for first: what is committed during the round is told of, or the round sees it.
            hears = listener.open()
            done = work_once(court)
            ended = time.monotonic()
            if any(done.values()):
                log.info("worked: %s", {k: v for k, v in done.items() if v})
            elif hears and not _is_something_going_on(court):
                listener.wait(quiet, stop)
            # However much is told of, one round does it all: the next begins no sooner.
            stop.wait(max(0.0, ended + every - time.monotonic()))
    finally:
        stop.set()
        listener.close()
        if beating is not None:
            beating.join()
