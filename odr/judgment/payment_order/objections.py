"""The debtor's objection to a payment order: made in writing, taken back by leave, and looked at for its form alone (CPL 227,
228; CPI 432, 435–437).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.payment_order.acts import AT, RULE, need_number, options
from odr.judgment.payment_order.effect import may_take_effect
from odr.judgment.payment_order.inputs import NothingSaid, ObjectionRuling, PaymentObjectionInput
from odr.judgment.payment_order.lapse import lapse
from odr.judgment.payment_order.models import ObjectionState, PaymentObjection, PaymentOrderState
from odr.judgment.payment_order.papers import OBJECTED
from odr.judgment.payment_order.queries import (
    objections_of,
    payment_order_of,
    standing,
    sum_of,
    the_order,
    waiting_objection,
)
from odr.judgment.payment_order.rules import ground_of, grounds
from odr.judgment.time_limits import PAYMENT_ORDER_OBJECTION
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

RESULTS = {
    "upheld": (ObjectionState.UPHELD, T("The objection to the payment order stands")),
    "dismissed": (
        ObjectionState.DISMISSED,
        T("What was written does not count as an objection; the payment order stands"),
    ),
    "withdrawn": (ObjectionState.WITHDRAWN, T("The objection is withdrawn by leave; the payment order stands")),
}


@choice_source("payment_demands")
def payment_demands(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The sums of the order that stand."""
    row = payment_order_of(sitting.session, case)
    if row is None:
        return []
    withdrawn = _withdrawn(sitting, case)
    return [
        Option(
            str(number),
            T(
                "%(number)s. %(amount)s: %(what)s",
                number=number,
                amount=Money(one["minor"], row.currency),
                what=one["what"],
            ),
        )
        for number, one in standing(row)
        if number not in withdrawn
    ]


def _withdrawn(sitting: Sitting, case: Case) -> set[int]:
    """The sums to which an objection was withdrawn by leave: on that nobody goes back (CPI 437); the others are open."""
    return {n for one in objections_of(sitting.session, case, ObjectionState.WITHDRAWN) for n in one.demands}


@choice_source("payment_objection_grounds")
def payment_objection_grounds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Grounds on which an objection stands, and on which it is none."""
    return options(sitting, case, {**grounds(sitting, case, "upheld"), **grounds(sitting, case, "no_objection")})


@guard("CPL 227", "CPI 431, 437")
def nothing_was_objected_yet(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """One objection at a time; whoever withdrew one objects no more to the same sums (CPI 437)."""
    row = payment_order_of(sitting.session, case)
    if row is None or row.state is not PaymentOrderState.ISSUED:
        return T("There is no payment order that could be objected to.")
    if waiting_objection(sitting.session, case) is not None:
        return T("The judge has still to rule on an objection.")
    if {number for number, _ in standing(row)} <= _withdrawn(sitting, case):
        return T("The objection was withdrawn by leave: it cannot be made again.")
    return None


@act(
    title=T("Object to the payment order"),
    input=PaymentObjectionInput,
    by={Role.RESPONDENT},
    at=AT,
    guard=nothing_was_objected_yet,
    rule=RULE,
    window=PAYMENT_ORDER_OBJECTION,
    meets=False,
    in_writing=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("The debtor objects to the payment order"),
        T(
            "There is nothing you have to do now. The judge looks at the form of the objection, and the ruling is sent to you."
        ),
    ),
    source=law("CPL 227", "CPI 432, 435, 436"),
    topic=Topic.CLAIM,
)
def object_to_payment_order(
    sitting: Sitting, case: Case, given: PaymentObjectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Object in writing within fifteen days of receiving the order, to all of it or to some sums; the others stand (CPI
    432). Raises InvalidInput for a sum that is not ordered.
    """
    row, me = the_order(sitting, case), sitting.party_of(case, actor)
    numbers = sorted(set(given.demands))
    if not set(numbers) <= {number for number, _ in standing(row)} - _withdrawn(sitting, case):
        raise InvalidInput.at("demands", T("Choose one of those listed."))
    objection = PaymentObjection(
        case_id=case.id, demands=numbers, state=ObjectionState.WAITING, entry_number=sitting.next_number(case)
    )
    sitting.session.add(objection)
    sitting.session.flush()
    title = T("%(name)s objects to the payment order. Look at the form of the objection and rule on it.", name=me.name)
    sitting.open_task(case, Role.JUDGE, desks.PAYMENT_ORDER_OBJECTED, title, risk=55)
    words = T("%(name)s objects to the payment order over %(amount)s", name=me.name, amount=sum_of(row, numbers))
    return Recorded(words, {"objection": objection.reference, "demands": numbers})


def _to_rule_on(sitting: Sitting, case: Case) -> PaymentObjection | None:
    """The objection that waits for its ruling; none once the procedure has ended, though the seven days of what lapsed still run."""
    row = payment_order_of(sitting.session, case)
    if row is None or row.state is not PaymentOrderState.ISSUED:
        return None
    return waiting_objection(sitting.session, case)


@guard("CPI 437")
def my_objection_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """An objection is taken back until the judge has ruled on it, and once."""
    found = _to_rule_on(sitting, case)
    if found is None:
        return T("There is no objection on which a ruling is still to come.")
    return (
        T("You have taken the objection back. The judge gives leave.")
        if found.state is ObjectionState.TAKEN_BACK
        else None
    )


@act(
    title=T("Take the objection to the payment order back"),
    input=NothingSaid,
    by={Role.RESPONDENT},
    at=AT,
    guard=my_objection_waits,
    rule=RULE,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("The debtor takes the objection to the payment order back"),
        T("There is nothing you have to do now. The judge gives leave, and the ruling is sent to you."),
    ),
    source=law("CPI 437"),
    topic=Topic.CLAIM,
    help=T(
        "The judge must give leave. After that you cannot object to the same sums again, and the order stands over them."
    ),
)
def withdraw_payment_objection(
    sitting: Sitting, case: Case, given: NothingSaid, *, actor: Actor, now: datetime
) -> Recorded:
    """Take it back before it is ruled on: leave must be given, and nobody can go back on that (CPI 437)."""
    found = waiting_objection(sitting.session, case)
    assert found is not None
    found.state = ObjectionState.TAKEN_BACK
    name = sitting.party_of(case, actor).name
    return Recorded(T("%(name)s takes the objection to the payment order back", name=name))


@guard("CPL 228", "CPI 435")
def an_objection_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be an objection."""
    return (
        None
        if _to_rule_on(sitting, case) is not None
        else T("There is no objection on which a ruling is still to come.")
    )


@act(
    title=T("Rule on an objection to the payment order"),
    input=ObjectionRuling,
    by={Role.JUDGE},
    at=AT,
    to={Stage.EFFECTIVE, Stage.CLOSED},
    guard=an_objection_waits,
    rule=RULE,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on the objection to the payment order"),
        T(
            "If the objection stands, what it is about lapses and becomes a lawsuit, unless the applicant tells this court within the time the ruling names that they do not agree. Otherwise the order stands: whoever is ordered to pay should pay."
        ),
    ),
    paper=OBJECTED,
    source=law("CPL 228", "CPI 432, 435, 436, 437"),
    desk=desks.PAYMENT_ORDER_OBJECTED,
    topic=Topic.DECISION,
)
def rule_on_payment_objection(
    sitting: Sitting, case: Case, given: ObjectionRuling, *, actor: Actor, now: datetime
) -> Recorded:
    """Rule by its form alone: it stands on a ground of CPI 435, and is none on one of CPI 436; nobody decides who is right.

    Raises ActNotOpen where leave to withdraw is asked for and another ruling given, or the other way round (CPI 437).
    """
    need_number(case, given.case_number)
    row, objection = the_order(sitting, case), waiting_objection(sitting.session, case)
    assert objection is not None
    if (objection.state is ObjectionState.TAKEN_BACK) != (given.result == "withdrawn"):
        raise ActNotOpen(
            T("The debtor has taken the objection back: give leave.")
            if objection.state is ObjectionState.TAKEN_BACK
            else T("The debtor has not taken the objection back."),
            source=sitting.pack(case).cited("CPI 437"),
        )
    kinds = {"upheld": "upheld", "dismissed": "no_objection"}
    found = ground_of(grounds(sitting, case, kinds[given.result]), given.ground) if given.ground else None
    objection.state, words = RESULTS[given.result]
    objection.ruled_entry = sitting.next_number(case)
    sitting.close_tasks(case, desks.PAYMENT_ORDER_OBJECTED)
    if found is not None and given.result == "upheld":
        lapse(sitting, case, row, objection.demands, goes_over=found.goes_over)
    may_take_effect(sitting, case, row)
    return Recorded(words, {"objection": objection.reference, "demands": objection.demands, "ground": given.ground})
