"""An outsider's action halts an enforcement only where security is given and the court allows it (CPI 297)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, Role, Stage
from odr.filing.claim.outsider_action.models import OutsiderAction
from odr.filing.claim.outsider_action.queries import outsider_action_of
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.judgment import desks, names
from odr.judgment.enforcement.halting import stand_still
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.enforcement_remedies.outsider_action.inputs import (
    AskToHaltForActionInput,
    HaltForActionInput,
    RuleOnHaltForActionInput,
)
from odr.judgment.enforcement_remedies.outsider_action.queries import (
    GROUND,
    action_named,
    attacked_case,
    halt_granted,
    own_case,
    under_way,
    who_attacks,
)
from odr.judgment.models import EnforcementCase
from odr.procedure.acts.events import EnforcementRuns
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

HEARD = frozenset({Stage.PENDING, Stage.HEARING, Stage.DELIBERATION})


@guard("CPI 297")
def the_decision_is_enforced(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to halt: the claim attacks no decision, nothing of it is being enforced, or it stands still."""
    row = outsider_action_of(sitting.session, case)
    if row is None:
        return T("This claim attacks no decision in effect.")
    found = open_enforcement(sitting.session, attacked_case(sitting, row))
    if found is None:
        return T("The decision is not being enforced.")
    return T("The enforcement is halted already.") if found.halted_entry is not None else None


@guard("CPI 297")
def no_halt_is_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why it is not asked for: it waits for the judge already."""
    return T("This waits for the ruling of the judge already.") if sitting.tasks(case, desks.OUTSIDER_HALT) else None


@act(
    title=T("Ask that the decision you attack is not enforced meanwhile"),
    input=AskToHaltForActionInput,
    by={Role.CLAIMANT},
    at=set(HEARD),
    guard=(the_decision_is_enforced, no_halt_is_asked),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A halt of the enforcement is asked for"),
        T(
            "There is nothing you have to do now. The judge rules on it, and the ruling is sent to you; until then the enforcement goes on."
        ),
    ),
    source=law("CPI 297"),
    topic=Topic.DECISION,
    in_record=False,
    help=T("Only with security. Without a ruling the enforcement goes on; it costs nothing to ask."),
)
def ask_to_halt_for_action(
    sitting: Sitting, case: Case, given: AskToHaltForActionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask, with security, that the attacked decision is not enforced while the action is heard (CPI 297)."""
    me = sitting.party_of(case, actor)
    title = T("%(name)s asks that the decision is not enforced meanwhile. Rule on it.", name=me.name)
    sitting.open_task(case, Role.JUDGE, desks.OUTSIDER_HALT, title, risk=70)
    return Recorded(T("%(name)s asks that the decision is not enforced meanwhile", name=me.name), {})


@guard("CPI 297")
def a_halt_is_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to rule on."""
    return None if sitting.tasks(case, desks.OUTSIDER_HALT) else T("Nobody asks that the enforcement is halted.")


def _said(sitting: Sitting, case: Case, given: RuleOnHaltForActionInput) -> list[Text]:
    """Of which case the enforcement is, and on what security it stands still."""
    row = outsider_action_of(sitting.session, case)
    if row is None:
        return []
    lines = [T("It is about the enforcement of case %(number)s.", number=attacked_case(sitting, row).number)]
    if given.answer == "halt" and given.security:
        lines.append(T("Security: %(what)s", what=given.security))
    return lines


@act(
    title=T("Rule on a halt of the enforcement for the action"),
    input=RuleOnHaltForActionInput,
    by={Role.JUDGE},
    at=set(HEARD),
    guard=a_halt_is_asked,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on a halt of the enforcement"),
        T(
            "There is nothing you have to do. Halted, the enforcement stands still until the action is over; refused, it goes on."
        ),
    ),
    paper=RulingForm(
        T("Halt of the enforcement"),
        NO_APPEAL,
        words={"halt": T("The enforcement is halted."), "refuse": T("The enforcement goes on.")},
        omits=("security",),
        more=_said,
    ),
    source=law("CPL 157", "CPI 297"),
    desk=desks.OUTSIDER_HALT,
    topic=Topic.DECISION,
    in_record=False,
)
def rule_on_halt_for_action(
    sitting: Sitting, case: Case, given: RuleOnHaltForActionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Let the enforcement of the attacked decision stand still against security, or refuse it (CPI 297). It is halted on the docket of
    that case right after. Raises InvalidInput where it is halted without security, or security is named and it is not.
    """
    row = outsider_action_of(sitting.session, case)
    if row is None:
        raise ActNotOpen(T("This claim attacks no decision in effect."))
    halted = given.answer == "halt"
    if halted != bool((given.security or "").strip()):
        raise InvalidInput.at(
            "security", T("Say which security was given where the enforcement is halted, and leave it empty otherwise.")
        )
    sitting.close_tasks(case, desks.OUTSIDER_HALT)
    if halted:
        row.given = {"halt": given.reasons}
        return Recorded(
            T("The enforcement of the attacked decision is halted"), {"action": row.reference, "answer": given.answer}
        )
    return Recorded(T("The attacked decision is enforced further"), {"action": row.reference, "answer": given.answer})


@act(
    title=T("Halt the enforcement for an outsider’s action"),
    input=HaltForActionInput,
    by={Role.CLOCK},
    at={Stage.ENFORCEMENT},
    of_part=True,
    listed=False,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The enforcement is halted for an outsider’s action"),
        T(
            "There is nothing you have to do. What is owed stays owed; no measure is taken until the action against the decision is over, and you are told then."
        ),
    ),
    source=law("CPL 267", "CPI 297"),
    topic=Topic.DECISION,
    in_record=False,
)
def halt_for_action(
    sitting: Sitting, case: Case, given: HaltForActionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The enforcement of this case stands still as was ruled in the action against its decision (CPI 297). Raises ActNotOpen where none is
    under way.
    """
    row, found = action_named(sitting, case, given.action), open_enforcement(sitting.session, case)
    if row is None or found is None:
        raise ActNotOpen(T("No enforcement is under way."))
    row.halted_entry = sitting.next_number(case)
    facts, name = {"action": row.reference}, who_attacks(sitting, row)
    _tell_the_judge(sitting, case, row, found)
    if found.halted_entry is not None:
        words = T(
            "Enforcement %(number)s stands still already, and for the action of %(name)s too", **_told(found, name)
        )
        return Recorded(words, facts)
    stand_still(sitting, case, found, GROUND)
    words = T("Enforcement %(number)s is halted for the action of %(name)s", **_told(found, name))
    return Recorded(words, {"number": found.number, **facts})


def _told(found: EnforcementCase, name: str) -> dict[str, str]:
    return {"number": found.number, "name": name}


def _tell_the_judge(sitting: Sitting, case: Case, row: OutsiderAction, found: EnforcementCase) -> None:
    """Whoever enforces learns at once that it stands still, by which case, and until when."""
    title = T(
        "Enforcement %(number)s stands still by a ruling in case %(case)s, until that case is over. Nothing is enforced meanwhile.",
        number=found.number,
        case=own_case(sitting, row).number,
    )
    sitting.close_tasks(case, desks.OUTSIDER_HALTED, row.reference)
    sitting.open_task(case, Role.JUDGE, desks.OUTSIDER_HALTED, title, risk=60, subject=row.reference)


def on_enforcement_runs(sitting: Sitting, event: EnforcementRuns) -> None:
    """An enforcement begins, or goes on, after a halt was ruled in an action against the decision: it stands still at once, its parties
    and its judge are told, and the security that was given stays (CPI 297).
    """
    case = event.case
    for row in under_way(sitting, case):
        ruled = halt_granted(sitting, row)
        if ruled is not None:
            halted = HaltForActionInput(action=row.reference, reasons=ruled["reasons"])
            sitting.then(names.HALT_FOR_ACTION, halted, actor=CLOCK_ACTOR)
