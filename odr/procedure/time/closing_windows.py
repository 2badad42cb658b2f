"""The act of the clock that closes a window whose time is over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.table import Recorded, act
from odr.procedure.acts.windows import window_title
from odr.procedure.forms.inputs import CourtModel
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ALL_STAGES = set(Stage)


class WindowInput(CourtModel):
    """Which window the clock closes."""

    window: str


@act(
    title=T("A time limit ended"),
    input=WindowInput,
    by={Role.CLOCK},
    at=ALL_STAGES,
    to=ALL_STAGES,
    listed=False,
    while_stayed=False,
    source=law("CPL 85"),
    in_record=False,
)
def close_window(sitting: Sitting, case: Case, given: WindowInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a time limit lapsed; what follows is for the room that opened it.

    The clock records; a consequence that the pack marks ``ruling`` is prepared for
    the judge and never performed here.
    """
    window = sitting.session.scalars(
        select(Window).where(Window.case_id == case.id, Window.reference == given.window)
    ).one()
    window.state = WindowState.LAPSED
    window.closed_by = sitting.next_number(case)
    party = case.party_if_any(window.party_id)
    for handler in sitting.court.hooks.on_lapse.get(window.kind, ()):
        handler(sitting, case, window)
    title = window_title(sitting, case, window)
    if party is None:
        return Recorded(T("Time ended: %(title)s", title=title), {"kind": window.kind})
    return Recorded(
        T("Time of %(party)s ended: %(title)s", party=party.name, title=title),
        {"kind": window.kind, "party": party.label},
    )
