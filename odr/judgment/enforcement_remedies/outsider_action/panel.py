"""On the page of a case: the action of an outsider against a decision, where it stands, and what is next, by when and at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.docket.queries import entries_of
from odr.filing.claim.outsider_action.models import OutsiderAction
from odr.filing.claim.outsider_action.queries import actions_against, outsider_action_of
from odr.ground.text import T, Text, last_day
from odr.judgment import names
from odr.judgment.enforcement_remedies.outsider_action.queries import (
    BINDING,
    OPINION,
    REVIEW,
    attacked_case,
    halt_granted,
    is_over,
    opinions_run,
    own_case,
    who_attacks,
)
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel

if TYPE_CHECKING:
    from odr.identity.actors import Actor
    from odr.procedure.sitting import Sitting

READERS = frozenset({*PARTY_ROLES, Role.JUDGE, Role.CLERK, Role.PRESIDENT})
OFFERED = (
    names.NAME_ATTACKED_DECISION,
    names.TAKE_OUTSIDER_ACTION,
    names.ANSWER_OUTSIDER_ACTION,
    names.ASK_TO_HALT_FOR_ACTION,
    names.RULE_ON_HALT_FOR_ACTION,
    names.RECORD_OUTSIDER_JUDGMENT,
)
"""What a reader can do about it, as far as it is open to them."""


@dataclass(frozen=True)
class Attack:
    """One action: what it attacks or by whom, where it stands, what is next, and the opinions on it."""

    what: Text
    state: Text
    next: Text | None
    opinions: list[Text]


def outsider_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What a reader reads of actions of outsiders, in the action's case and in the attacked one; none where there is none."""
    if actor.role not in READERS:
        return None
    own = outsider_action_of(sitting.session, case)
    told = [of_own_case(sitting, case, own)] if own is not None else []
    # Only a decision that took effect is attacked, and its docket tells of it.
    told_here = case.stage in BINDING or entries_of(sitting.session, case, names.RECORD_OUTSIDER_ACTION)
    against = [row for row in actions_against(sitting.session, case) if row.told_entry is not None] if told_here else []
    told += [of_attacked_case(sitting, case, row, actor) for row in against]
    if not told:
        return None
    table = sitting.court.table
    open_now = [table[name] for name in OFFERED if refusal(sitting, table[name], case, actor) is None]
    return Panel("main", 57, "judgment/_outsider_action.html", {"attacks": told, "acts": open_now})


def of_own_case(sitting: Sitting, case: Case, row: OutsiderAction) -> Attack:
    """The action as it is read where it is heard."""
    attacked = attacked_case(sitting, row)
    what = T("This claim attacks the decision of case %(number)s.", number=attacked.number)
    if row.outcome is not None:
        return Attack(what, OUTCOMES[row.outcome], None, [])
    if row.taken_entry is None:
        state = T(
            "Known on %(known)s; the time to bring the action ends with %(until)s.",
            known=row.known_on,
            until=row.until_on,
        )
        return Attack(what, state, _before_it_is_taken(sitting, case, row), opinions(sitting, row))
    state = T("The court took the action. The decision stays in force meanwhile.")
    if (ruled := halt_granted(sitting, row)) is not None:
        state = T(
            "The court took the action, and the decision is not enforced until it is over, also where an enforcement begins later. The security stays until then: %(security)s",
            security=ruled["security"],
        )
    if attacked.stage not in BINDING:
        return Attack(what, state, T("The decision is being heard again. The judge says how the action goes on."), [])
    following = (
        T("Next: the registry puts the outcome on the docket of the other case.") if case.stage in BINDING else None
    )
    return Attack(
        what, state, following or T("Next: a panel hears it in ordinary procedure. The fee is that of the claim."), []
    )


def _before_it_is_taken(sitting: Sitting, case: Case, row: OutsiderAction) -> Text | None:
    if case.stage in BINDING:
        return None
    zone = sitting.court.settings.tz
    if row.told_entry is not None and opinions_run(sitting, row):
        day = max(last_day(w.due_at, zone) for w in opinions_run(sitting, row) if w.due_at is not None)
        return T(
            "Next: the parties of the decision may answer until the end of %(day)s; then a judge decides.", day=day
        )
    ends = next((w.due_at for w in reversed(sitting.windows(case, REVIEW)) if w.due_at is not None), None)
    if ends is None:
        return T("Next: a judge takes the action or refuses it.")
    return T("Next: a judge takes the action or refuses it, by the end of %(day)s.", day=last_day(ends, zone))


def of_attacked_case(sitting: Sitting, case: Case, row: OutsiderAction, actor: Actor) -> Attack:
    """The action as the parties of the decision read it."""
    what = T("%(name)s attacks the decision by an action.", name=who_attacks(sitting, row))
    if row.outcome is not None:
        return Attack(what, OUTCOMES[row.outcome], None, [])
    state = T("The decision stays in force meanwhile.")
    if row.halted_entry is not None or halt_granted(sitting, row) is not None:
        state = T("The decision is not enforced until the action is over, also where an enforcement begins later.")
    if is_over(sitting, row):
        return Attack(what, state, T("Next: the registry records here what becomes of the decision."), [])
    if row.taken_entry is not None:
        number = own_case(sitting, row).number
        return Attack(
            what, state, T("Next: it is heard as case %(number)s, in which you are a party.", number=number), []
        )
    every = sitting.windows(case, OPINION, subject=row.reference)
    mine = [w.due_at for w in every if w.party_id == actor.party_id and w.due_at is not None]
    following = T("Next: a judge takes the action or refuses it.")
    if mine:
        day = last_day(mine[-1], sitting.court.settings.tz)
        following = T("You can say what you think of it by the end of %(day)s. It costs nothing.", day=day)
    return Attack(what, state, following, opinions(sitting, row))


def opinions(sitting: Sitting, row: OutsiderAction) -> list[Text]:
    """What the parties of the decision say to the action, by name."""
    case = attacked_case(sitting, row)
    return [
        T("%(name)s: %(words)s", name=case.name_of(entry.party_id), words=input_of(entry)["words"])
        for entry in entries_of(sitting.session, case, names.ANSWER_OUTSIDER_ACTION)
        if entry.number > (row.told_entry or 0)
    ]


OUTCOMES = {
    "changed": T("By judgment a part of the decision is changed; the rest goes on having effect."),
    "set_aside": T("By judgment what was attacked of the decision is set aside; the rest goes on having effect."),
    "stands": T("The action is over, and the decision stands."),
}
"""What became of the decision."""
