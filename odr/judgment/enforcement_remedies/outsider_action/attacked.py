"""An outsider's action in the case that was decided: its parties learn of it, answer, and read what became of the decision (CPI 291, 298)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement_remedies.outsider_action.inputs import (
    AnswerOutsiderActionInput,
    RecordOutsiderActionInput,
    RecordOutsiderJudgmentInput,
)
from odr.judgment.enforcement_remedies.outsider_action.queries import (
    BINDING,
    OPINION,
    action_named,
    is_over,
    judgment_in,
    own_case,
    under_way,
    who_attacks,
)
from odr.judgment.enforcement_remedies.outsider_action.undoing import let_fall, let_go_on, owe_instead, set_whole_aside
from odr.judgment.queries import obligations_of
from odr.judgment.vocabulary import Instrument
from odr.procedure.acts.events import Served, ServiceFell
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.filing.claim.outsider_action.models import OutsiderAction
    from odr.procedure.sitting import Sitting


@act(
    title=T("Tell the parties of an outsider’s action against the decision"),
    input=RecordOutsiderActionInput,
    by={Role.CLOCK},
    at=set(BINDING),
    listed=False,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("Somebody outside attacks the decision in your case"),
        T(
            "You can say in writing what you think of it within [time outsider_action_opinion] of receiving this; it costs nothing. The decision stays in force and can be enforced meanwhile. If the court takes the action, you are sued in a case of its own, and its papers reach you there."
        ),
    ),
    source=law("CPL 59", "CPI 291"),
    topic=Topic.DECISION,
    in_record=False,
)
def record_outsider_action(
    sitting: Sitting, case: Case, given: RecordOutsiderActionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put on the docket of the decided case who attacks the decision and on what; each party's ten days run from its service (CPI 291)."""
    row = action_named(sitting, case, given.action)
    if row is None:
        raise ActNotOpen(T("No action against the decision is under way."))
    row.told_entry = sitting.next_number(case)
    title = T("%(name)s attacks the decision by an action. Record here how it ends.", name=given.name)
    sitting.open_task(case, Role.CLERK, desks.OUTSIDER_JUDGMENT, title, risk=40, subject=row.reference)
    return Recorded(T("%(name)s attacks the decision by an action", name=given.name), {"action": row.reference})


def on_served(sitting: Sitting, event: Served) -> None:
    """The action reached a party of the decision: their ten days begin (CPI 291)."""
    for row in under_way(sitting, event.case):
        if row.told_entry not in event.entries or row.taken_entry is not None:
            continue
        known = sitting.windows(event.case, OPINION, party=event.party, state=None, subject=row.reference)
        if all(window.state is WindowState.ENDED for window in known):
            sitting.start_window(
                event.case, OPINION, party=event.party, start=event.at, subject=row.reference, proof=event.proof
            )


def on_service_fell(sitting: Sitting, event: ServiceFell) -> None:
    """The action had not reached them: the days that ran from it run no more (OLR 31)."""
    for row in under_way(sitting, event.case):
        if row.told_entry in event.entries:
            sitting.close_windows(event.case, OPINION, WindowState.ENDED, party=event.party, subject=row.reference)


@guard("CPI 291")
def somebody_attacks_the_decision(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to answer."""
    return None if under_way(sitting, case) else T("No action against the decision is under way.")


@act(
    title=T("Answer the outsider’s action against the decision"),
    input=AnswerOutsiderActionInput,
    by=set(PARTY_ROLES),
    at=set(BINDING),
    guard=somebody_attacks_the_decision,
    window=OPINION,
    late=True,
    while_stayed=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party’s opinion on the action against the decision"),
        T("There is nothing you have to do. The judge who looks at the action reads it."),
    ),
    source=law("CPI 291"),
    topic=Topic.DECISION,
    in_record=False,
    help=T("It costs nothing. Who says nothing is sued all the same if the court takes the action."),
)
def answer_outsider_action(
    sitting: Sitting, case: Case, given: AnswerOutsiderActionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """A written opinion on an outsider's action, within ten days of the copy (CPI 291)."""
    me = sitting.party_of(case, actor)
    mine = [w.subject for w in sitting.windows(case, OPINION, party=me, state=None)]
    about = [row.reference for row in under_way(sitting, case) if row.reference in mine]
    return Recorded(T("%(name)s answers the action against the decision", name=me.name), {"actions": about})


@choice_source("outsider_actions_decided")
def outsider_actions_decided(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Actions against the decision that are over, and not on this docket as over."""
    rows = [row for row in under_way(sitting, case) if is_over(sitting, row)]
    return [Option(row.reference, who_attacks(sitting, row), own_case(sitting, row).number) for row in rows]


@choice_source("owed_under_the_decision")
def owed_under_the_decision(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What is owed in the case, but for what a ruling gives back."""
    rows = [row for row in obligations_of(sitting.session, case) if row.instrument is not Instrument.RETURNED]
    return [
        Option(
            row.reference,
            case.name_of(row.debtor_id),
            T("%(amount)s", amount=row.amount) if row.amount is not None else row.what,
        )
        for row in rows
    ]


@guard("CPI 298")
def an_action_is_over(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is recorded: no action against the decision is over."""
    if outsider_actions_decided(sitting, case, actor):
        return None
    return T("No action against the decision has ended; a judgment in it counts once it is in effect.")


@act(
    title=T("Record what an outsider’s action does to the decision"),
    input=RecordOutsiderJudgmentInput,
    by={Role.CLERK},
    at=set(BINDING),
    to={Stage.EFFECTIVE},
    guard=an_action_is_over,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("How the action against the decision ended"),
        T(
            "The docket says what is left of the decision and what is owed now. What is left goes on having effect; for what was paid on what fell, a judge rules whether it goes back."
        ),
    ),
    source=law("CPL 59, 244", "CPI 298"),
    desk=desks.OUTSIDER_JUDGMENT,
    topic=Topic.DECISION,
    in_record=False,
)
def record_outsider_judgment(
    sitting: Sitting, case: Case, given: RecordOutsiderJudgmentInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put on record what became of the decision: what fell of it is owed and enforced no more, what was paid on it may go back, what is
    left stands (CPI 298; CPL 244).

    Raises InvalidInput where the judgment in the action is not in effect, and for what does not fit the answer.
    """
    row = action_named(sitting, case, given.action)
    if row is None or row not in under_way(sitting, case) or not is_over(sitting, row):
        raise InvalidInput.at("action", T("Choose one of those listed."))
    _require_fit(sitting, row, given)
    judged = judgment_in(sitting, row)
    row.outcome, row.outcome_entry = given.answer, sitting.next_number(case)
    for desk in (desks.OUTSIDER_JUDGMENT, desks.OUTSIDER_HALTED):
        sitting.close_tasks(case, desk, row.reference)
    sitting.close_windows(case, OPINION, WindowState.ENDED, subject=row.reference)
    facts: dict[str, Any] = {"action": row.reference, "answer": given.answer, "case": own_case(sitting, row).number}
    if given.answer != "stands" and judged is not None:
        facts["fell"] = let_fall(sitting, case, given.falls, whole=given.whole)
        owe_instead(sitting, case, given.payments, judged)
        if given.whole:
            set_whole_aside(sitting, case)
        facts["whole"] = given.whole
    if (again := let_go_on(sitting, case, row, now)) is not None:
        facts["number"] = again
    return Recorded(_told(given, who_attacks(sitting, row)), facts)


def _require_fit(sitting: Sitting, row: OutsiderAction, given: RecordOutsiderJudgmentInput) -> None:
    """Raises InvalidInput."""
    if given.answer == "stands":
        if given.whole or given.falls or given.payments:
            raise InvalidInput.at(
                "answer", T("Where the decision stands, nothing of it falls and nothing is owed instead.")
            )
        return
    if judgment_in(sitting, row) is None:
        raise InvalidInput.at("answer", T("No judgment in this action is in effect, so the decision stands."))
    if given.whole and given.answer != "set_aside":
        raise InvalidInput.at("whole", T("Only a decision that is set aside falls as a whole."))
    if given.payments and given.answer != "changed":
        raise InvalidInput.at("payments", T("Only a decision that is changed has something owed instead."))


def _told(given: RecordOutsiderJudgmentInput, name: str) -> Text:
    if given.answer == "stands":
        return T("The decision stands: the action of %(name)s has ended", name=name)
    if given.answer == "changed":
        return T("By the judgment in the action of %(name)s a part of the decision is changed", name=name)
    if given.whole:
        return T("By the judgment in the action of %(name)s the decision is set aside", name=name)
    return T("By the judgment in the action of %(name)s a part of the decision is set aside", name=name)
