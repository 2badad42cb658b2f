"""Two questions after each step of a case: was it clear, what got in the way. Answers name nobody; what they come to is
published, and no figure from few.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.ground.errors import ActNotOpen
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.hooks import Panel
from odr.register.models import Clear, Hindrance, Step, StepAnswer, StepAsked

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FEWEST = 10
"""From fewer answers than this nothing is published of a step."""
_OVER = frozenset({Stage.PRONOUNCED, Stage.APPEALED, Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED})
_HEARD = _OVER | {Stage.DELIBERATION}
_ANSWERED = _HEARD | {Stage.HEARING}
_LODGED = _ANSWERED | {Stage.LODGED, Stage.RETURNED, Stage.PENDING}


class StepInput(CourtModel):
    """The two questions."""

    clear: Annotated[
        Clear, field(T("Did you know what you had to do?"), options={one.value: one.label for one in Clear})
    ]
    hindrance: Annotated[
        Hindrance, field(T("What got in your way most?"), options={one.value: one.label for one in Hindrance})
    ]
    words: Annotated[
        str | None,
        CourtText(0, 500),
        field(
            T("Anything you want to say about it"),
            T("The court reads it and does not publish it. Do not write what names you or your case."),
            widget="textarea",
        ),
    ] = None


def step_behind(case: Case, role: Role) -> Step | None:
    """The newest step that is behind somebody of that role."""
    if case.stage in _OVER and case.accepted_at is not None:
        return Step.ENDING
    if case.stage in _HEARD:
        return Step.HEARING
    if role is Role.CLAIMANT:
        return Step.LODGING if case.stage in _LODGED else None
    return Step.JOINING if case.stage in _ANSWERED else None


def step_to_ask(session: Session, case: Case, actor: Actor) -> Step | None:
    """Of which step somebody is asked now; None where they were asked of it, or nothing is behind them."""
    if actor.role not in PARTY_ROLES or actor.account_id is None:
        return None
    step = step_behind(case, actor.role)
    if step is None:
        return None
    asked = session.scalar(
        built_once(
            lambda: select(StepAsked.id).where(
                StepAsked.account_id == actor.account_id, StepAsked.case_id == case.id, StepAsked.step == step
            )
        )
    )
    return None if asked is not None else step


def keep_answer(sitting: Sitting, case: Case, actor: Actor, given: StepInput | None) -> None:
    """Keep what somebody answered of the step behind them, apart from that they did; None: they do not want to answer.

    Raises ActNotOpen where they have been asked already.
    """
    session = sitting.session
    step = step_to_ask(session, case, actor)
    if step is None or actor.account_id is None:
        raise ActNotOpen(T("You have answered this already. Thank you."))
    session.add(StepAsked(account_id=actor.account_id, case_id=case.id, step=step))
    if given is not None:
        month = sitting.today.replace(day=1)
        session.add(
            StepAnswer(
                step=step,
                side=actor.role.value,
                month=month,
                clear=given.clear,
                hindrance=given.hindrance,
                words=given.words,
            )
        )


def feedback_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """On the case page of a party: the two questions of the step behind them, once."""
    step = step_to_ask(sitting.session, case, actor)
    return Panel("main", 95, "register/_asked.html", {"step": step}) if step is not None else None


@dataclass(frozen=True)
class StepFigures:
    """What was answered of one step."""

    step: Step
    answers: int
    clear: Counter[Clear]
    hindrance: Counter[Hindrance]

    @property
    def told(self) -> bool:
        """Whether there are enough answers to publish anything."""
        return self.answers >= FEWEST

    def share(self, count: int) -> int:
        """Of a hundred answers, rounded."""
        return round(100 * count / self.answers) if self.answers else 0


def figures(session: Session) -> list[StepFigures]:
    """What was answered of each step."""
    rows = session.execute(
        select(StepAnswer.step, StepAnswer.clear, StepAnswer.hindrance, func.count()).group_by(
            StepAnswer.step, StepAnswer.clear, StepAnswer.hindrance
        )
    ).all()
    found = []
    for step in Step:
        clear: Counter[Clear] = Counter()
        hindrance: Counter[Hindrance] = Counter()
        for _, one, other, count in (row for row in rows if row[0] is step):
            clear[one] += count
            hindrance[other] += count
        found.append(StepFigures(step, sum(clear.values()), clear, hindrance))
    return found


def as_csv(told: Sequence[StepFigures]) -> str:
    """The same for a spreadsheet: step, question, answer, count; steps with few answers are named without counts."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["step", "question", "answer", "count"])
    for one in told:
        if not one.told:
            table.writerow([one.step.value, "all", "", f"under {FEWEST}"])
            continue
        table.writerow([one.step.value, "all", "", one.answers])
        for clear in Clear:
            table.writerow([one.step.value, "clear", clear.value, one.clear[clear]])
        for hindrance in Hindrance:
            table.writerow([one.step.value, "hindrance", hindrance.value, one.hindrance[hindrance]])
    return out.getvalue()


def words_said(session: Session, limit: int = 200) -> list[StepAnswer]:
    """What was said in words, by month, for the court; within a month in no order that tells anything."""
    query = select(StepAnswer).where(StepAnswer.words.is_not(None))
    return list(session.scalars(query.order_by(StepAnswer.month.desc(), StepAnswer.reference).limit(limit)))
