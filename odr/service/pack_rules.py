"""The figures of service out of the rule pack a case was filed under."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from odr.docket.models import Case, Track
from odr.procedure.pack import RulePack
from odr.service.deemed import Rules
from odr.service.models import Packet
from odr.service.packets import RulesFor

if TYPE_CHECKING:
    from odr.procedure.court import Court

ANNOUNCEMENT = "announcement"


def rules_of_pack(pack: RulePack, track: Track) -> Rules:
    """Announcement days and whether announcement is open to the track (CPL 95, 283; CPI 140), zone and calendar (CPL 85)."""
    standard = Rules()
    window = pack.windows.rules.get(ANNOUNCEMENT)
    calendar, rolls = pack.working_calendar, pack.reckoning.rolls

    def last_day(day: date) -> date:
        return calendar.next_working(day) if rolls else day

    if window is None:
        return Rules(announcement_allowed=False, zone=pack.tz, last_day=last_day)
    home, abroad = window.variant(track.value), window.variant(track.value, abroad=True)
    return Rules(
        announcement_days=home.amount or standard.announcement_days,
        announcement_days_abroad=abroad.amount or standard.announcement_days_abroad,
        announcement_allowed=track.value in pack.announcement.tracks,
        zone=pack.tz,
        last_day=last_day,
    )


def rules_for(court: Court) -> RulesFor:
    """Gives a packet the rules of its case; the standard ones where there is no such case."""
    known: dict[tuple[str, str, Track], Rules] = {}

    def give(session: Session, packet: Packet) -> Rules:
        case = session.get(Case, packet.case_id)
        return Rules() if case is None else rules_of_case(case)

    def rules_of_case(case: Case) -> Rules:
        key = (case.pack_id, case.pack_version, case.track)
        if key not in known:
            known[key] = rules_of_pack(court.packs.get(case.pack_id, case.pack_version), case.track)
        return known[key]

    return give
