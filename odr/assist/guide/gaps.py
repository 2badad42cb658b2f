"""What the guide was asked and did not answer, for the court: counts, and words only where several people used the same.

Nobody is in it. A question is counted under a mark nothing can be read from; its words, with numbers, addresses and codes
masked, are written down only when it has been asked :data:`FEWEST` times, of which those from one network count as one for a
day, so that nobody reaches that by asking again. So what one person typed, a name with it, is nowhere. From where somebody asked
is known for that day only as a keyed mark of network and question together, as with every count of tries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from odr.assist.guide.models import GapKind, GuideGap
from odr.assist.guide.tokens import own_terms
from odr.ground.errors import TooMany
from odr.ground.memory.built_once import built_once
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import Keyring, keyring
from odr.identity.sign_in.rate_limits import Counted

if TYPE_CHECKING:
    from odr.procedure.court import Court

FEWEST = 5
"""From so many askings on the words are kept, and shown."""
MOST_WORDS = 12
"""Words of a question that are counted."""
MOST_LINES = 20_000
"""Lines that are kept; what was asked least and longest ago goes first."""
KEPT_MONTHS = 12
SHOWN = 100
MASK = "×"
_MASKED = re.compile(
    r"\S{0,64}@\S{1,64}|(?:https?:|www\.)\S{1,400}|[0-9](?:[-  ./]?[0-9A-Za-z]){3,40}|[A-Za-z]{1,4}[0-9]{3,20}"
)


@dataclass(frozen=True)
class Gap:
    """A line of the list."""

    words: str
    kind: GapKind
    locale: str
    count: int


def masked(question: str) -> str:
    """A question without addresses, and without numbers and codes of four signs or more."""
    return _MASKED.sub(MASK, question)


@dataclass(frozen=True)
class Asker:
    """From which network somebody asks, and when by the machine's clock: the same question counts once a day for it."""

    network: str
    at: datetime


def note(session: Session, ring: Keyring, kind: GapKind, question: str, locale: str, today: date, asker: Asker) -> None:
    """Count a question that was not answered, and its words."""
    plain = masked(question)
    terms = sorted(term for term in own_terms(plain) if len(term) > 1 and MASK not in term)
    if not terms:
        return
    month = today.replace(day=1)
    _count(session, ring, kind, locale, month, " ".join(terms), plain, asker, is_word=False)
    for term in terms[:MOST_WORDS]:
        _count(session, ring, kind, locale, month, term, term, asker, is_word=True)


def note_safely(court: Court, kind: GapKind, question: str, locale: str, address: str) -> None:
    """The same for who asks from an address, beside an answer. Two who ask a new question at once are counted as one: the list is none of single askings."""
    today = court.clock.now().astimezone(court.settings.tz).date()
    asker = Asker(rate_limits.network(address), court.clock.machine_now())
    try:
        with court.database.write() as session:
            note(session, keyring(court.settings.secret_key), kind, question, locale, today, asker)
    except IntegrityError:
        return


def _count(
    session: Session,
    ring: Keyring,
    kind: GapKind,
    locale: str,
    month: date,
    key: str,
    words: str,
    asker: Asker,
    *,
    is_word: bool,
) -> None:
    mark = ring.mac("guide gap", f"{kind.value}/{locale}/{is_word}/{key}")
    try:
        rate_limits.take(session, ring, Counted.GUIDE_GAP, f"{asker.network}/{mark}", asker.at)
    except TooMany:
        return
    line = session.scalar(select(GuideGap).where(GuideGap.mark == mark).with_for_update())
    if line is None:
        session.add(GuideGap(mark=mark, kind=kind, locale=locale, is_word=is_word, count=1, month=month))
        return
    line.count += 1
    line.month = month
    if line.count >= FEWEST and line.words is None:
        line.words = words[:400]


def listed(session: Session, *, words: bool) -> list[Gap]:
    """Whole questions, or words of them, that were asked often enough to be shown, the most frequent first."""
    query = (
        select(GuideGap)
        .where(GuideGap.words.is_not(None), GuideGap.count >= FEWEST, GuideGap.is_word.is_(words))
        .order_by(GuideGap.count.desc(), GuideGap.id)
        .limit(SHOWN)
    )
    return [Gap(line.words or "", line.kind, line.locale, line.count) for line in session.scalars(query)]


def totals(session: Session) -> dict[GapKind, int]:
    """How often questions were not answered, by why, single ones counted too."""
    query = select(GuideGap.kind, func.sum(GuideGap.count)).where(GuideGap.is_word.is_(False)).group_by(GuideGap.kind)
    return {kind: int(count) for kind, count in session.execute(query)}


_LINES = select(func.count()).select_from(GuideGap)


def forget_old(session: Session, now: datetime) -> int:
    """Erase what was not asked for a year, and what there is too much of. The number of lines erased."""
    first = date(now.year - KEPT_MONTHS // 12, now.month, 1)
    old = list(session.scalars(built_once(lambda: select(GuideGap.id).where(GuideGap.month < first))))
    for some in _parts(old):
        session.execute(delete(GuideGap).where(GuideGap.id.in_(some)))
    over = (session.scalar(_LINES) or 0) - MOST_LINES
    rare: list[int] = []
    if over > 0:
        rare = list(
            session.scalars(select(GuideGap.id).order_by(GuideGap.count, GuideGap.month, GuideGap.id).limit(over))
        )
        for some in _parts(rare):
            session.execute(delete(GuideGap).where(GuideGap.id.in_(some)))
    return len(old) + len(rare)


def _parts(numbers: list[int]) -> Iterator[list[int]]:
    return (numbers[at : at + 500] for at in range(0, len(numbers), 500))
