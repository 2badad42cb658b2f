"""Which hearings are announced, and what of each: the parties by name, the cause, when and where, who sits (CPL 139).

Nobody reads here what is not heard in public (CPL 137; OLR 27): such a hearing keeps its hour and the ground, and loses
its names, also while it is still asked for. A hearing leaves the list when its day is over: a name is announced, not kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Party, Role, Seat
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing.live.seen.showing import closed_to_the_public
from odr.hearing.models import Hearing, Interpreter
from odr.hearing.vocabulary import HearingState, Mode
from odr.identity.models import Account

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SIDES = (Role.CLAIMANT, Role.RESPONDENT)
BENCH = (Role.JUDGE, Role.PANEL_JUDGE, Role.ASSESSOR, Role.CLERK)
IN_THE_ROOM = (Mode.OFFLINE, Mode.HYBRID)


@dataclass(frozen=True)
class Announced:
    """One hearing as anybody reads of it."""

    reference: str
    number: str
    begins_at: datetime
    parties: Text | None
    """Who against whom; None where it is not heard in public."""
    cause: Text
    track: Text
    how: Text
    place: str
    """The courtroom; empty where nobody sits in one. The address of a video room is never public."""
    bench: tuple[tuple[Text, str], ...]
    """Role and name of those who sit, who presides first."""
    state: Text
    goes_on: bool
    """Whether it takes place as announced; not so either while it waits for a word on that, see :attr:`is_undecided`."""
    announced_at: datetime
    """When it was fixed."""
    held_here: bool = False
    """By the court's own video."""
    languages: tuple[str, ...] = ()
    """Into which languages is interpreted."""
    is_undecided: bool = False
    """Whether the president has still to say that it is put off: until then it may take place."""
    length: timedelta = timedelta(hours=1)
    """For how long its room and its people are kept."""

    @property
    def is_open(self) -> bool:
        """Whether anybody may attend."""
        return self.parties is not None


def announced(sitting: Sitting, after: str | None = None, size: int = 50) -> Listed[Announced]:
    """Hearings from the beginning of today on, the next first; in a handful of statements whatever their number."""
    query = (
        select(Hearing, Case, closed_to_the_public().label("closed"), DocketEntry.effective_at)
        .join(Case, Case.id == Hearing.case_id)
        .join(DocketEntry, (DocketEntry.case_id == Case.id) & (DocketEntry.number == Hearing.summoned_by))
        .where(Hearing.begins_at >= sitting.morning, Hearing.mode != Mode.ASYNCHRONOUS)
    )
    keys = (Key(Hearing.begins_at, datetime), Key(Hearing.id))
    found = page_of(sitting.session, query, keys, after, size)
    cases = [case.id for _, case, _, _ in found.rows]
    parties, bench = _parties(sitting, cases), _bench(sitting, cases)
    spoken = _interpreted(sitting, cases)
    return found.of(
        [
            _announced(
                sitting, hearing, case, bool(closed), fixed, parties, bench.get(case.id, []), spoken.get(case.id, [])
            )
            for hearing, case, closed, fixed in found.rows
        ]
    )


def _announced(
    sitting: Sitting,
    hearing: Hearing,
    case: Case,
    closed: bool,
    fixed: datetime,
    parties: Mapping[tuple[int, Role], Sequence[Text | str]],
    bench: list[tuple[Text, str]],
    languages: list[str],
) -> Announced:
    cause = sitting.pack(case).causes.list.get(case.cause)
    state, goes_on = _state(hearing, sitting.now, closed)
    return Announced(
        hearing.reference,
        case.number or case.reference,
        hearing.begins_at,
        None if closed else _against(*(_named(parties.get((case.id, side), ())) for side in SIDES)),
        cause.title if cause is not None else T("Civil dispute"),
        case.track.label,
        hearing.mode.label,
        "" if closed else _courtroom(hearing),
        tuple(bench),
        state,
        goes_on,
        fixed,
        hearing.held_here,
        () if closed else tuple(languages),
        hearing.state is HearingState.ADJOURNING,
        timedelta(minutes=hearing.length),
    )


_WAY_IN = re.compile(r"://|www\.|@|\d(?:[\s-]?\d){5}|[A-Za-z0-9-]\.[A-Za-z]{2}", re.IGNORECASE)
"""Addresses and numbers of a video room."""


def _courtroom(hearing: Hearing) -> str:
    """The room to walk into. Where a hearing is at one hour in the courtroom and by video, the registry may have written the
    way into the video room in the same field: it is the parties' alone (OLR 27).
    """
    return hearing.place if hearing.mode in IN_THE_ROOM and not _WAY_IN.search(hearing.place) else ""


def _state(hearing: Hearing, now: datetime, closed: bool) -> tuple[Text, bool]:
    """How it stands, and whether it takes place as announced."""
    if hearing.state is HearingState.ADJOURNED:
        return T("Put off"), False
    if hearing.state is HearingState.CALLED_OFF:
        return T("Does not take place"), False
    if hearing.state is HearingState.ADJOURNING:
        return T("Put off, if the president approves"), False
    if hearing.state is HearingState.HELD:
        return T("Held"), True
    if closed:
        return T("Not open to the public"), True
    return (T("Begun, or about to begin"), True) if hearing.begins_at <= now else (T("Open to the public"), True)


UNNAMED = T("a party whose name is not announced")


def _named(names: Sequence[Text | str]) -> Text | str:
    if len(names) > 2:
        return T("%(name)s and %(count)s others", name=names[0], count=len(names) - 1)
    return T("%(name)s and %(other)s", name=names[0], other=names[1]) if len(names) == 2 else names[0] if names else ""


def _against(claimants: Text | str, respondents: Text | str) -> Text:
    return T("%(claimants)s v %(respondents)s", claimants=claimants, respondents=respondents)


def _parties(sitting: Sitting, cases: Sequence[int]) -> dict[tuple[int, Role], list[Text | str]]:
    """Parties by side. Whoever has a guardian, as a child, is not named: the judgment will not name them either (JDP 8)."""
    rows = sitting.session.execute(
        built_once(
            lambda: (
                select(Party.case_id, Party.role, Party.name, Party.details)
                .where(Party.case_id.in_(cases), Party.role.in_(SIDES), Party.left_at.is_(None))
                .order_by(Party.case_id, Party.role, Party.ordinal)
            )
        )
    )
    found: dict[tuple[int, Role], list[Text | str]] = {}
    for case_id, role, name, details in rows:
        found.setdefault((case_id, role), []).append(UNNAMED if "guardian" in details else name)
    return found


def _bench(sitting: Sitting, cases: Sequence[int]) -> dict[int, list[tuple[Text, str]]]:
    rows = sitting.session.execute(
        built_once(
            lambda: (
                select(Seat.case_id, Seat.role, Account.name)
                .join(Account, Account.id == Seat.account_id)
                .where(Seat.case_id.in_(cases), Seat.role.in_(BENCH), Seat.until_at.is_(None))
                .order_by(Seat.id)
            )
        )
    ).all()
    found: dict[int, list[tuple[Text, str]]] = {}
    for case_id, role, name in sorted(rows, key=lambda row: BENCH.index(row[1])):
        found.setdefault(case_id, []).append((role.label, name))
    return found


def _interpreted(sitting: Sitting, cases: Sequence[int]) -> dict[int, list[str]]:
    rows = sitting.session.execute(
        built_once(
            lambda: (
                select(Interpreter.case_id, Interpreter.language)
                .where(Interpreter.case_id.in_(cases))
                .order_by(Interpreter.id)
            )
        )
    )
    found: dict[int, list[str]] = {}
    for case_id, language in rows:
        if language not in found.setdefault(case_id, []):
            found[case_id].append(language)
    return found
