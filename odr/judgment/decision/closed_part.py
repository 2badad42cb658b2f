"""A part of the case that is closed before the rest, so that it can be decided first (CPL 156)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from sqlalchemy import select

from odr.docket.models import Audience, Case, Role, Stage
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.hearing.queries import examination_of
from odr.hearing.ripeness.basis import without_basis
from odr.hearing.ripeness.times import nothing_found_yet
from odr.identity.actors import Actor
from odr.judgment.decision.file_before_judge import CaseFile, FactOnFile, case_file
from odr.judgment.decision.queries import reliefs_by_key
from odr.judgment.models import ClosedPart, Decision
from odr.judgment.queries import decisions_of
from odr.judgment.vocabulary import DecisionState
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def closed_parts(sitting: Sitting, case: Case) -> list[ClosedPart]:
    """The parts closed in the examination that stands: what others heard closes nothing (CPL 41)."""
    examination = examination_of(sitting.session, case)
    since = examination.opened_by if examination is not None else 0
    rows = select(ClosedPart).where(ClosedPart.case_id == case.id, ClosedPart.entry_number >= since)
    return list(sitting.session.scalars(rows.order_by(ClosedPart.id)))


@guard("CPL 144, 156", "EV 51")
def a_part_is_ripe(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no part can be closed: somebody may still answer or bring evidence, or no hearing carries it."""
    if decisions_of(sitting.session, case, DecisionState.COOLING):
        return T("A signed decision is waiting to be pronounced. Take it back first.")
    return next(chain(nothing_found_yet(sitting, case), without_basis(sitting, case, whole=False)), None)


class ClosePartInput(CourtModel):
    """What is decided first: the heads, and the facts they rest on."""

    heads: Annotated[
        list[str],
        Field(min_length=1, max_length=40),
        field(T("What is decided first?"), choices="reliefs_asked", widget="checkboxes"),
    ]
    facts: Annotated[
        list[int],
        Field(min_length=1, max_length=200),
        RefTo("fact_number"),
        field(
            T("On which facts does it rest?"),
            T(
                "All that they were shown with has been open to the other side; on each something is found before it is decided."
            ),
            widget="checkboxes",
        ),
    ]
    reasons: Annotated[
        str, CourtText(5, 2000), field(T("Why are these facts clear, and the rest not yet?"), widget="textarea")
    ]


@act(
    title=T("Close a part of the case"),
    input=ClosePartInput,
    by={Role.JUDGE},
    at={Stage.HEARING, Stage.DELIBERATION},
    guard=a_part_is_ripe,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A part of your case is closed and decided first"),
        T(
            "Read which part it is. There is nothing you have to do; the judgment on it is sent to you, and the rest goes on. If you have something to say or to show on this part, do it at once: then it is heard before the part is decided."
        ),
    ),
    source=law("CPL 156"),
    seen_by=Audience.HEARING,
    topic=Topic.DECISION,
    in_record=True,
)
def close_part(sitting: Sitting, case: Case, given: ClosePartInput, *, actor: Actor, now: datetime) -> Recorded:
    """Close heads of the claim with the facts they rest on, of which everything was open to the other side (CPL 156;
    CPI 103). What comes in on one of the facts afterwards opens it again.

    Raises InvalidInput for a head that is not asked for, and for a fact with an exhibit nobody could speak on.
    """
    asked = reliefs_by_key(sitting.session, case)
    if any(head not in asked for head in given.heads):
        raise InvalidInput.at("heads", T("Choose one of those listed."))
    for reason in _not_examined(case_file(sitting, case), given.facts, 0):
        raise InvalidInput.at("facts", reason)
    numbers = sorted(set(given.facts))
    row = ClosedPart(
        case_id=case.id,
        reliefs=[asked[head][1].id for head in dict.fromkeys(given.heads)],
        facts=numbers,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(
        T("A part of the case is closed: %(count)s heads", count=len(row.reliefs)),
        {"heads": list(dict.fromkeys(given.heads)), "facts": numbers, "reasons": given.reasons},
    )


def _facts(file: CaseFile, numbers: list[int]) -> list[FactOnFile]:
    return [fact for fact in file.facts if fact.fact.number in numbers]


def _not_examined(file: CaseFile, numbers: list[int], since: int) -> Iterator[Text]:
    """What keeps facts from being clear: an exhibit on one of them that was not open to cross-examination."""
    examined = {e.exhibit.id for e in file.exhibits if e.examined}
    for fact in _facts(file, numbers):
        for exhibit in fact.shown_by:
            if exhibit.id not in examined:
                yield T(
                    "Exhibit %(label)s on fact %(number)s was never open to cross-examination. Hear it, then close the part [CPL 156; CPI 103].",
                    label=exhibit.label,
                    number=fact.label,
                )
            elif since and exhibit.entry_number > since:
                yield T(
                    "Exhibit %(label)s on fact %(number)s came after the part was closed. Close the part again [CPL 156].",
                    label=exhibit.label,
                    number=fact.label,
                )


def part_problems(sitting: Sitting, case: Case, decision: Decision, file: CaseFile) -> Iterator[Text]:
    """What keeps a partial judgment from being signed: a head in it whose part is not closed, or a fact of that part on
    which nothing is found (CPL 156).
    """
    newest: dict[int, ClosedPart] = {}
    for part in closed_parts(sitting, case):
        newest.update(dict.fromkeys(part.reliefs, part))
    asked = {relief.id: relief for _, relief in reliefs_by_key(sitting.session, case).values()}
    heads = dict.fromkeys(o.relief_id for o in decision.orders if o.relief_id is not None)
    for head in heads:
        if head not in newest and head in asked:
            yield T(
                "What was asked for as no. %(number)s is not closed yet. The judge closes the part that is decided first [CPL 156].",
                number=asked[head].number,
            )
    for part in {part.id: part for head, part in newest.items() if head in heads}.values():
        yield from _not_examined(file, part.facts, part.entry_number)
        for fact in _facts(file, part.facts):
            if fact.finding is None:
                yield T("There is no finding on fact %(number)s.", number=fact.label)
