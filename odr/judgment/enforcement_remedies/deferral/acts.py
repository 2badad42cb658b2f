"""Security is offered in an enforcement, the creditor consents, and the judge decides until when it waits (CPL 242; CPI 467, 468)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement.halting import stand_still
from odr.judgment.enforcement.queries import enforced_in, open_enforcement
from odr.judgment.enforcement_remedies.deferral.inputs import (
    AnswerEnforcementSecurityInput,
    DecideOnDeferralInput,
    OfferEnforcementSecurityInput,
)
from odr.judgment.enforcement_remedies.deferral.models import EnforcementSecurity, SecurityState
from odr.judgment.enforcement_remedies.deferral.queries import (
    DEFERRAL,
    last_day,
    longest,
    rules_of,
    security_now,
)
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Premise, Recorded, RulingForm, Topic, act, guard
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = SecurityState


@guard("CPL 242")
def security_can_be_offered(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Whoever owes what is enforced offers it, while it does not stand still and no other security waits."""
    if rules_of(sitting, case) is None:
        return T("The rules of this court know no enforcement that waits for security.")
    found = open_enforcement(sitting.session, case)
    if found is None:
        return T("No enforcement is under way.")
    still = [o for o in enforced_in(sitting.session, case, found) if o.done_at is None]
    if not any(actor.party_id in o.debtors for o in still):
        return T("Only whoever still owes what is enforced offers security.")
    if found.halted_entry is not None:
        return T("The enforcement stands still already: nothing is enforced now.")
    if security_now(sitting, case, S.OFFERED, S.AGREED) is not None:
        return T("Security is offered already. First it is answered and decided on.")
    return None


@act(
    title=T("Offer security so that the enforcement waits"),
    input=OfferEnforcementSecurityInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=security_can_be_offered,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("Security is offered in the enforcement"),
        T(
            "If it is owed to you, say on the page of the case whether you consent that the enforcement waits. Without your consent it goes on."
        ),
    ),
    source=law("CPL 242", "CPI 468"),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Property of your own or of somebody else, or a guarantor. The creditor has to consent; then a judge decides until when nothing is enforced, a year at most."
    ),
)
def offer_enforcement_security(
    sitting: Sitting, case: Case, given: OfferEnforcementSecurityInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Offer security; until the creditor has consented and the judge decided, the enforcement goes on (CPL 242).

    Raises InvalidInput for another currency, a last day that is not to come, and a giver who is the debtor.
    """
    found, me = open_enforcement(sitting.session, case), sitting.party_of(case, actor)
    assert found is not None
    currency = sitting.pack(case).currency
    if given.bound is not None and given.bound.currency != currency:
        raise InvalidInput.at("bound", T("The amount is not in the currency of this court."))
    if given.ends_on is not None and given.ends_on <= sitting.today:
        raise InvalidInput.at("ends_on", T("The security must hold beyond today."))
    if given.giver and given.giver == me.name:
        raise InvalidInput.at("giver", T("You owe it yourself: somebody else has to give it."))
    row = EnforcementSecurity(
        case_id=case.id,
        enforcement_id=found.id,
        debtor_id=me.id,
        kind=given.kind,
        giver=given.giver or None,
        address=given.address or None,
        what=given.what,
        bound_minor=given.bound.minor if given.bound is not None else None,
        currency=currency,
        ends_on=given.ends_on,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(
        T(
            "%(name)s offers security in enforcement %(number)s: %(what)s",
            name=me.name,
            number=found.number,
            what=given.what,
        ),
        {"security": row.reference},
        kept=given.model_dump(mode="json") | {"address": None},
    )


@guard("CPL 242")
def security_is_offered_to_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only who asked for the enforcement consents, and once for each offer."""
    found, row = open_enforcement(sitting.session, case), security_now(sitting, case, S.OFFERED)
    if row is None or found is None or found.party_id != actor.party_id:
        return T("No security is offered to you.")
    return None


def offer_state(sitting: Sitting, case: Case, values: Any) -> str:
    """The offer an answer is about."""
    row = security_now(sitting, case, S.OFFERED)
    return row.reference if row is not None else ""


def what_is_offered(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """The security in words, and what consent means, before the creditor answers or the judge decides."""
    row, rules = security_now(sitting, case, S.OFFERED, S.AGREED), rules_of(sitting, case)
    if row is None or rules is None:
        return []
    lines = [T("%(kind)s: %(what)s", kind=row.kind.label, what=row.what)]
    if row.giver:
        lines.append(T("Given by: %(name)s", name=row.giver))
    if row.bound is not None:
        lines.append(T("It answers for %(amount)s at most.", amount=row.bound))
    until = last_day(sitting, case, row, None)
    if until is not None:
        lines.append(T("If the enforcement waits, then until the end of %(day)s.", day=until))
    else:
        most = longest(sitting, case, rules)
        lines.append(T("If the enforcement waits, the judge says until when, at most until %(day)s.", day=most))
    lines.append(T("Until then nothing is enforced against anybody; then the security is enforced against too."))
    return lines


@act(
    title=T("Answer the offer of security"),
    input=AnswerEnforcementSecurityInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=security_is_offered_to_me,
    says=what_is_offered,
    special=True,
    premise=Premise.SUBJECT,
    subject=offer_state,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("Answer to the offer of security in the enforcement"),
        T(
            "There is nothing you have to do. With consent a judge decides whether the enforcement waits, and until when; until then, and without consent, it goes on."
        ),
    ),
    source=law("CPL 242"),
    topic=Topic.DECISION,
    in_record=False,
)
def answer_enforcement_security(
    sitting: Sitting, case: Case, given: AnswerEnforcementSecurityInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The creditor consents, and the judge is asked to decide, or does not: then it stays as it is (CPL 242)."""
    row, me = security_now(sitting, case, S.OFFERED), sitting.party_of(case, actor)
    assert row is not None
    consents = given.answer == "consent"
    row.state, row.answered_by = S.AGREED if consents else S.DECLINED, sitting.next_number(case)
    if consents:
        title = T("The creditor consents to security: decide whether the enforcement waits, and until when.")
        sitting.open_task(case, Role.JUDGE, desks.ENFORCEMENT_DEFERRAL, title, risk=50, subject=row.reference)
    words = (
        T("%(name)s consents that the enforcement waits for security", name=me.name)
        if consents
        else T("%(name)s does not consent that the enforcement waits for security", name=me.name)
    )
    return Recorded(words, {"security": row.reference, "answer": given.answer})


@guard("CPL 242")
def the_creditor_consents(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The court lets no enforcement wait without the creditor's consent."""
    if security_now(sitting, case, S.AGREED) is not None:
        return None
    return T("First security is offered, and the creditor consents to it.")


def _said(sitting: Sitting, case: Case, given: DecideOnDeferralInput) -> list[Text]:
    """The security, the day, and what follows it."""
    row, pack, rules = security_now(sitting, case, S.AGREED), sitting.pack(case), rules_of(sitting, case)
    if row is None or rules is None:
        return []
    lines = [T("Security: %(what)s", what=row.what)]
    if row.giver:
        lines.append(T("Given by: %(name)s", name=row.giver))
    until = last_day(sitting, case, row, given.until)
    if given.answer == "wait" and until is not None:
        consents = T("The creditor consents to it (%(article)s).", article=pack.cite(str(rules.article)))
        words = T(
            "Nothing is enforced until the end of %(day)s (%(article)s).",
            day=until,
            article=pack.cite(str(rules.most_article)),
        )
        then = T(
            "What is not performed then is enforced against the security or the guarantor too (%(article)s).",
            article=pack.cite(str(rules.guarantor_article)),
        )
        lines += [consents, words, then]
    return lines


@act(
    title=T("Decide whether the enforcement waits for security"),
    input=DecideOnDeferralInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=the_creditor_consents,
    says=what_is_offered,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Whether the enforcement waits for security"),
        T(
            "If it waits, nothing is enforced until the day in the decision; whoever owes should pay by then, or the security is enforced against too. Otherwise the enforcement goes on."
        ),
    ),
    paper=RulingForm(
        T("Security in the enforcement"),
        NO_APPEAL,
        words={"wait": T("The enforcement waits."), "refuse": T("The enforcement goes on.")},
        is_decision=True,
        omits=("until",),
        more=_said,
    ),
    source=law("CPL 242", "CPI 467, 468"),
    desk=desks.ENFORCEMENT_DEFERRAL,
    topic=Topic.DECISION,
    in_record=False,
)
def decide_on_deferral(
    sitting: Sitting, case: Case, given: DecideOnDeferralInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Let the enforcement wait or not; it waits as long as a security with a term holds, and a year at most (CPI 467).

    Raises ActNotOpen where it stands still already or the security has run out, InvalidInput for a day the rules do not allow.
    """
    row, found = security_now(sitting, case, S.AGREED), open_enforcement(sitting.session, case)
    assert row is not None and found is not None
    row.decided_by = sitting.next_number(case)
    if given.answer == "refuse":
        if given.until is not None:
            raise InvalidInput.at("until", T("Leave this empty where the enforcement goes on."))
        row.state = S.REFUSED
        sitting.close_tasks(case, desks.ENFORCEMENT_DEFERRAL, row.reference)
        words = T("Enforcement %(number)s goes on without waiting for security", number=found.number)
        return Recorded(words, {"security": row.reference, "answer": "refuse"})
    if found.halted_entry is not None:
        raise ActNotOpen(T("The enforcement stands still already: nothing is enforced now."))
    until = _until(sitting, case, row, given.until)
    row.state, row.waits_until = S.HOLDS, until
    sitting.close_tasks(case, desks.ENFORCEMENT_DEFERRAL, row.reference)
    stand_still(sitting, case, found, DEFERRAL)
    sitting.start_window(
        case,
        DEFERRAL,
        party=case.party_if_any(row.debtor_id),
        start=now,
        subject=row.reference,
        amount=(until - sitting.today).days,
    )
    return Recorded(
        T("Enforcement %(number)s waits for security until %(day)s", number=found.number, day=until),
        {"security": row.reference, "answer": "wait", "number": found.number, "until": until.isoformat()},
    )


def _until(sitting: Sitting, case: Case, row: EnforcementSecurity, asked: date | None) -> date:
    """The last day. Raises as :func:`decide_on_deferral` says."""
    rules = rules_of(sitting, case)
    assert rules is not None
    if row.ends_on is not None and asked is not None:
        raise InvalidInput.at(
            "until", T("The security has a term, and the enforcement waits as long: leave this empty.")
        )
    until = last_day(sitting, case, row, asked)
    if until is None:
        raise InvalidInput.at("until", T("The security has no term: say until which day the enforcement waits."))
    if row.ends_on is not None and until <= sitting.today:
        raise ActNotOpen(T("The security has run out: the enforcement goes on."))
    most = longest(sitting, case, rules)
    if not sitting.today < until <= most:
        raise InvalidInput.at("until", T("The day lies after today and not after %(day)s.", day=most))
    return until
