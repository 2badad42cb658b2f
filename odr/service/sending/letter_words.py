"""What a letter says of its packet in one line: the subject, what is asked by which day, and the facts to compare.

The same words stand in the mail, on paper, and on the page that the letter's code opens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from odr.ground.text import Money, ShortDay, ShortInstant, T, Text, last_day
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.time.written_working import text_from_json
from odr.service.sending.asked import asked_by

if TYPE_CHECKING:
    from odr.service.models import Packet


@dataclass(frozen=True)
class LetterWords:
    """A packet in words. ``what`` came, in which case, over which sum; what is asked of the addressee, and by when."""

    what: Text
    kind: Text
    sent_on: date
    case_number: str | None
    code: str
    amount: Money | None
    ask: Text | None
    is_duty: bool
    due_on: date | None
    within: Text | None
    held_at: datetime | None = None
    """When, by the court's clocks, that takes place to which the addressee is called."""
    off_at: datetime | None = None
    """When that was to take place which the letter puts off."""

    @classmethod
    def of(cls, packet: Packet, zone: ZoneInfo) -> LetterWords:
        """The words of a packet; days are the court's."""
        limit = TIME_LIMITS.get(packet.limit_kind) if packet.limit_kind else None
        due_on = None if packet.due_at is None else last_day(packet.due_at, zone)
        return cls(
            text_from_json(packet.title),
            packet.kind.label,
            packet.queued_at.astimezone(zone).date(),
            packet.case_number,
            packet.code,
            packet.amount,
            limit.ask if limit is not None else None,
            limit is not None and limit.nature is Nature.DUTY,
            due_on,
            text_from_json(packet.within) if packet.within and due_on is None else None,
            packet.held_at.astimezone(zone) if packet.held_at is not None else None,
            packet.off_at.astimezone(zone) if packet.off_at is not None else None,
        )

    def bare(self) -> LetterWords:
        """The same for an address where somebody else may be reading: nothing of the case, and no sum."""
        return replace(self, what=T("A paper of the court for you"), case_number=None, amount=None)

    @property
    def where(self) -> Text | str:
        """The case, or the code where the case has no number or must not be named."""
        return self.case_number or T("letter code %(code)s", code=self.code)

    @property
    def subject(self) -> Text:
        """The subject line: what to do by when, what came, in which case."""
        what, where, ask = self.what, self.where, self.ask
        if self.held_at is not None:
            return T(
                "Please attend on %(at)s: %(what)s, %(where)s", at=ShortInstant(self.held_at), what=what, where=where
            )
        if self.off_at is not None:
            return T("%(what)s (hearing of %(off)s), %(where)s", what=what, off=ShortInstant(self.off_at), where=where)
        if ask is not None and self.due_on is not None:
            day = ShortDay(self.due_on)
            return (
                T("Please %(ask)s by %(day)s: %(what)s, %(where)s", ask=ask, day=day, what=what, where=where)
                if self.is_duty
                else T("%(what)s, %(where)s: you can %(ask)s until %(day)s", ask=ask, day=day, what=what, where=where)
            )
        if ask is not None and self.within is not None:
            length = self.within
            return (
                T(
                    "Please %(ask)s within %(length)s: %(what)s, %(where)s",
                    ask=ask,
                    length=length,
                    what=what,
                    where=where,
                )
                if self.is_duty
                else T(
                    "%(what)s, %(where)s: you can %(ask)s within %(length)s",
                    ask=ask,
                    length=length,
                    what=what,
                    where=where,
                )
            )
        if self.due_on is not None:
            return T("%(what)s, %(where)s: until %(day)s", what=what, where=where, day=ShortDay(self.due_on))
        return T("%(what)s, %(where)s", what=what, where=where)

    def heading(self, today: date) -> Text:
        """What came, for a list that names the case beside it; with what is asked only while its day is not over."""
        if self.held_at is not None and self.held_at.date() >= today:
            return T("%(what)s: please attend on %(at)s", what=self.what, at=ShortInstant(self.held_at))
        if self.off_at is not None:
            return T("%(what)s (hearing of %(off)s)", what=self.what, off=ShortInstant(self.off_at))
        if self.ask is not None and self.within is not None:
            return T("%(what)s: %(ask)s within %(length)s", what=self.what, ask=self.ask, length=self.within)
        if self.ask is None or self.due_on is None or self.due_on < today:
            return self.what
        day = ShortDay(self.due_on)
        return (
            T("%(what)s: please %(ask)s by %(day)s", what=self.what, ask=self.ask, day=day)
            if self.is_duty
            else T("%(what)s: you can %(ask)s until %(day)s", what=self.what, ask=self.ask, day=day)
        )

    @property
    def held(self) -> Text | None:
        """When one is to come, with the whole day, or which hour the letter is about; None where one is called to nothing."""
        if self.held_at is None:
            return None if self.off_at is None else T("It is about the hearing of %(off)s.", off=self.off_at)
        return T("Please attend on %(at)s.", at=self.held_at)

    @property
    def asked(self) -> Text | None:
        """What is asked, with the whole day; None where nothing is, or the day depends on the service."""
        return None if self.due_on is None else asked_by(self.ask, self.is_duty, self.due_on)
