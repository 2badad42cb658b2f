"""The creditor asks that somebody else be the debtor, and the judge rules (CPL 243; CPI 470, 472, 473)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Party, PartyKind, Role, Stage
from odr.filing.parties.succession import Successor, leave_to_estate, put_in_place
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement.queries import enforced_in, open_enforcement
from odr.judgment.enforcement_remedies.deferral.after import AGAINST_IT
from odr.judgment.enforcement_remedies.successors.bound import article_of
from odr.judgment.enforcement_remedies.successors.inputs import AskToChangeDebtorInput, RuleOnDebtorInput
from odr.judgment.enforcement_remedies.successors.models import (
    OF_A_PERSON,
    ChangeState,
    DebtorChange,
    DebtorGround,
)
from odr.judgment.enforcement_remedies.successors.queries import asked_now, rules_of
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

G = DebtorGround
BEFORE = {G.HEIR: "death", G.BODY: "merger", G.DISSOLVED: "merger", G.RENAMED: "renamed", G.ESTATE: "death"}
"""Ground → how it is kept among the names of before of a party."""


def _replaceable(sitting: Sitting, case: Case) -> list[Party]:
    """Whoever still owes something of what is enforced now."""
    found = open_enforcement(sitting.session, case)
    if found is None:
        return []
    owe = {one for o in enforced_in(sitting.session, case, found) if o.done_at is None for one in o.debtors}
    return [party for party in case.parties if party.id in owe]


@choice_source("debtors_to_replace")
def debtors_to_replace(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Whoever still owes something of what is enforced now."""
    return [Option(party.reference, party.name) for party in _replaceable(sitting, case)]


@guard("CPL 243")
def debtor_can_be_changed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever the court is enforcing for asks, one thing at a time."""
    if rules_of(sitting, case) is None:
        return T("The rules of this court know no other debtor in an enforcement.")
    found = open_enforcement(sitting.session, case)
    if found is None:
        return T("No enforcement is under way.")
    if found.party_id != actor.party_id:
        return T("Only whoever the court is enforcing for asks for another debtor.")
    if not _replaceable(sitting, case):
        return T("Nobody owes any more what is enforced.")
    if asked_now(sitting.session, case) is not None:
        return T("This was asked for already: first the judge rules on it.")
    return None


@act(
    title=T("Ask that somebody else be the debtor"),
    input=AskToChangeDebtorInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=debtor_can_be_changed,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("It is asked that somebody else be the debtor"),
        T(
            "If you have something to say to it, write to the judge before the ruling. Until then it is enforced as before."
        ),
    ),
    source=law("CPL 243", "CPI 470, 472, 473"),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Where the debtor has died, or an organisation was divided, merged, struck off or renamed. An heir answers no further than the estate reaches."
    ),
)
def ask_to_change_debtor(
    sitting: Sitting, case: Case, given: AskToChangeDebtorInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask for it; a judge rules (CPL 243).

    Raises InvalidInput for somebody who owes nothing, a ground that does not fit the debtor, and the debtor's own name.
    """
    party: Party = sitting.resolved("party", given.party)
    if party not in _replaceable(sitting, case):
        raise InvalidInput.at("party", T("Choose one of those listed."))
    if (party.kind is PartyKind.PERSON) is not (given.ground in OF_A_PERSON):
        words = (
            T("%(name)s is a person: choose what can happen to a person.", name=party.name)
            if party.kind is PartyKind.PERSON
            else T("%(name)s is an organisation: choose what can happen to an organisation.", name=party.name)
        )
        raise InvalidInput.at("ground", words)
    if given.name and given.name == party.name:
        raise InvalidInput.at("name", T("This is the name of the debtor of now."))
    found = open_enforcement(sitting.session, case)
    assert found is not None
    row = DebtorChange(
        case_id=case.id,
        enforcement_id=found.id,
        party_id=party.id,
        was=party.name,
        ground=given.ground,
        name=given.name or None,
        kind=given.kind,
        email=given.email,
        phone=given.phone,
        address=given.address or None,
        reasons=given.reasons,
        currency=sitting.pack(case).currency,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    title = T(
        "Rule whether somebody else, or only an estate, is enforced against in the place of %(name)s.", name=party.name
    )
    sitting.open_task(case, Role.JUDGE, desks.ENFORCEMENT_DEBTOR, title, risk=60, subject=row.reference)
    return Recorded(
        T("Asked about the debtor %(name)s: %(ground)s", name=party.name, ground=given.ground.label),
        {"change": row.reference},
        kept=given.model_dump(mode="json") | {"address": None, "email": None, "phone": None},
    )


@guard("CPL 243")
def another_debtor_is_asked_for(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The court rules on what the creditor asked for."""
    waits = asked_now(sitting.session, case) is not None
    return None if waits else T("Nobody has asked for another debtor.")


def what_is_asked(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """Who, why and by which article, before the judge rules."""
    row = asked_now(sitting.session, case)
    if row is None:
        return []
    lines = [T("%(what)s (%(article)s)", what=row.ground.label, article=article_of(sitting, case, row.ground))]
    lines.append(T("The debtor is %(name)s.", name=row.was))
    if row.name:
        lines.append(T("Named in the request: %(name)s", name=row.name))
    return [*lines, T("What shows it: %(words)s", words=row.reasons)]


def _said(sitting: Sitting, case: Case, given: RuleOnDebtorInput) -> list[Text]:
    """Who stands in whose place, by which article, and how far they answer."""
    row = asked_now(sitting.session, case)
    if row is None:
        return []
    article = article_of(sitting, case, row.ground)
    lines = [T("%(what)s (%(article)s)", what=row.ground.label, article=article)]
    if given.answer != "allow":
        return [T("The debtor is %(name)s.", name=row.was)]
    if row.ground is G.ESTATE:
        return [*lines, T("Only the estate of %(name)s is enforced against.", name=row.was)]
    lines.append(T("%(after)s stands in the place of %(before)s.", after=row.name or "", before=row.was))
    if given.worth is not None:
        lines.append(
            T(
                "No more than %(amount)s is enforced against the heir (%(article)s).",
                amount=given.worth,
                article=article,
            )
        )
    return lines


@act(
    title=T("Rule on who is the debtor"),
    input=RuleOnDebtorInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=another_debtor_is_asked_for,
    says=what_is_asked,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on who is the debtor in the enforcement"),
        T(
            "The ruling says who is enforced against, why and how far. Whoever still owes something should pay or do it now; an heir no more than the ruling says."
        ),
    ),
    paper=RulingForm(
        T("Debtor in the enforcement"),
        AGAINST_IT,
        words={"allow": T("The debtor is changed as asked."), "refuse": T("The debtor stays.")},
        omits=("worth",),
        more=_said,
    ),
    source=law("CPL 243", "CPI 470, 472, 473"),
    means={Milestone.PARTY_REPLACED},
    desk=desks.ENFORCEMENT_DEBTOR,
    topic=Topic.DECISION,
    in_record=False,
)
def rule_on_debtor(sitting: Sitting, case: Case, given: RuleOnDebtorInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put the successor in the debtor's place, or leave the debt to the estate (CPI 470, 472, 473).

    Raises InvalidInput where an heir has no bound, or anybody else has one.
    """
    row = asked_now(sitting.session, case)
    assert row is not None
    bounded = given.answer == "allow" and row.ground is G.HEIR
    if given.worth is not None and not bounded:
        raise InvalidInput.at("worth", T("Leave this empty: only an heir answers within an estate."))
    if bounded and (given.worth is None or given.worth.minor <= 0):
        raise InvalidInput.at("worth", T("Say what the heir got of the estate: no more is enforced against them."))
    if given.worth is not None and given.worth.currency != row.currency:
        raise InvalidInput.at("worth", T("The amount is not in the currency of this court."))
    row.decided_by = sitting.next_number(case)
    sitting.close_tasks(case, desks.ENFORCEMENT_DEBTOR, row.reference)
    if given.answer == "refuse":
        row.state = ChangeState.REFUSED
        return Recorded(T("The debtor stays: %(name)s", name=row.was), {"change": row.reference})
    row.state, row.worth_minor = ChangeState.ALLOWED, given.worth.minor if given.worth is not None else None
    party = case.party(row.party_id)
    to = Successor(
        BEFORE[row.ground], row.name or party.name, row.kind or party.kind, row.email, row.phone, row.address
    )
    if row.ground is G.ESTATE:
        leave_to_estate(sitting, case, party, to, now)
        words = T("%(name)s has died: only the estate is enforced against", name=party.name)
        return Recorded(words, {"change": row.reference, "ground": row.ground.value})
    old = put_in_place(sitting, case, party, to, now)
    result = {
        "change": row.reference,
        "party": party.label,
        "before": old,
        "after": party.name,
        "ground": row.ground.value,
        "worth": row.worth_minor,
    }
    return Recorded(T("%(after)s stands in the place of %(before)s", after=party.name, before=old), result)
