"""The wait for security is over: the enforcement goes on, against the security or the guarantor too (CPL 242; CPI 467, 469)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.enforcement.halting import go_on
from odr.judgment.enforcement.queries import is_performed, open_enforcement
from odr.judgment.enforcement_remedies.deferral.bound import at_most, still_open
from odr.judgment.enforcement_remedies.deferral.inputs import (
    DeferralOverInput,
    EndDeferralInput,
    OrderGuarantorInput,
    ReportMovedSecurityInput,
)
from odr.judgment.enforcement_remedies.deferral.models import LIABLE, EnforcementSecurity, SecurityState
from odr.judgment.enforcement_remedies.deferral.queries import (
    DEFERRAL,
    is_guarantor,
    rules_of,
    security_now,
)
from odr.judgment.models import EnforcementCase
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = SecurityState
AGAINST_IT = T(
    "Whoever holds that the enforcement is against the law can object to it in writing, also whoever is not a party [CPL 236]."
)


def deferral_over(sitting: Sitting, case: Case, window: Window) -> None:
    """The last day has passed: unless everything is performed, the enforcement goes on by itself (CPI 469)."""
    found, row = open_enforcement(sitting.session, case), security_now(sitting, case, S.HOLDS)
    if row is None or found is None or row.reference != window.subject or is_performed(sitting.session, case, found):
        return
    sitting.then(names.GO_ON_AFTER_DEFERRAL, DeferralOverInput(security=row.reference))


def _goes_on(sitting: Sitting, case: Case, row: EnforcementSecurity, found: EnforcementCase, now: datetime) -> None:
    """What was put off is enforced, and whoever turns to the security or the guarantor is asked to (CPI 469)."""
    row.ended_by = sitting.next_number(case)
    sitting.close_tasks(case, desks.ENFORCEMENT_MOVED, row.reference)
    go_on(sitting, case, found, now)
    if is_guarantor(row):
        title = T("Rule up to which sum %(name)s is enforced against, who guarantees.", name=row.giver or "")
        sitting.open_task(case, Role.JUDGE, desks.ENFORCEMENT_GUARANTOR, title, risk=60, subject=row.reference)
    else:
        title = T("Enforce against the security too: %(what)s", what=row.what)
        sitting.open_task(case, Role.CLERK, desks.ENFORCEMENT_SECURITY, title, risk=60, subject=row.reference)


@act(
    title=T("The enforcement waits no longer for security"),
    input=DeferralOverInput,
    by={Role.CLOCK},
    at={Stage.ENFORCEMENT},
    of_part=True,
    listed=False,
    while_stayed=True,
    source=law("CPL 242", "CPI 469"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The enforcement waits no longer for security"),
        T(
            "Whoever still owes something should pay or do it now. If they do not, the court enforces against what they own, and against the security or the guarantor too."
        ),
    ),
    topic=Topic.DECISION,
    in_record=False,
)
def go_on_after_deferral(
    sitting: Sitting, case: Case, given: DeferralOverInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The day has passed and not everything is performed: enforcement goes on, against the security too (CPI 469). Raises ActNotOpen
    where none waits.
    """
    row, found = security_now(sitting, case, S.HOLDS), open_enforcement(sitting.session, case)
    if row is None or found is None or row.reference != given.security:
        raise ActNotOpen(T("The enforcement is not put off for security now."))
    row.state = S.OVER
    _goes_on(sitting, case, row, found, now)
    words = T("Enforcement %(number)s waits no longer: not everything was performed", number=found.number)
    return Recorded(words, {"security": row.reference, "number": found.number})


@guard("CPI 467")
def mine_waits_for_security(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only the creditor whose enforcement waits tells the court of it, and once until a judge has looked."""
    found, row = open_enforcement(sitting.session, case), security_now(sitting, case, S.HOLDS)
    if row is None or found is None or found.party_id != actor.party_id:
        return T("Nothing that is enforced for you is put off for security now.")
    waits = sitting.tasks(case, desks.ENFORCEMENT_MOVED)
    return T("You have told it already. A judge looks at it.") if waits else None


@act(
    title=T("Say that the security is being moved away"),
    input=ReportMovedSecurityInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=mine_waits_for_security,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("The security is said to be moved away"),
        T(
            "If it is said of you, you can write to the judge. Who moves, hides, sells or damages property that was given as security has it enforced against at once."
        ),
    ),
    source=law("CPI 467"),
    topic=Topic.DECISION,
    in_record=False,
)
def report_moved_security(
    sitting: Sitting, case: Case, given: ReportMovedSecurityInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Tell the judge what is done with property of the security; whether the enforcement goes on is the judge's (CPI 467)."""
    row, me = security_now(sitting, case, S.HOLDS), sitting.party_of(case, actor)
    assert row is not None
    row.told_moved = given.words
    title = T(
        "%(name)s says that the security is being moved away. Decide whether the enforcement goes on at once.",
        name=me.name,
    )
    sitting.open_task(case, Role.JUDGE, desks.ENFORCEMENT_MOVED, title, risk=80, subject=row.reference)
    return Recorded(T("%(name)s says that the security is being moved away", name=me.name), {"security": row.reference})


@guard("CPI 467")
def it_waits_for_security(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only what waits goes on."""
    return (
        None
        if security_now(sitting, case, S.HOLDS) is not None
        else T("The enforcement is not put off for security now.")
    )


@act(
    title=T("Go on at once: the security was moved away"),
    input=EndDeferralInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=it_waits_for_security,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The enforcement goes on before its day"),
        T(
            "Whoever still owes something should pay or do it now. The court enforces at once, against the security or the guarantor too."
        ),
    ),
    paper=RulingForm(
        T("Security in the enforcement"),
        AGAINST_IT,
        ruled=T("The enforcement goes on at once."),
        is_decision=True,
    ),
    source=law("CPI 467"),
    desk=desks.ENFORCEMENT_MOVED,
    topic=Topic.DECISION,
    in_record=False,
)
def end_deferral(sitting: Sitting, case: Case, given: EndDeferralInput, *, actor: Actor, now: datetime) -> Recorded:
    """Property of the security was moved, hidden, sold or damaged: the enforcement goes on before its day (CPI 467)."""
    row, found = security_now(sitting, case, S.HOLDS), open_enforcement(sitting.session, case)
    assert row is not None and found is not None
    row.state = S.MOVED
    sitting.close_windows(case, DEFERRAL, WindowState.ENDED, subject=row.reference)
    _goes_on(sitting, case, row, found, now)
    words = T("Enforcement %(number)s goes on at once: the security was moved away", number=found.number)
    return Recorded(words, {"security": row.reference, "number": found.number})


@guard("CPI 469")
def a_guarantor_answers(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A guarantor is enforced against once the wait is over, and by one ruling."""
    row = security_now(sitting, case, *LIABLE)
    if row is None or not is_guarantor(row):
        return T("No guarantor answers for what is enforced.")
    return T("It is ruled already.") if row.ordered_by is not None else None


def how_far(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """What the guarantor undertook, and what is left."""
    row = security_now(sitting, case, *LIABLE)
    if row is None:
        return []
    lines = [T("Given by: %(name)s", name=row.giver or ""), T("Security: %(what)s", what=row.what)]
    if row.bound is not None:
        lines.append(T("It answers for %(amount)s at most.", amount=row.bound))
    left = still_open(sitting, case, row)
    return [*lines, T("Still owed today, with interest: %(amount)s", amount=left)] if left is not None else lines


def _said(sitting: Sitting, case: Case, given: OrderGuarantorInput) -> list[Text]:
    """Against whom, and up to what sum."""
    row, pack, rules = security_now(sitting, case, *LIABLE), sitting.pack(case), rules_of(sitting, case)
    if row is None or rules is None:
        return []
    return [
        T(
            "Against the property of %(name)s it is enforced up to %(amount)s (%(article)s).",
            name=row.giver or "",
            amount=given.amount,
            article=pack.cite(str(rules.guarantor_article)),
        )
    ]


@act(
    title=T("Rule that a guarantor is enforced against"),
    input=OrderGuarantorInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=a_guarantor_answers,
    says=how_far,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling against who guaranteed in the enforcement"),
        T(
            "Whoever still owes something should pay or do it now. Up to the sum in the ruling it is enforced against who guaranteed; what they pay counts for whoever owes."
        ),
    ),
    paper=RulingForm(
        T("Enforcement against a guarantor"),
        AGAINST_IT,
        ruled=T("It is enforced against the property of the guarantor too."),
        omits=("amount",),
        more=_said,
    ),
    source=law("CPL 242", "CPI 469"),
    desk=desks.ENFORCEMENT_GUARANTOR,
    topic=Topic.DECISION,
    in_record=False,
)
def order_guarantor(
    sitting: Sitting, case: Case, given: OrderGuarantorInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Enforce against the property of who guaranteed, no further than they undertook and than is left (CPI 469).

    Raises InvalidInput for more, for nothing, and for another currency.
    """
    row, found = security_now(sitting, case, *LIABLE), open_enforcement(sitting.session, case)
    assert row is not None and found is not None
    most = at_most(sitting, case, row)
    if given.amount.currency != row.currency:
        raise InvalidInput.at("amount", T("The amount is not in the currency of this court."))
    if given.amount.minor <= 0 or (most is not None and given.amount.minor > most.minor):
        raise InvalidInput.at(
            "amount", T("The guarantor answers for %(amount)s at most.", amount=most if most is not None else "")
        )
    row.ordered_minor, row.ordered_by = given.amount.minor, sitting.next_number(case)
    sitting.close_tasks(case, desks.ENFORCEMENT_GUARANTOR, row.reference)
    title = T("Serve the ruling on the guarantor %(name)s, and enforce it.", name=row.giver or "")
    sitting.open_task(case, Role.CLERK, desks.ENFORCEMENT_SECURITY, title, risk=60, subject=row.reference)
    words = T("The guarantor %(name)s is enforced against up to %(amount)s", name=row.giver or "", amount=given.amount)
    return Recorded(words, {"security": row.reference, "amount": given.amount.minor})
