"""What a docket says of one case for the statistics: when it came, when and how it ended, who was waited for. Pure.

Everything is read from the entries as they were recorded, in their order; no other row of the case is asked, so the same
docket always gives the same facts.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from odr.docket.models import Stage
from odr.filing import names as filing
from odr.ground.text import T, Text
from odr.judgment import names as judgment
from odr.judgment.vocabulary import MotionKind, OrderKind
from odr.payments import names as payments
from odr.payments.fee.fee_computation import NO_FEE
from odr.procedure.acts.table import Milestone, acts_that_mean
from odr.service import names as service
from odr.settlement import names as settlement


class Ending(enum.Enum):
    """How a case ended for the first time."""

    GRANTED = "granted"  # judgment: nothing that was asked for is refused
    IN_PART = "in_part"  # judgment: something is granted and something refused
    REFUSED = "refused"  # judgment: nothing is granted
    DEFAULT = "default"  # judgment against somebody who never appeared, whatever it orders
    SETTLED = "settled"  # a mediation statement, or an agreement with which the claim is taken back
    WITHDRAWN = "withdrawn"  # taken back, or deemed so because nobody paid or came
    OTHERWISE = "otherwise"  # not accepted, dismissed by ruling, sent to another court, joined with another case

    @property
    def label(self) -> Text:
        """The ending in words."""
        return ENDING_WORDS[self]


ENDING_WORDS = {
    Ending.GRANTED: T("Judgment: all of it granted"),
    Ending.IN_PART: T("Judgment: granted in part"),
    Ending.REFUSED: T("Judgment: nothing granted"),
    Ending.DEFAULT: T("Judged in default"),
    Ending.SETTLED: T("Settled"),
    Ending.WITHDRAWN: T("Claim taken back"),
    Ending.OTHERWISE: T("Otherwise"),
}


class Waited(enum.Enum):
    """For whom a case waited on a day."""

    COURT = "court"  # the registry reviews, or the decision is drafted
    SERVICE = "service"  # accepted, and the claim has reached no respondent yet
    PARTIES = "parties"  # to correct the claim, to answer, to bring evidence
    EXAMINATION = "examination"  # both sides and the court examine and hear together
    OUTSIDE = "outside"  # the case stands still for something that is decided elsewhere, or for somebody's sake

    @property
    def label(self) -> Text:
        """For whom, in words."""
        return WAITED_WORDS[self]


WAITED_WORDS = {
    Waited.COURT: T("The court"),
    Waited.SERVICE: T("Service and post"),
    Waited.PARTIES: T("The parties"),
    Waited.EXAMINATION: T("Examination and hearing"),
    Waited.OUTSIDE: T("A standstill"),
}
WAITS_AT = {
    Stage.LODGED: Waited.COURT,
    Stage.RETURNED: Waited.PARTIES,
    Stage.HEARING: Waited.EXAMINATION,
    Stage.DELIBERATION: Waited.COURT,
}
ENDED_AT = frozenset({Stage.PRONOUNCED, Stage.EFFECTIVE, Stage.CLOSED})
SETTLING = frozenset({settlement.SIGN_STATEMENT, settlement.ALLOW_AGREED_WITHDRAWAL})
WITHDRAWING = frozenset({filing.WITHDRAW_CLAIM, filing.RULE_ON_WITHDRAWAL, payments.DEEM_WITHDRAWN})
NOT_SERVED = "not_served"


class Entry(NamedTuple):
    """An entry as far as it is counted."""

    act: str
    at: datetime
    payload: Mapping[str, Any]


@dataclass
class Facts:
    """One case. Days are the court's; sums minor units of one currency, what was paid of court fees together."""

    filed: str | None = None
    ended: str | None = None
    how: str | None = None
    appeals: int = 0
    outcomes: list[tuple[str, str]] = field(default_factory=list)
    """What the higher court did, with the day it was recorded here."""
    services: list[tuple[str, str, bool]] = field(default_factory=list)
    """Day, channel, and whether the paper counts as served, once for each packet: the newest conclusion."""
    paid: list[tuple[str, int]] = field(default_factory=list)
    """What came in of court fees; fines, copies and what experts are paid are none. What was booked before the entries named what it
    was for counts as a fee.
    """
    relief: list[tuple[str, bool]] = field(default_factory=list)
    waited: dict[str, int] = field(default_factory=dict)
    """Days from filing to the first ending, by whom they were waited for."""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def facts_of(entries: Iterable[Entry], zone: ZoneInfo) -> Facts:
    """The facts of one docket, in one pass. What never was a claim before this court (mediation before filing, preservation
    alone) has no day of filing and is counted nowhere.
    """
    found, days = Facts(), _Days()
    services: dict[str, tuple[str, str, bool]] = {}
    for entry in entries:
        day = entry.at.astimezone(zone).date()
        stage, result = entry.payload.get("stage") or {}, entry.payload.get("result") or {}
        after = Stage(stage["after"]) if "after" in stage else None
        if found.filed is None and after is Stage.LODGED:
            found.filed = day.isoformat()
            days.begin(day)
        if found.filed is None:
            continue
        if found.ended is None:
            days.pass_entry(entry, day, after)
            if after in ENDED_AT and Stage(stage["before"]) not in ENDED_AT:
                found.ended, found.how = day.isoformat(), _how(entry, result).value
                found.waited = {who.value: count for who, count in days.counted.items() if count}
        _add(found, services, entry, day, result)
    found.services = sorted(services.values())
    return found


def _how(entry: Entry, result: Mapping[str, Any]) -> Ending:
    if entry.act == judgment.ISSUE_DECISION:
        return judged(result)
    if entry.act in SETTLING:
        return Ending.SETTLED
    return Ending.WITHDRAWN if entry.act in WITHDRAWING else Ending.OTHERWISE


def judged(result: Mapping[str, Any]) -> Ending:
    """What a judgment comes to: by its orders, one of which may say that everything else is refused."""
    if result.get("by_default"):
        return Ending.DEFAULT
    kinds = {order["kind"] for order in result.get("orders", ())}
    refused = OrderKind.DISMISS.value in kinds
    if not refused:
        return Ending.GRANTED
    return Ending.IN_PART if len(kinds) > 1 else Ending.REFUSED


def _add(
    found: Facts, services: dict[str, tuple[str, str, bool]], entry: Entry, day: date, result: Mapping[str, Any]
) -> None:
    given, on = entry.payload.get("input") or {}, day.isoformat()
    if entry.act == judgment.APPEAL_DECISION:
        found.appeals += 1
    elif entry.act == judgment.RECORD_APPEAL_OUTCOME:
        found.outcomes.append((on, str(given["outcome"])))
    elif entry.act == service.RECORD_SERVICE and result.get("channel") and given.get("packet"):
        services[given["packet"]] = (on, str(result["channel"]), given.get("conclusion") != NOT_SERVED)
    elif entry.act == payments.RECORD_PAYMENT and result.get("matter") not in NO_FEE:
        found.paid.append((on, int(given["amount"]["minor"])))
    elif entry.act == payments.DECIDE_RELIEF:
        found.relief.append((on, result.get("decision") == "grant"))


class _Days:
    """Days of a case by whom they were waited for: each day belongs to who was waited for when it began."""

    def __init__(self) -> None:
        self.counted: dict[Waited, int] = dict.fromkeys(Waited, 0)
        self._since: date | None = None
        self._stage, self._served, self._still = Stage.LODGED, False, False
        self._asked: dict[str, str] = {}

    def begin(self, day: date) -> None:
        """The day of filing."""
        self._since = day

    def pass_entry(self, entry: Entry, day: date, after: Stage | None) -> None:
        """Count the days up to an entry, then take what it changes."""
        if self._since is not None:
            self.counted[self._who()] += (day - self._since).days
        self._since = day
        if after is not None:
            self._stage = after
        given, result = entry.payload.get("input") or {}, entry.payload.get("result") or {}
        if entry.act == service.RECORD_SERVICE and given.get("conclusion") != NOT_SERVED:
            self._served = self._served or str(result.get("party", "")).startswith("respondent")
        if entry.act in acts_that_mean(Milestone.RULING_ASKED):
            self._asked[str(result.get("motion"))] = str(given.get("kind"))
        elif entry.act in acts_that_mean(Milestone.RULING_GIVEN) and given.get("result") != "refused":
            kind = self._asked.get(str(given.get("motion"))) or given.get("kind")
            self._still = kind == MotionKind.STAY.value or (self._still and kind != MotionKind.RESUME.value)

    def _who(self) -> Waited:
        if self._still:
            return Waited.OUTSIDE
        if self._stage is Stage.PENDING:
            return Waited.PARTIES if self._served else Waited.SERVICE
        return WAITS_AT.get(self._stage, Waited.COURT)
