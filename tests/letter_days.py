"""What must hold of every letter that went out: the day of whatever its act asked of its addressee stands in it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.ground.text import LOCALES, last_day, write
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.models import Window, WindowState
from odr.procedure.time.written_working import text_from_json
from odr.service.models import Packet
from odr.service.sending.letter_words import LetterWords

ZONE = ZoneInfo("Asia/Shanghai")

WRITTEN = ("notice", "decision_served")
"""Letters that say in the act's words what one does about it; first letters have pages of their own."""


def days_missing(session: Session, case_id: int | None = None) -> tuple[int, list[str]]:
    """How many time limits were opened for whoever got a letter about it, and the letters that do not name the day.

    What was changed since is left out: the letter names the day that held when it was written.
    """
    seen, wrong = 0, []
    sent: set[tuple[int, int, int, str]] = set()
    packets = select(Packet).where(Packet.letter.in_(WRITTEN), Packet.party_id > 0).order_by(Packet.id)
    for packet in session.scalars(packets if case_id is None else packets.where(Packet.case_id == case_id)):
        about = (packet.case_id, packet.party_id, packet.entry_ids[0], packet.occasion)
        again = about in sent
        sent.add(about)
        for window in session.scalars(
            select(Window).where(Window.case_id == packet.case_id, Window.opened_by.in_(packet.entry_ids))
        ):
            limit = TIME_LIMITS[window.kind]
            if limit.nature not in (Nature.DUTY, Nature.REMEDY) or window.party_id not in (packet.party_id, None):
                continue
            changed = {"extensions", "suspensions"} & {k for k, v in window.working.items() if v}
            if window.due_at is None or window.halted_at is not None or changed or window.opened_at > packet.queued_at:
                continue
            if window.state in (WindowState.MET, WindowState.ENDED) and again:
                continue  # sent again when it had been done, or was asked no more: it says so
            if window.due_at <= packet.queued_at:
                continue  # sent again when the day had passed: nothing is asked any more
            seen += 1
            said = LetterWords.of(packet, ZONE)
            for locale in LOCALES:
                words = text_from_json(packet.what_next or {"text": ""}).render(locale)
                if write(last_day(window.due_at, ZONE), locale) not in words or (
                    said.due_on is None and said.within is None
                ):
                    wrong.append(f"{packet.occasion} ({locale}, {window.kind}, {window.due_at}): {words}")
    return seen, wrong
