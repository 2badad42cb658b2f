"""An enforcement stands still by a ruling and goes on once its reason is gone; such rulings take effect when served (CPL 267, 269)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement.acts import takes_effect
from odr.judgment.enforcement.ending import INACTION, NOTICE
from odr.judgment.enforcement.queries import measures_of, open_enforcement
from odr.judgment.enforcement_remedies.deferral.models import SecurityState
from odr.judgment.enforcement_remedies.deferral.queries import security_now
from odr.judgment.models import EnforcementCase
from odr.procedure.acts.events import EnforcementRuns
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import EnforcementHaltRules
    from odr.procedure.sitting import Sitting


def _rules(sitting: Sitting, case: Case) -> EnforcementHaltRules | None:
    return sitting.pack(case).enforcement_halt


@choice_source("halt_grounds")
def halt_grounds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Why an enforcement is halted, by the rules of the country; not what is ruled on in another case."""
    rules, pack = _rules(sitting, case), sitting.pack(case)
    found = rules.grounds if rules is not None else {}
    return [Option(key, one.title, pack.cite(str(one.article))) for key, one in found.items() if not one.elsewhere]


@guard("CPL 267")
def it_can_be_halted(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """An enforcement is under way, is not halted, and the rules know that it can be."""
    if _rules(sitting, case) is None:
        return T("The rules of this court know no halt of an enforcement.")
    found = open_enforcement(sitting.session, case)
    if found is None:
        return T("No enforcement is under way.")
    return T("The enforcement is halted already.") if found.halted_entry is not None else None


class HaltEnforcementInput(CourtModel):
    """Why an enforcement stands still (CPL 267)."""

    ground: Annotated[str, CourtText(1, 40, one_line=True), field(T("Why it is halted"), choices="halt_grounds")]
    reasons: Annotated[str, CourtText(10, 8000), field(T("Reasons, and when it goes on"), widget="textarea")]


def _said(sitting: Sitting, case: Case, given: HaltEnforcementInput) -> list[Text]:
    """On which ground, until when, and from when the ruling holds."""
    rules, pack = _rules(sitting, case), sitting.pack(case)
    one = rules.grounds.get(given.ground) if rules is not None else None
    if one is None:
        return []
    return [
        T("%(what)s (%(article)s)", what=one.title, article=pack.cite(str(one.article))),
        T("Once the reason is gone, the enforcement goes on."),
        *takes_effect(sitting, case, given),
    ]


@act(
    title=T("Halt the enforcement"),
    input=HaltEnforcementInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=it_can_be_halted,
    strong=True,
    source=law("CPL 157, 267, 269"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling that halts the enforcement"),
        T(
            "There is nothing you have to do. The ruling takes effect when it is served. What is owed stays owed; no measure is taken until the reason is gone and the court goes on, of which you are told."
        ),
    ),
    paper=RulingForm(
        T("Halt of the enforcement"), NO_APPEAL, ruled=T("The enforcement is halted."), omits=("ground",), more=_said
    ),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "All of it, for a time. Property that an outsider has a right in is left alone by the ruling on their objection."
    ),
)
def halt_enforcement(
    sitting: Sitting, case: Case, given: HaltEnforcementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Halt an enforcement by a ruling that is served; the court itself takes no measure from the hour it rules (CPL 267, 269).

    The watch over inaction stands still with it (CPL 237). Raises InvalidInput for a ground the rules do not know, and for one that is
    ruled on in another case.
    """
    found, rules = open_enforcement(sitting.session, case), _rules(sitting, case)
    assert found is not None and rules is not None
    if given.ground not in rules.grounds or rules.grounds[given.ground].elsewhere:
        raise InvalidInput.at("ground", T("Choose one of those listed."))
    stand_still(sitting, case, found, given.ground)
    words = T("Enforcement %(number)s is halted: %(why)s", number=found.number, why=rules.grounds[given.ground].title)
    return Recorded(words, {"number": found.number, "ground": given.ground})


def stand_still(sitting: Sitting, case: Case, found: EnforcementCase, ground: str) -> None:
    """No measure is taken, nobody is asked to take one, and the watch over inaction stands still (CPL 237, 267)."""
    found.halted_entry, found.halt_ground = sitting.next_number(case), ground
    for kind in (NOTICE, INACTION):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=found.reference)
    sitting.close_tasks(case, desks.ENFORCEMENT, found.reference)


@guard("CPL 267")
def it_is_halted(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only what was halted goes on; what waits for security does when its day has passed, or the security was moved away (CPI 467)."""
    if security_now(sitting, case, SecurityState.HOLDS) is not None:
        return T("The enforcement waits for security: it goes on by itself once its day has passed.")
    return None if _halted(sitting, case) is not None else T("No enforcement is halted.")


def _halted(sitting: Sitting, case: Case) -> EnforcementCase | None:
    found = open_enforcement(sitting.session, case)
    return found if found is not None and found.halted_entry is not None else None


@guard("CPI 297")
def its_halt_was_ruled_here(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why it does not go on by a word here: it was halted in another case, against security, and goes on once that is over."""
    found, rules = _halted(sitting, case), _rules(sitting, case)
    ground = rules.grounds.get(found.halt_ground or "") if found is not None and rules is not None else None
    if ground is None or not ground.elsewhere:
        return None
    return T("This halt was ruled on in another case. The enforcement goes on by itself when that case is over.")


class ContinueEnforcementInput(CourtModel):
    """That the reason of a halt is gone."""

    reasons: Annotated[str, CourtText(5, 4000), field(T("Why it goes on"), widget="textarea")]


@act(
    title=T("Let the halted enforcement go on"),
    input=ContinueEnforcementInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=(it_is_halted, its_halt_was_ruled_here),
    source=law("CPL 267"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The halted enforcement goes on"),
        T(
            "Whoever still owes something should pay or do it now. If they do not, the court can take measures of enforcement."
        ),
    ),
    topic=Topic.DECISION,
    in_record=False,
)
def continue_enforcement(
    sitting: Sitting, case: Case, given: ContinueEnforcementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The reason of the halt is gone: measures can be taken, the watch over inaction begins anew, and so does the time for a
    notice that was not sent (CPL 237, 251, 267).
    """
    found = _halted(sitting, case)
    if found is None:
        raise ActNotOpen(T("No enforcement is halted."))
    go_on(sitting, case, found, now)
    return Recorded(T("Enforcement %(number)s goes on", number=found.number), {"number": found.number})


def go_on(sitting: Sitting, case: Case, found: EnforcementCase, now: datetime) -> None:
    """What was halted is enforced again: the watch over inaction begins anew, and the clerk looks for property."""
    found.halted_entry = found.halt_ground = None
    sitting.start_window(case, INACTION, start=now, subject=found.reference)
    title = T("Enforcement %(number)s goes on: look for property.", number=found.number)
    if not measures_of(sitting.session, found):
        # The halt came before the notice: it is owed to the debtor as before (CPL 251).
        sitting.start_window(case, NOTICE, start=now, subject=found.reference)
        title = T("Enforcement %(number)s: send the notice and look for property.", number=found.number)
    sitting.open_task(case, Role.CLERK, desks.ENFORCEMENT, title, risk=40, subject=found.reference)
    sitting.announce(EnforcementRuns(case))
