"""A case in time, for one viewer: its stages, its time limits, and who was waited for. No flask.

The picture and the table behind it are drawn from the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, or_, select

from odr.docket.models import WITHOUT_CLAIM, Case, DocketEntry, Stage
from odr.docket.visibility import reads_entry
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Act
from odr.procedure.acts.windows import window_title
from odr.procedure.models import Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Span:
    """Something that lasted: a stage, or somebody's time. ``left`` and ``width`` are percent of the picture's width."""

    title: Text
    whose: str | None
    """Name of the party that was waited for; None: the court, or for a stage nobody."""
    since: datetime
    until: datetime
    ends: Text
    kind: str
    left: float
    width: float
    window: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Timeline:
    """Everything of the picture, from ``begins`` to ``ends``; ``now`` in percent of its width."""

    begins: datetime
    ends: datetime
    now: float
    stages: tuple[Span, ...]
    waits: tuple[Span, ...]


def marking_entries(sitting: Sitting, case: Case) -> Sequence[Row[int, str, datetime, str, int | None]]:
    """The entries that moved the case or began a time limit, in their order: number, act, when, payload, party. What is
    next for a party and the course of the case ask for them in one statement.
    """
    return sitting.once((marking_entries, case.id), lambda: _marking(sitting, case))


def _marking(sitting: Sitting, case: Case) -> Sequence[Row[int, str, datetime, str, int | None]]:
    moving = [act.name for act in sitting.court.table if act.to]
    rows = built_once(
        lambda: (
            select(
                DocketEntry.number, DocketEntry.act, DocketEntry.effective_at, DocketEntry.payload, DocketEntry.party_id
            )
            .where(
                DocketEntry.case_id == case.id,
                or_(
                    DocketEntry.act.in_(moving),
                    DocketEntry.number.in_(select(Window.opened_by).where(Window.case_id == case.id)),
                ),
            )
            .order_by(DocketEntry.number)
        )
    )
    return sitting.session.execute(rows).all()


def stage_marks(sitting: Sitting, case: Case) -> list[tuple[datetime, Stage]]:
    """When the case came to each of its stages, as its docket says; the last is the present one."""
    moving = {act.name for act in sitting.court.table if act.to}
    marks: list[tuple[datetime, Stage]] = []
    for entry in marking_entries(sitting, case):
        if entry.act not in moving:
            continue
        act, at, payload = entry.act, entry.effective_at, json.loads(entry.payload)
        if not marks:
            marks = [(case.lodged_at, _stage_before(payload))]
        stage = _stage_after(sitting.court.table[act], payload)
        if stage is not None and stage is not marks[-1][1]:
            marks.append((at, stage))
    if not marks:
        marks = [(case.lodged_at, case.stage if case.stage in WITHOUT_CLAIM else Stage.LODGED)]
    if marks[-1][1] is not case.stage:
        marks.append((marks[-1][0], case.stage))
    return marks


def _stage_before(payload: Mapping[str, Any]) -> Stage:
    """Where a case stood at first, as the first entry says that moved it. Those of ``court-entry/1`` do not: they are of claims."""
    return Stage(payload["stage"]["before"]) if "stage" in payload else Stage.LODGED


def _stage_after(act: Act, payload: Mapping[str, Any]) -> Stage | None:
    """The stage an entry left the case in. Entries of ``court-entry/1`` do not say it: where their act leads to one
    stage only it is that one, elsewhere None.
    """
    if "stage" in payload:
        return Stage(payload["stage"]["after"])
    return next(iter(act.to)) if len(act.to) == 1 else None


def timeline(sitting: Sitting, case: Case, actor: Actor) -> Timeline:
    """The case in time as ``actor`` may see it: no time limit that an entry opened which is not for them."""
    entries = _entries(sitting, case)
    rows = [w for w in sitting.windows(case, state=None) if _is_shown(w, entries, actor)]
    ends = max([sitting.now, *(w.due_at for w in rows if w.due_at is not None and w.state is WindowState.OPEN)])
    if case.closed_at is not None:
        ends = case.closed_at
    ends = max(ends, case.lodged_at + timedelta(days=1))
    scale = _Scale(case.lodged_at, ends)
    names = {party.id: party.name for party in case.parties}
    waits = sorted(
        (_wait(sitting, case, w, entries, names, scale) for w in rows), key=lambda span: (span.since, span.until)
    )
    return Timeline(
        case.lodged_at, ends, scale.at(min(sitting.now, ends)), tuple(_stages(sitting, case, scale)), tuple(waits)
    )


@dataclass(frozen=True)
class _Scale:
    begins: datetime
    ends: datetime

    def at(self, when: datetime) -> float:
        """Percent of the width at which an instant lies; nothing lies outside."""
        share = (when - self.begins) / (self.ends - self.begins)
        return round(100 * min(1.0, max(0.0, share)), 2)


def _entries(sitting: Sitting, case: Case) -> Mapping[int, DocketEntry]:
    return {e.number: e for e in sitting.session.scalars(select(DocketEntry).where(DocketEntry.case_id == case.id))}


def _is_shown(window: Window, entries: Mapping[int, DocketEntry], actor: Actor) -> bool:
    opening = entries.get(window.opened_by or 0)
    return opening is None or reads_entry(actor, opening)


def _stages(sitting: Sitting, case: Case, scale: _Scale) -> Iterator[Span]:
    marks = stage_marks(sitting, case)
    for (since, stage), following in zip(marks, [*marks[1:], None], strict=True):
        until = following[0] if following else max(since, min(sitting.now, scale.ends))
        left = scale.at(since)
        words = (
            T("until %(day)s", day=_day(sitting, until))
            if following
            else T("now")
            if stage is not Stage.CLOSED
            else T("since then")
        )
        yield Span(
            stage.label,
            None,
            since,
            until,
            words,
            "stage" if following else "present",
            left,
            round(max(scale.at(until) - left, 0.0), 2),
        )


def _wait(
    sitting: Sitting,
    case: Case,
    window: Window,
    entries: Mapping[int, DocketEntry],
    names: Mapping[int, str],
    scale: _Scale,
) -> Span:
    closing = entries.get(window.closed_by or 0)
    until = _until(sitting, window, closing)
    left = scale.at(window.opened_at)
    whose = names.get(window.party_id) if window.party_id is not None else None
    return Span(
        title=window_title(sitting, case, window),
        whose=whose,
        since=window.opened_at,
        until=until,
        ends=_ending(window, _day(sitting, until)),
        kind=window.state.value,
        left=left,
        width=round(max(scale.at(until) - left, 0.0), 2),
        window=window.reference,
        due_at=window.due_at,
    )


def _until(sitting: Sitting, window: Window, closing: DocketEntry | None) -> datetime:
    if window.state is WindowState.LAPSED and window.due_at is not None:
        return window.due_at
    if closing is not None:
        return max(closing.effective_at, window.opened_at)
    if window.state is WindowState.HALTED and window.halted_at is not None:
        return window.halted_at
    return window.due_at or sitting.now


def _day(sitting: Sitting, at: datetime) -> date:
    return at.astimezone(sitting.court.settings.tz).date()


def _ending(window: Window, until: date) -> Text:
    match window.state:
        case WindowState.MET:
            return T("done on %(day)s", day=until)
        case WindowState.LAPSED:
            return T("ran out on %(day)s", day=until)
        case WindowState.HALTED:
            return T("halted since %(day)s", day=until)
        case WindowState.ENDED:
            return T("no longer needed from %(day)s", day=until)
    return T("runs until %(day)s", day=until)
