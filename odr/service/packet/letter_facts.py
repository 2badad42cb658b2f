"""What a letter names besides its paper: the sum it is about, and the time limit with its day.

An act queues its packets before other rooms have answered it: what it makes due, and what it costs, is known only when it
is done. So the facts are added right after the act, in the same Sitting.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Party
from odr.ground.text import T, Text
from odr.procedure.acts.windows import TIME_LIMITS, Nature, TimeLimit
from odr.procedure.models import Window
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.time.reckoning import reckon
from odr.procedure.time.written_working import text_to_json

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting
    from odr.service.models import Packet

_NEW = "packets without their facts"


def remember(session: Session, packet: Packet) -> None:
    """Note a packet whose facts are still to come."""
    session.info.setdefault(_NEW, []).append(packet)


def add_facts(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """Give the packets that the act has queued the time limit it opened for their addressee, and the sum."""
    queued: list[Packet] = sitting.session.info.pop(_NEW, [])
    mine = [packet for packet in queued if packet.case_id == case.id and packet.party_id > 0]
    if not mine:
        return
    opened = [w for w in sitting.windows(case) if w.opened_by == entry.number and w.due_at is not None]
    for packet in mine:
        party = case.party(packet.party_id)
        limit = _first([w for w in opened if w.party_id == party.id])
        if packet.due_at is None and limit is not None:
            packet.due_at, packet.limit_kind, packet.reckoned, packet.within = limit.due_at, limit.kind, None, None
        amounts = (tell(sitting, case, party, packet.occasion, entry.number) for tell in sitting.court.hooks.sums)
        amount = next((one for one in amounts if one is not None), None)
        if amount is not None:
            packet.amount_minor, packet.currency = amount.minor, amount.currency


def _first(windows: list[Window]) -> Window | None:
    """A duty before a remedy, and of several the one that ends first."""
    known = [(TIME_LIMITS.get(w.kind), w) for w in windows]
    asked = [(limit, w) for limit, w in known if limit is not None and limit.ask is not None]
    asked.sort(key=lambda pair: (pair[0].nature is not Nature.DUTY, pair[1].due_at))
    return asked[0][1] if asked else None


def begins_with(sitting: Sitting, case: Case, party: Party, kind: str) -> dict[str, Any]:
    """Columns of a packet with whose service a time limit begins: its kind, its length, and how its last day is reckoned,
    with the day if it arrives today. Empty where the procedure knows no such time limit.
    """
    limit, pack = TIME_LIMITS[kind], sitting.pack(case)
    length = length_of(pack, limit, case, party)
    if length is None:
        return {}
    return {
        "limit_kind": kind,
        "within": text_to_json(length),
        "reckoned": text_to_json(
            with_day(
                T(
                    "The time to do this is %(length)s, counted from the day after this letter is served on you.",
                    length=length,
                ),
                pack,
                limit.rule or kind,
                case,
                party,
                sitting.now,
            )
        ),
    }


def length_of(pack: RulePack, limit: TimeLimit, case: Case, party: Party) -> Text | None:
    """How long a time limit is in a case for a party; None where the procedure knows no such one, or no length of it."""
    from odr.service.rules import UNITS

    rule = pack.windows.rules.get(limit.rule or limit.kind)
    own = rule.variant(case.track.value, abroad=party.abroad) if rule is not None else None
    if rule is None or own is None or not own.available or rule.before or not own.amount:
        return None
    return Text(UNITS[own.unit or rule.unit], {"count": own.amount})


def last_day(pack: RulePack, rule: str, case: Case, party: Party, now: datetime) -> date | None:
    """The last day of a time limit that begins with service at this moment; None where the rules have no such limit."""
    try:
        end = reckon(pack, rule, now, track=case.track.value, abroad=party.abroad).due_at
    except NoSuchRule:
        return None
    # An end at midnight still belongs to the day before.
    return (end - timedelta(microseconds=1)).astimezone(pack.tz).date()


def with_day(words: Text, pack: RulePack, rule: str, case: Case, party: Party, now: datetime) -> Text:
    """How a last day is reckoned, and which day it is if the letter arrives on the day it is sent."""
    last, today = last_day(pack, rule, case, party, now), now.astimezone(pack.tz).date()
    if last is None:
        return words
    return T(
        "%(words)s If it reaches you on %(today)s, the time ends with %(last)s.", words=words, today=today, last=last
    )
