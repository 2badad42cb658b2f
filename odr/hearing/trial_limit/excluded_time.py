"""Time that does not count towards the trial limit, read from what the docket and the register of service show (CPI
243; CPL 153).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry
from odr.filing import names as filing_names
from odr.ground.memory.built_once import built_once
from odr.hearing import names
from odr.procedure.acts.table import Milestone, acts_that_mean
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.limitation import Excluded
from odr.service.models import Packet, ServiceFact
from odr.service.vocabulary import FactKind

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from odr.procedure.sitting import Sitting

STAY, JURISDICTION, ANNOUNCEMENT, MEDIATION = "stay", "jurisdiction", "announcement", "extended_mediation"
ORDERED = ("appraisal", "settlement")
"""Grounds of which an order of the judge may say from when to when: an appraisal made outside this court's record too.
"""
APPRAISAL = "appraisal"
ON_APPRAISAL = (names.APPOINT_EXPERT, names.UNDERTAKE_APPRAISAL, names.SUBMIT_REPORT, names.END_APPRAISAL)
ON_JURISDICTION = (
    filing_names.OBJECT_TO_JURISDICTION,
    filing_names.RULE_ON_JURISDICTION,
    filing_names.APPEAL_JURISDICTION,
    filing_names.RECORD_JURISDICTION_APPEAL,
)
OF_OTHERS = (
    Milestone.RULING_ASKED,
    Milestone.RULING_GIVEN,
    Milestone.MEDIATION_LENGTHENED,
    Milestone.MEDIATION_ENDED,
)
"""What acts of other rooms say about time that does not count."""


def _acts() -> tuple[str, ...]:
    return (names.EXCLUDE_TIME, *ON_JURISDICTION, *ON_APPRAISAL, *acts_that_mean(*OF_OTHERS))


@dataclass(frozen=True)
class Mark:
    """Something that begins or ends a span, in the order of the docket."""

    ground: str
    begins: bool
    at: datetime


def spans(marks: Iterable[Mark], now: datetime) -> list[Excluded]:
    """From marks to spans: a second beginning changes nothing, an end without a beginning neither; what still runs is
    excluded up to now.
    """
    since: dict[str, datetime] = {}
    found = []
    for mark in marks:
        if mark.begins:
            since.setdefault(mark.ground, mark.at)
        elif mark.ground in since:
            found.append(Excluded(mark.ground, since.pop(mark.ground), mark.at))
    return [*found, *(Excluded(ground, begun, max(begun, now)) for ground, begun in since.items())]


def ordered_span(ground: str, from_on: date, until_on: date, zone: ZoneInfo) -> Excluded:
    """Whole days, both counted."""
    return Excluded(ground, datetime.combine(from_on, time(), zone), datetime.combine(until_on, time(23, 59, 59), zone))


def _marks(entries: list[tuple[str, datetime, dict[str, Any]]]) -> list[Mark]:
    asked: dict[str, str] = {}
    asks, gives = acts_that_mean(Milestone.RULING_ASKED), acts_that_mean(Milestone.RULING_GIVEN)
    ruled: datetime | None = None
    found = []
    for act, at, payload in entries:
        given, result = payload["input"], payload.get("result") or {}
        if act in asks:
            asked[str(result.get("motion"))] = str(given.get("kind"))
        elif act in gives and given.get("result") != "refused":
            kind = asked.get(str(given.get("motion"))) or given.get("kind")
            if kind in ("stay", "resume"):
                found.append(Mark(STAY, kind == "stay", at))
        elif act == names.APPOINT_EXPERT:
            found.append(Mark(APPRAISAL, True, at))
        elif act in (names.SUBMIT_REPORT, names.END_APPRAISAL) or (
            act == names.UNDERTAKE_APPRAISAL and given.get("answer") == "decline"
        ):
            found.append(Mark(APPRAISAL, False, at))
        elif act == filing_names.APPEAL_JURISDICTION:
            # The ruling had no effect yet: what was excluded until it goes on until the higher court has ruled.
            found.append(Mark(JURISDICTION, True, ruled or at))
        elif act in ON_JURISDICTION:
            ruled = at if act == filing_names.RULE_ON_JURISDICTION else ruled
            found.append(Mark(JURISDICTION, act == filing_names.OBJECT_TO_JURISDICTION, at))
    return found


def lengthened(entries: Iterable[tuple[str, datetime, dict[str, Any]]], now: datetime) -> list[Excluded]:
    """The days by which a mediation was prolonged, as far as it lasted: they do not count (OMR 24).

    Only when it was prolonged and when it ended is read, never what was said in it.
    """
    longer, ended = acts_that_mean(Milestone.MEDIATION_LENGTHENED), acts_that_mean(Milestone.MEDIATION_ENDED)
    running: tuple[datetime, datetime] | None = None
    found = []
    for act, at, payload in entries:
        if act in longer:
            result = payload["result"]
            before, until = datetime.fromisoformat(result["from"]), datetime.fromisoformat(result["until"])
            running = (running[0] if running is not None else before, until)
        elif act in ended and running is not None:
            found.append((running[0], min(running[1], at)))
            running = None
    if running is not None:
        found.append((running[0], min(running[1], now)))
    return [Excluded(MEDIATION, begun, over) for begun, over in found if begun < over]


def excluded_times(
    session: Session, cases: Collection[Case], packs: dict[int, RulePack], now: datetime
) -> dict[int, list[Excluded]]:
    """Case → the spans that do not count towards its limit, for many cases in two queries."""
    ids = {case.id: case for case in cases if case.accepted_at is not None}
    entries: dict[int, list[tuple[str, datetime, dict[str, Any]]]] = {}
    acts = _acts()
    rows = built_once(
        lambda: (
            select(DocketEntry.case_id, DocketEntry.act, DocketEntry.effective_at, DocketEntry.payload)
            .where(DocketEntry.case_id.in_(ids), DocketEntry.act.in_(acts))
            .order_by(DocketEntry.case_id, DocketEntry.number)
        )
    )
    for case_id, act, at, payload in session.execute(rows):
        entries.setdefault(case_id, []).append((act, at, json.loads(payload)))
    found: dict[int, list[Excluded]] = {}
    for case_id, mine in entries.items():
        found[case_id] = [*spans(_marks(mine), now), *lengthened(mine, now)]
        orders = [payload["input"] for act, _, payload in mine if act == names.EXCLUDE_TIME]
        found[case_id] += [
            ordered_span(
                o["ground"], date.fromisoformat(o["from_on"]), date.fromisoformat(o["until_on"]), packs[case_id].tz
            )
            for o in orders
        ]
    for case_id, announced in _announced(session, ids, now):
        found.setdefault(case_id, []).append(announced)
    return {
        case_id: [span for span in each if span.ground in packs[case_id].trial_limits.exclusions]
        for case_id, each in found.items()
    }


def _announced(session: Session, cases: Collection[int], now: datetime) -> Iterable[tuple[int, Excluded]]:
    """From an announcement until it counts as served; the last posting of a packet counts (CPI 138)."""
    rows = built_once(
        lambda: (
            select(Packet.case_id, Packet.id, ServiceFact.at, Packet.effective_at)
            .join(ServiceFact, ServiceFact.packet_id == Packet.id)
            .where(Packet.case_id.in_(cases), ServiceFact.kind == FactKind.ANNOUNCED)
            .order_by(ServiceFact.id)
        )
    )
    last = {packet: (case_id, at, served) for case_id, packet, at, served in session.execute(rows)}
    for case_id, at, served in last.values():
        yield case_id, Excluded(ANNOUNCEMENT, at, max(at, served or now))


def excluded_of(sitting: Sitting, case: Case) -> list[Excluded]:
    """The spans of one case."""
    return excluded_times(sitting.session, [case], {case.id: sitting.pack(case)}, sitting.now).get(case.id, [])
