"""Convening a panel: of three, or of the seven who alone hear an action in the public interest (CPL 40; LAJ 14, 16, 19)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from odr.docket.models import Case, Role, Stage
from odr.filing import desks as filing_desks
from odr.filing.claim.procedure_bars import missing_of_panel, wide_panel_of
from odr.filing.registry.seats import take_seats
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.judgment.panel import rules as panel_rules
from odr.procedure.acts.events import PresidentAsked
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law
from odr.procedure.rules.cases import WidePanel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPL 40", "LAJ 14")
def seats_are_empty(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A panel is convened where the track knows one, and again only where a seat in it has become empty."""
    rule = panel_rules.bench_rule(sitting, case)
    if rule is None or max(rule.sizes) == 1:
        return T("On this track one judge decides alone.")
    return None if missing_of_panel(sitting, case) else T("The panel sits already.")


class ConveneInput(CourtModel):
    """How many decide together, and why the case needs them."""

    size: Annotated[
        int,
        Field(ge=3, le=15),
        field(
            T("Members of the panel, you among them"), T("An odd number the rules allow; the others are drawn by lot.")
        ),
    ]
    reasons: Annotated[str, CourtText(1, 2000), field(T("Why one judge does not decide alone"), widget="textarea")]


def as_the_law_asks(sitting: Sitting, case: Case, actor: Actor) -> Mapping[str, Text | str]:
    """The panel the law asks for in such a case and why, to be read and changed."""
    wide = wide_panel_of(sitting, case)
    if wide is None:
        return {}
    why = T("It is an action in the public interest (%(article)s).", article=sitting.pack(case).cite(wide.article))
    return {"size": str(wide.size), "reasons": why}


@act(
    title=T("Convene a panel"),
    input=ConveneInput,
    by={Role.JUDGE},
    at={Stage.PENDING, Stage.HEARING},
    guard=seats_are_empty,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A panel now decides your case: who sits"),
        T(
            "If you know a reason why somebody who now takes part for the court may not be impartial, you may challenge them; otherwise there is nothing you have to do."
        ),
    ),
    prefill=as_the_law_asks,
    source=law("CPL 40, 43, 44, 131", "LAJ 14, 16, 19"),
    desk=filing_desks.PANEL,
    topic=Topic.DECISION,
    in_record=False,
)
def convene_panel(sitting: Sitting, case: Case, given: ConveneInput, *, actor: Actor, now: datetime) -> Recorded:
    """Let a panel decide: the judge of the case presides, the other members are drawn by lot; the parties learn who
    sits (CPL 131). Of seven who cannot all be drawn those sit who can, and the president is told why a seat is empty; convened again,
    only what is empty is drawn.

    Raises InvalidInput for a number the rules do not allow in this case, for a court composed otherwise than by law gives a
    judgment that is set aside (CPL 40, 211; LAJ 16), and ActNotOpen where nobody can sit in a panel of three.
    """
    wide = wide_panel_of(sitting, case)
    _check_size(sitting, case, given.size, wide)
    missing = missing_of_panel(sitting, case, given.size)
    empty = sum(_drawn_short(sitting, case, role, count, told=wide is not None) for role, count in missing.items())
    names = [one.name for one in panel_rules.members(sitting, case) if not one.presides]
    facts = {"size": given.size, "presiding": actor.name, "members": names}
    if not empty:
        sitting.close_tasks(case, filing_desks.PANEL)
        words = T(
            "A panel of %(size)s decides: %(judge)s presides, with %(others)s",
            size=given.size,
            judge=actor.name,
            others=side_by_side(names),
        )
        return Recorded(words, facts)
    sitting.announce(PresidentAsked(case))
    words = T(
        "A panel of %(size)s is convened: %(judge)s presides. Of its seats %(empty)s are empty, for nobody is free yet; the president is told. Drawn by now: %(others)s",
        size=given.size,
        judge=actor.name,
        empty=empty,
        others=side_by_side(names) if names else T("nobody"),
    )
    return Recorded(words, facts | {"empty": empty})


def _check_size(sitting: Sitting, case: Case, size: int, wide: WidePanel | None) -> None:
    rule = panel_rules.bench_rule(sitting, case)
    if rule is None or size not in rule.sizes:
        raise InvalidInput.at("size", T("The rules of this track do not know a panel of %(size)s.", size=size))
    if wide is not None and size != wide.size:
        raise InvalidInput.at(
            "size",
            T(
                "An action in the public interest is heard by a panel of %(size)s and by no smaller one (%(article)s).",
                size=wide.size,
                article=sitting.pack(case).cite(wide.article),
            ),
        )
    if wide is None and rule.wide is not None and size == rule.wide.size:
        raise InvalidInput.at(
            "size",
            T(
                "A panel of %(size)s is convened in an action in the public interest only (%(article)s).",
                size=size,
                article=sitting.pack(case).cite(rule.wide.article),
            ),
        )


def _drawn_short(sitting: Sitting, case: Case, role: Role, count: int, *, told: bool) -> int:
    """Draw for the empty seats of a role; how many stay empty, of which the president is ``told``."""
    sitting.close_tasks(case, filing_desks.NO_SEAT, role.value)
    empty = count - len(take_seats(sitting, case, role, count))
    if empty and not told:
        raise ActNotOpen(T("Not enough assessors are free of conflict to sit in this case."))
    return empty
