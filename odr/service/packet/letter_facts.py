"""What a letter names besides its paper: the sum it is about, and the time limit with its day.

An act queues its packets before other rooms have answered it: what it makes due, and what it costs, is known only when it
is done. So the facts are added right after the act, in the same Sitting. A letter never sends its reader elsewhere for a
day: what the act opened or changed for its addressee stands in it with its last day, and what it calls them to with its hour.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Party
from odr.ground.text import T, Text, last_day, places
from odr.procedure.acts.windows import TIME_LIMITS, Nature, TimeLimit
from odr.procedure.models import Window
from odr.procedure.rules.base import in_words
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.time.changed_limits import take_changed
from odr.procedure.time.reckoning import reckon
from odr.procedure.time.written_working import text_from_json, text_to_json
from odr.service.sending.asked import asked_by

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting
    from odr.service.models import Packet

_NEW, _NAMED = "letters without their facts", "letters of this Sitting with their facts"


@dataclass(frozen=True)
class _Letter:
    """A packet whose facts come with its act, and its words: for everybody else, and for whoever gets a time limit."""

    packet: Packet
    what_next: Text | None
    when_due: Text | None
    when_held: Text | None
    when_off: Text | None
    has_day: bool
    """Whether its day, or the length that begins with its service, was known before the act."""


def remember(
    session: Session,
    packet: Packet,
    when_due: Text | None = None,
    when_held: Text | None = None,
    when_off: Text | None = None,
) -> None:
    """Note a packet whose facts are still to come, with its words for an addressee who gets a time limit by it, is called
    to come at one hour, or was called to an hour that does not hold any more.
    """
    words = text_from_json(packet.what_next) if packet.what_next else None
    has_day = packet.due_at is not None or packet.within is not None
    letter = _Letter(packet, words, when_due, when_held, when_off, has_day)
    session.info.setdefault(_NEW, []).append(letter)


def add_facts(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """Give the packets that the act has queued the time limits it opened or changed for their addressee, each with its
    day, and the sum. What follows in the same Sitting may change a day once more: then the letter names that one.
    """
    info, changed = sitting.session.info, take_changed(sitting.session)
    new, named = _of(info.pop(_NEW, []), case), _of(info.get(_NAMED, []), case)
    if not new and not (named and changed):
        return
    _name_hour(sitting, case, new, entry)
    windows = [w for w in sitting.windows(case) if w.due_at is not None]
    for letter in [*named, *new]:
        packet, party = letter.packet, case.party(letter.packet.party_id)
        own = [w for w in windows if _concerns(w, party, changed) and w.opened_by in packet.entry_ids]
        if letter in new:
            own += [w for w in windows if _concerns(w, party, changed) and w.id in changed]
            _name_sum(sitting, case, party, packet, entry)
        if letter in new or any(w.id in changed for w in own):
            _name_limits(letter, _in_order(own), sitting.pack(case).tz)
    info.setdefault(_NAMED, []).extend(new)


def _of(letters: Iterable[_Letter], case: Case) -> list[_Letter]:
    return [one for one in letters if one.packet.case_id == case.id and one.packet.party_id > 0]


def _name_hour(sitting: Sitting, case: Case, new: Iterable[_Letter], entry: DocketEntry) -> None:
    """Write into the packets of a summons when and where one comes, and into those of a hearing put off or moved which hour
    held until then.
    """
    _name_old_hour(sitting, case, new, entry)
    calls = [letter for letter in new if letter.when_held is not None]
    held = next(
        (
            one
            for one in sitting.court.hooks.ahead(sitting, [case.id] if calls else [])
            if one.called_by == entry.number
        ),
        None,
    )
    for letter in calls if held is not None else []:
        assert held is not None and letter.when_held is not None
        zone, off = sitting.pack(case).tz, letter.packet.off_at
        told: dict[str, Any] = {"at": held.at.astimezone(zone), "where": held.where}
        told |= {"off": off.astimezone(zone)} if off is not None and "off" in places(letter.when_held.msgid) else {}
        letter.packet.held_at = held.at
        letter.packet.what_next = text_to_json(Text(letter.when_held.msgid, {**letter.when_held.params, **told}))


def _name_old_hour(sitting: Sitting, case: Case, new: Iterable[_Letter], entry: DocketEntry) -> None:
    words = [letter for letter in new if letter.when_off is not None or "off" in _places(letter.when_held)]
    tells = (tell(sitting, case, entry) for tell in sitting.court.hooks.put_off) if words else ()
    off = next((hour for hour in tells if hour is not None), None)
    for letter in words if off is not None else []:
        assert off is not None
        letter.packet.off_at = off
        if letter.when_off is not None:
            at = off.astimezone(sitting.pack(case).tz)
            letter.packet.what_next = text_to_json(Text(letter.when_off.msgid, {**letter.when_off.params, "off": at}))


def _places(words: Text | None) -> Collection[str]:
    return places(words.msgid) if words is not None else ()


def _name_sum(sitting: Sitting, case: Case, party: Party, packet: Packet, entry: DocketEntry) -> None:
    amounts = (tell(sitting, case, party, packet.occasion, entry.number) for tell in sitting.court.hooks.sums)
    amount = next((one for one in amounts if one is not None), None)
    if amount is not None:
        packet.amount_minor, packet.currency = amount.minor, amount.currency


def _concerns(window: Window, party: Party, changed: Collection[int]) -> bool:
    """Whether a time limit is something for a party to act in: their own, one of everybody, or one the act names."""
    limit = TIME_LIMITS.get(window.kind)
    if limit is None:
        return False
    if limit.nature in (Nature.DUTY, Nature.REMEDY):
        return window.party_id in (party.id, None)
    return window.id in changed and window.party_id is None


def _in_order(windows: Iterable[Window]) -> list[Window]:
    """Each once; duties before remedies, and of several the one that ends first."""
    once = {window.id: window for window in windows}
    return sorted(once.values(), key=lambda w: (TIME_LIMITS[w.kind].nature is not Nature.DUTY, w.due_at, w.id))


def _name_limits(letter: _Letter, limits: Sequence[Window], zone: ZoneInfo) -> None:
    """Write the days of an addressee's time limits into their packet: the first as what it asks, all of them in words.

    What begins with the service itself has no day yet and comes first: its length stands at the top of the letter.
    """
    if not limits:
        return
    packet = letter.packet
    if not letter.has_day:
        packet.due_at, packet.limit_kind, packet.reckoned = limits[0].due_at, limits[0].kind, None
    days = [(TIME_LIMITS[w.kind], last_day(w.due_at, zone)) for w in limits if w.due_at is not None]
    packet.what_next = text_to_json(_with_days(letter.what_next, letter.when_due, days))


def _with_days(words: Text | None, when_due: Text | None, days: Sequence[tuple[TimeLimit, date]]) -> Text:
    """What one does about a letter, with the day of each time limit."""
    if when_due is not None and "limits" not in places(when_due.msgid):
        first = Text(when_due.msgid, {**when_due.params, "day": days[0][1]})
        return first if len(days) == 1 else T("%(first)s %(more)s", first=first, more=_all(days[1:]))
    if when_due is not None:
        return Text(when_due.msgid, {**when_due.params, "limits": _all(days)})
    return _all(days) if words is None else T("%(first)s %(more)s", first=_all(days), more=words)


def _all(days: Sequence[tuple[TimeLimit, date]]) -> Text:
    """One sentence for each time limit."""
    first, *others = [asked_by(limit.ask, limit.nature is Nature.DUTY, day) for limit, day in days]
    for one in others:
        first = T("%(first)s %(more)s", first=first, more=one)
    return first


def begins_with(sitting: Sitting, case: Case, party: Party, kind: str, amount: int | None = None) -> dict[str, Any]:
    """Columns of a packet with whose service a time limit begins: its kind, its length, and how its last day is reckoned,
    with the day if it arrives today. Empty where the procedure knows no such time limit. ``amount`` is a length other than
    that of the rules.
    """
    limit, pack = TIME_LIMITS[kind], sitting.pack(case)
    length = length_of(pack, limit, case, party, amount)
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
                amount,
            )
        ),
    }


def length_of(pack: RulePack, limit: TimeLimit, case: Case, party: Party, amount: int | None = None) -> Text | None:
    """How long a time limit is in a case for a party; None where the procedure knows no such one, or no length of it."""
    rule = pack.windows.rules.get(limit.rule or limit.kind)
    own = rule.variant(case.track.value, abroad=party.abroad) if rule is not None else None
    if rule is None or own is None or not own.available or rule.before or not own.amount:
        return None
    return in_words(amount or own.amount, own.unit or rule.unit)


def day_if_served(
    pack: RulePack, rule: str, case: Case, party: Party, now: datetime, amount: int | None = None
) -> date | None:
    """The last day of a time limit that begins with service at this moment; None where the rules have no such limit."""
    try:
        end = reckon(pack, rule, now, track=case.track.value, abroad=party.abroad, amount=amount).due_at
    except NoSuchRule:
        return None
    return last_day(end, pack.tz)


def with_day(
    words: Text, pack: RulePack, rule: str, case: Case, party: Party, now: datetime, amount: int | None = None
) -> Text:
    """How a last day is reckoned, and which day it is if the letter arrives on the day it is sent; while the case is stayed
    nobody knows it.
    """
    last, today = day_if_served(pack, rule, case, party, now, amount), now.astimezone(pack.tz).date()
    if last is None or case.stayed_at is not None:
        return words
    return T(
        "%(words)s If it reaches you on %(today)s, the time ends with %(last)s.", words=words, today=today, last=last
    )
