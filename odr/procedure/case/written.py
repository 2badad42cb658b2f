"""What was written in an act, read back under the names of its form: on the docket, above the form that answers it, and in the
copy that is served. No flask.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, DocketEntry
from odr.docket.papers import Words
from odr.docket.visibility import reads_entry
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import NoUpcaster, read
from odr.procedure.acts.table import Act
from odr.procedure.forms.faults import label_of
from odr.procedure.forms.input_words import value_words
from odr.procedure.models import WindowState
from odr.procedure.rules.cases import FieldKind

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

UNASKED = {"matter": T("What the dispute is about"), "respondents": T("The other side"), "claimant": T("Who claims")}
"""Parts of a claim that its form asks for over several pages, under no name of their own."""
A_FEW_LINES = 8
MOST_ANSWERED = 3
"""Entries that stand in full above a form that answers them."""


@dataclass(frozen=True)
class Part:
    """Lines that belong together: what was asked, and what was written or chosen; without a title those of the form itself."""

    title: Words | None
    rows: tuple[tuple[Words, Words], ...]


@dataclass(frozen=True)
class Answered:
    """An entry that waits for an answer: who wrote it, and what."""

    entry: DocketEntry
    title: Text
    by: Words
    parts: tuple[Part, ...]

    @property
    def is_long(self) -> bool:
        """Whether it would push the form off the first screens of a telephone."""
        return sum(len(part.rows) for part in self.parts) > A_FEW_LINES


def written_in(sitting: Sitting, case: Case, entry: DocketEntry) -> tuple[Part, ...]:
    """Everything that was written in an entry, as today's form of its act names it. Nothing where that cannot read it any
    more: the entry's own words stand.
    """
    try:
        given = read(json.loads(entry.payload))
    except (NoUpcaster, ValidationError):
        return ()
    return tuple(parts_of(sitting, case, None, given))


def parts_of(sitting: Sitting, case: Case, title: Words | None, given: BaseModel) -> Iterator[Part]:
    """The lines of an act's input, its own first and then those of what it holds, under their headings."""
    rows: list[tuple[Words, Words]] = []
    inside: list[tuple[Words, BaseModel]] = []
    for name, info in type(given).model_fields.items():
        label, value = label_of(info), getattr(given, name)
        asked: Words = label.label if label else UNASKED.get(name, name)
        several = isinstance(value, list | tuple)
        for index, one in enumerate(value if several else [value], 1):
            if isinstance(one, BaseModel):
                many = several and len(value) > 1
                inside.append((T("%(what)s %(number)s", what=asked, number=index) if many else asked, one))
            elif isinstance(one, Mapping):
                rows += _particulars(sitting, case, one)
            elif one not in (None, "") and (label or name in UNASKED):
                # What nobody was asked the court gave itself: the entry's words say it.
                words = value_words(sitting, case, info, one)
                if words is not None:
                    rows.append((asked, words))
    if rows or title is not None:
        yield Part(title, tuple(rows))
    for heading, part in inside:
        yield from parts_of(sitting, case, heading, part)


def _particulars(sitting: Sitting, case: Case, told: Mapping[str, Any]) -> Iterator[tuple[Words, Words]]:
    """What a claim says of its own kind of dispute, under the names the rules give it: days as days, listed answers in the
    reader's language.
    """
    asked = {one.key: one for one in sitting.pack(case).cause(case.cause).fields}
    for key, value in told.items():
        one = asked.get(key)
        if value in (None, "") or one is None:
            continue
        if one.kind is FieldKind.DATE and isinstance(value, str):
            value = date.fromisoformat(value)
        elif one.kind is FieldKind.CHOICE:
            value = next((option for option in one.options if option.render("en") == value), value)
        yield one.label, value if isinstance(value, Money | Text | date) else str(value)


@dataclass(frozen=True)
class Waiting:
    """What a form answers, the newest first, and how many more there are than stand above it."""

    entries: list[Answered]
    more: int = 0


def answered_by(sitting: Sitting, case: Case, actor: Actor, act: Act, about: Mapping[str, Any]) -> Waiting:
    """What others wrote that this act answers, the newest first, and how many more there are; where a form names one of several,
    that one. For the court what lies on the actor's desk until then, and what parties said to it; for a party what the time limit that
    the act meets was given for.
    """
    if actor.role in PARTY_ROLES:
        return _put_to(sitting, case, actor, act)
    kinds = [desk.kind for desk in act.desk if actor.role in desk.roles]
    tasks = [one for one in sitting.all_tasks(case) if one.kind in kinds and one.role is actor.role] if kinds else []
    tasks = [one for one in tasks if one.opened_by is not None]
    named = {value for value in about.values() if isinstance(value, str)}
    chosen = [one for one in tasks if one.subject is not None and one.subject in named] or tasks
    of_one = [one for one in chosen if one.subject is not None]
    subjects = {one.subject for one in of_one}
    said = [one.closed_by for one in sitting.windows(case, state=WindowState.MET) if one.subject in subjects]
    found = _read(sitting, case, actor, [*(one.opened_by for one in chosen), *said], [one.opened_by for one in of_one])
    if tasks and not found.entries and case.is_without_claim:
        # What came onto the desk by the clock is about the application that began the case.
        return _read(sitting, case, actor, [1])
    return found


def _put_to(sitting: Sitting, case: Case, actor: Actor, act: Act) -> Waiting:
    """What a party is asked about: it lies on a desk of the court too, until they answered and it is decided."""
    if act.window is None:
        return Waiting([])
    asked = {one.subject for one in sitting.windows(case, act.window) if one.party_id == actor.party_id and one.subject}
    numbers = [one.opened_by for one in sitting.all_tasks(case) if one.subject in asked] if asked else []
    return _read(sitting, case, actor, numbers, numbers)


def _read(
    sitting: Sitting,
    case: Case,
    actor: Actor,
    wanted: Iterable[int | None],
    of_court: Iterable[int | None] = (),
) -> Waiting:
    """The newest of the ``wanted`` entries in full, as far as the actor reads them and did not write them: of parties, and those
    that are about one thing alone ``of_court`` too.
    """
    numbers = sorted({number for number in wanted if number is not None}, reverse=True)
    if not numbers:
        return Waiting([])
    mine = DocketEntry.case_id == case.id, DocketEntry.number.in_(numbers[:MOST_ANSWERED])
    rows = sitting.session.scalars(select(DocketEntry).where(*mine).order_by(DocketEntry.number.desc()))
    others = [
        Answered(entry, sitting.court.table[entry.act].title, case.name_of(entry.party_id) or entry.role.label, parts)
        for entry in rows
        if entry.account_id != actor.account_id
        if entry.party_id is not None or (entry.number in of_court and entry.role in COURT_ROLES)
        if reads_entry(actor, entry) and (parts := written_in(sitting, case, entry))
    ]
    return Waiting(others, max(0, len(numbers) - MOST_ANSWERED))
