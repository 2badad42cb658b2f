"""Whether every declaration of the court is whole: asked when it opens, so that an act nobody can be served with rightly,
or a time limit that leads nowhere, never reaches a case.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from odr.docket.models import Stage
from odr.procedure.rules import citations
from odr.procedure.table import Act, ActTable, Everyone
from odr.procedure.tasks import DESKS
from odr.procedure.windows import TIME_LIMITS, Nature

if TYPE_CHECKING:
    from odr.procedure.packs import PackRegistry, RulePack


def check_table(table: ActTable, packs: PackRegistry) -> None:
    """Raise ValueError naming everything that an act, a guard, a desk or a kind of window lacks."""
    known = {tag for pack in _versions(packs) for tag in pack.sources}
    lacking = [*_acts(table, known), *_desks(table), *_time_limits(table, packs)]
    if lacking:
        raise ValueError("declarations that lack something:\n" + "\n".join(sorted(lacking)))


def _versions(packs: PackRegistry) -> list[RulePack]:
    return [pack for each in packs.ids() for pack in packs.versions(each)]


def _acts(table: ActTable, known: set[str]) -> Iterator[str]:
    for act in table:
        yield from (f"act {act.name}: {what}" for what in _lacking(act))
        cited = [*act.source, *(article for guard in act.guards for article in guard.source)]
        for tag in sorted({tag for article in cited for tag, _ in citations(article)} - known):
            yield f"act {act.name}: cites {tag}, which no pack names as a source"
        for guard in act.guards:
            if not guard.source:
                yield f"guard {guard.name}: rests on no article"


def _lacking(act: Act) -> Iterator[str]:
    if not act.source:
        yield "source= is missing: on which article does it rest?"
    if act.listed and act.topic is None:
        yield "topic= is missing: under which heading does a reader find it?"
    if Stage.HEARING in act.at and act.in_record is None:
        yield "in_record= is missing: does it stand in the record of the hearing?"
    if act.serves is not Everyone.NOBODY and act.letter is None:
        yield "letter= is missing: what came, what kind of paper is it, and what does one do about it?"
    if act.serves is Everyone.NOBODY and act.letter is not None:
        yield "letter= without serves="
    if (act.serves is Everyone.CONCERNED) != (act.concerns is not None):
        yield "serves=Everyone.CONCERNED and concerns= go together"
    if act.window is not None and TIME_LIMITS.get(act.window) is None:
        yield f"no room declares windows called {act.window}"


def _desks(table: ActTable) -> Iterator[str]:
    cleared = {desk.kind for act in table for desk in act.desk}
    for desk in DESKS:
        if not (desk.by_hand or desk.by_itself or desk.until_decided or desk.kind in cleared):
            yield f"desk {desk.kind}: no act takes it off (desk=), nor is it by_hand, by_itself or until_decided"


def _time_limits(table: ActTable, packs: PackRegistry) -> Iterator[str]:
    for limit in TIME_LIMITS:
        if not limit.met_by:
            yield f"window {limit.kind}: which act meets it?"
        yield from (f"window {limit.kind}: no act is called {name}" for name in limit.met_by if table.get(name) is None)
        if limit.nature not in (Nature.DUTY, Nature.REMEDY):
            continue
        for pack in _versions(packs):
            rule = pack.windows.rules.get(limit.kind)
            if rule is not None and rule.consequence is None:
                yield f"window {limit.kind}: pack {pack.id} {pack.version} does not say what silence costs"
