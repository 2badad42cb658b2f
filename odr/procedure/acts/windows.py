"""Kinds of windows: who has to act in one, by which act and on which page; what one is called, and by which rule."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Audience, Case, DocketEntry
from odr.docket.visibility import Viewer, reads_entry
from odr.ground.memory.asked_once import remembered
from odr.ground.text import Text
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import WindowRule

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class Nature(enum.Enum):
    """What a time limit is to the one it runs for."""

    DUTY = "duty"  # something is expected of a party; silence has the cost the pack names
    REMEDY = "remedy"  # a party may have something looked at again and need not
    COURT = "court"  # the court itself, or one of its people, has to act
    OUTSIDE = "outside"  # somebody else has: a mediator, an expert, an authority


WHOSE = {
    **dict.fromkeys(
        ("claimant", "respondent", "party", "parties", "person", "client", "applicant"), (Nature.DUTY, Nature.REMEDY)
    ),
    **dict.fromkeys(("appellant", "appellee", "creditor", "debtor"), (Nature.DUTY, Nature.REMEDY)),
    **dict.fromkeys(("court", "registry", "clerk", "judge", "president", "cashier"), (Nature.COURT,)),
    "enforcement_officer": (Nature.COURT,),
    **dict.fromkeys(
        ("platform", "mediator", "expert", "authority", "carrier", "registrant", "public"), (Nature.OUTSIDE,)
    ),
    "higher_court": (Nature.OUTSIDE,),
}
"""For whom a pack says a time limit runs → what it can be to them."""


@dataclass(frozen=True)
class TimeLimit:
    """A kind of window.

    ``met_by`` names the acts that end it, the first of them the one a reader is sent to;
    ``page`` is the endpoint where that is done, if not the act's own page. What silence
    costs is the pack's ``consequence``: a duty or remedy without one is refused.
    ``rule`` is the pack's key where it differs from ``kind``. ``ask`` is what a letter asks for, after "please" or
    "you can", as short as a text message needs it: "answer the claim".
    """

    kind: str
    nature: Nature
    met_by: tuple[str, ...]
    page: str | None = None
    rule: str | None = None
    waits: Text | None = None
    """What whoever waits for it is told, as a whole sentence; without it the pack's title is named."""
    ask: Text | None = None
    runs_on: bool = False
    """Whether it runs while the case stands still: an answer to a complaint is no step of the case, a freeze ends at its bank."""
    may_run_out: bool = False
    """Whether its end is no breach, though it is the court's: something rests so long, or a term that was given is over."""


class TimeLimits:
    """Every kind of window by its key. A second of one key is refused."""

    def __init__(self) -> None:
        self._limits: dict[str, TimeLimit] = {}

    def __getitem__(self, kind: str) -> TimeLimit:
        return self._limits[kind]

    def get(self, kind: str) -> TimeLimit | None:
        """The kind of that key, or None: an old court may hold windows of a kind that is gone."""
        return self._limits.get(kind)

    def __iter__(self) -> Iterator[TimeLimit]:
        return iter(self._limits.values())

    def add(self, limit: TimeLimit) -> TimeLimit:
        """Enter a kind of window."""
        if limit.kind in self._limits:
            raise ValueError(f"two kinds of window are called {limit.kind}")
        self._limits[limit.kind] = limit
        return limit


TIME_LIMITS = TimeLimits()


def waits_in_a_stay(kind: str) -> bool:
    """Whether a time limit that would begin while the case is stayed waits until it goes on: a party's, but for what runs on
    whatever happens. What the court or somebody else has to do meanwhile is due all the same.
    """
    limit = TIME_LIMITS.get(kind)
    return limit is None or (limit.nature in (Nature.DUTY, Nature.REMEDY) and not limit.runs_on)


def time_limit(
    kind: str,
    nature: Nature,
    *met_by: str,
    page: str | None = None,
    rule: str | None = None,
    waits: Text | None = None,
    ask: Text | None = None,
    runs_on: bool = False,
    may_run_out: bool = False,
) -> str:
    """Declare a kind of window and give its key back: ``ANSWER = time_limit("answer", Nature.DUTY, FILE_ANSWER)``."""
    return TIME_LIMITS.add(TimeLimit(kind, nature, met_by, page, rule, waits, ask, runs_on, may_run_out)).kind


def rule_of(sitting: Sitting, window: Window) -> WindowRule:
    """The rule a window was opened under: it keeps it, whatever came into force since."""
    working = window.working
    return sitting.court.packs.get(working["pack"], working["version"]).window(working["key"] or window.kind)


def window_title(sitting: Sitting, case: Case, window: Window) -> Text:
    """What a window is called in the rule pack."""
    return rule_of(sitting, window).title


_NAMED = select(DocketEntry).where(
    DocketEntry.case_id == bindparam("case"),
    DocketEntry.audience == Audience.NAMED,
    DocketEntry.number.in_(bindparam("numbers", expanding=True)),
)


@remembered
def named_among(session: Session, case_id: int, numbers: tuple[int, ...]) -> list[DocketEntry]:
    """Of some entries of a case those for named readers only."""
    return list(session.scalars(_NAMED, {"case": case_id, "numbers": numbers}))


def shown_windows(sitting: Sitting, case: Case, viewer: Viewer, state: WindowState = WindowState.OPEN) -> list[Window]:
    """The windows in a state, open ones if nothing else is said, that a viewer may know of: none that was opened by an
    entry for others only.
    """
    every = sitting.windows(case, state=None)
    opening = named_among(
        sitting.session, case.id, tuple(sorted({w.opened_by for w in every if w.opened_by is not None}))
    )
    hidden = {entry.number for entry in opening if not reads_entry(viewer, entry)}
    return [w for w in every if w.state is state and w.opened_by not in hidden]
