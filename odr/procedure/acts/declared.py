"""Whether every declaration of the court is whole: asked when it opens, so that an act nobody can be served with rightly,
or a time limit that leads nowhere, never reaches a case.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Role, Stage
from odr.procedure.acts.table import Act, ActTable, Bar, Everyone
from odr.procedure.acts.tasks import DESKS
from odr.procedure.acts.windows import TIME_LIMITS, WHOSE, Nature, TimeLimit, TimeLimits
from odr.procedure.rules.base import citations
from odr.procedure.rules.court_rules import SourceStyle

if TYPE_CHECKING:
    from odr.procedure.rules.pack import RulePack
    from odr.procedure.rules.registry import PackRegistry


def check_table(
    table: ActTable, packs: PackRegistry, limits: TimeLimits = TIME_LIMITS, bars: Sequence[Bar] = ()
) -> None:
    """Raise ValueError naming everything that an act, a guard, a bar, a desk or a kind of window lacks."""
    lacking = [
        *_names(table),
        *_acts(table, limits),
        *_cited(table, bars, _versions(packs)),
        *_desks(table),
        *_time_limits(table, packs, limits),
    ]
    _refuse(lacking)


def check_pages(table: ActTable, endpoints: Collection[str], limits: TimeLimits = TIME_LIMITS) -> None:
    """Raise ValueError naming every act and kind of window that sends a reader to a page the court does not have."""
    acts = ((f"act {act.name}", act.page) for act in table)
    wanted = [*acts, *((f"window {limit.kind}", limit.page) for limit in limits)]
    _refuse([f"{who}: there is no page {page}" for who, page in wanted if page is not None and page not in endpoints])


def _refuse(lacking: list[str]) -> None:
    if lacking:
        raise ValueError("declarations that lack something:\n" + "\n".join(sorted(lacking)))


def _versions(packs: PackRegistry) -> list[RulePack]:
    return [pack for each in packs.ids() for pack in packs.versions(each)]


def _cited(table: ActTable, bars: Sequence[Bar], packs: list[RulePack]) -> Iterator[str]:
    """Citations that no pack can tell a reader: of a source it does not have, or of a place whose name it does not know."""
    known = {tag for pack in packs for tag in pack.sources}
    named = {tag for pack in packs for tag, source in pack.sources.items() if source.style is SourceStyle.NAMED}
    told = {(tag, place) for pack in packs for tag in named & pack.sources.keys() for place in pack.sources[tag].places}
    resting = [(f"act {act.name}", [*act.source, *(a for guard in act.guards for a in guard.source)]) for act in table]
    resting.extend((f"bar {bar.check.__qualname__}", [*bar.source]) for bar in bars)
    for who, cited in resting:
        for tag, place in sorted({one for article in cited for one in citations(article)}):
            if tag not in known:
                yield f"{who}: cites {tag}, which no pack names as a source"
            elif tag in named and (tag, place) not in told:
                yield f"{who}: cites {tag} {place}, and no pack says what that rule is"


def _acts(table: ActTable, limits: TimeLimits) -> Iterator[str]:
    for act in table:
        yield from (f"act {act.name}: {what}" for what in _lacking(act, limits))
        for guard in act.guards:
            if not guard.source:
                yield f"guard {guard.name}: rests on no article"


def _lacking(act: Act, limits: TimeLimits) -> Iterator[str]:
    if not act.source:
        yield "source= is missing: on which article does it rest?"
    if act.listed and act.topic is None:
        yield "topic= is missing: under which heading does a reader find it?"
    if (Stage.HEARING in act.at or act.of_part) and act.in_record is None:
        yield "in_record= is missing: does it stand in the record of the hearing?"
    if act.serves is not Everyone.NOBODY and act.letter is None:
        yield "letter= is missing: what came, what kind of paper is it, and what does one do about it?"
    if act.serves is Everyone.NOBODY and act.letter is not None:
        yield "letter= without serves="
    if (act.serves is Everyone.CONCERNED) != (act.concerns is not None):
        yield "serves=Everyone.CONCERNED and concerns= go together"
    if act.window is not None:
        limit = limits.get(act.window)
        if limit is None:
            yield f"no room declares windows called {act.window}"
        elif act.meets and act.name not in limit.met_by:
            yield f"it meets the window {act.window}, which does not name it"


def _names(table: ActTable) -> Iterator[str]:
    """Each room's ``names.py`` names each of its acts, and nothing else."""
    rooms: dict[str, set[str]] = {}
    for act in table:
        rooms.setdefault(act.room, set()).add(act.name)
    for room, acts in rooms.items():
        module = importlib.import_module(f"odr.{room}.names")
        said = {key: value for key, value in vars(module).items() if key.isupper()}
        yield from (f"{module.__name__}: lacks {name.upper()}" for name in acts - set(said.values()))
        for key, value in said.items():
            if value not in acts or key != str(value).upper():
                yield f"{module.__name__}: {key} is no act of this room"


def _desks(table: ActTable) -> Iterator[str]:
    cleared = {desk.kind for act in table for desk in act.desk}
    for desk in DESKS:
        if not (desk.by_hand or desk.by_itself or desk.until_decided or desk.kind in cleared):
            yield f"desk {desk.kind}: no act takes it off (desk=), nor is it by_hand, by_itself or until_decided"


def _time_limits(table: ActTable, packs: PackRegistry, limits: TimeLimits) -> Iterator[str]:
    for limit in limits:
        lacking = [*_leads_nowhere(limit, table), *_by_the_packs(limit, _versions(packs))]
        yield from (f"window {limit.kind}: {what}" for what in lacking)


def _leads_nowhere(limit: TimeLimit, table: ActTable) -> Iterator[str]:
    """What the one it runs for could not do within it."""
    if not limit.met_by:
        yield "which act meets it?"
    yield from (f"no act is called {name}" for name in limit.met_by if table.get(name) is None)
    acts = [act for act in map(table.get, limit.met_by) if act is not None]
    by = {role for act in acts for role in act.by}
    if limit.nature in (Nature.DUTY, Nature.REMEDY):
        if limit.page is None and not any(act.listed and act.by & PARTY_ROLES for act in acts):
            yield "no party can do any of its acts, and it names no page"
    elif limit.nature is Nature.COURT and by.isdisjoint({*COURT_ROLES, Role.CLOCK}):
        yield "it is the court's, and nobody of the court can do any of its acts"


def _by_the_packs(limit: TimeLimit, packs: list[RulePack]) -> Iterator[str]:
    """Where a pack says otherwise for whom it runs, or does not say what silence costs."""
    key = limit.rule or limit.kind
    found = [(f"pack {pack.id} {pack.version}", pack.windows.rules[key]) for pack in packs if key in pack.windows.rules]
    if not found:
        yield f"no pack has a time limit called {key}"
    for pack, rule in found:
        if limit.nature not in WHOSE.get(rule.whose, tuple(Nature)):
            yield f"{pack} lets it run for the {rule.whose}: it cannot be of the nature {limit.nature.value}"
        if limit.nature in (Nature.DUTY, Nature.REMEDY) and rule.consequence is None:
            yield f"{pack} does not say what silence costs"
