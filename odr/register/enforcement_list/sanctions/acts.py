"""How somebody is fined or detained: asked for, proposed, heard, decided by the president (CPL 114, 118, 119, 252; PIV 9)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from odr.docket.models import FROM_ACCEPTANCE, PARTY_ROLES, Case, Party, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.judgment.enforcement.queries import open_enforcement
from odr.payments.costs.attendance import collect
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.scales import FeeStep
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import WindowState
from odr.procedure.papers.form import verified_birthday
from odr.procedure.papers.rulings import STANDS as NO_REVIEW
from odr.procedure.rules.base import law
from odr.register import desks, time_limits
from odr.register.enforcement_list.listing import fits_the_person, is_enforced_for_me
from odr.register.enforcement_list.queries import bars_of, debtors, is_person, replaced_since
from odr.register.enforcement_list.reporting import chosen_debtor, named, report_failed, whose_debt
from odr.register.enforcement_list.sanctions.inputs import (
    AnswerSanctionInput,
    AskSanctionInput,
    DecideSanctionInput,
    ProposeSanctionInput,
    RefuseSanctionInput,
)
from odr.register.enforcement_list.sanctions.models import ConductSanction, Custody, Measure, Sanction, SanctionState
from odr.register.enforcement_list.sanctions.queries import (
    NO_RULES,
    end_named,
    fine_of,
    for_conduct,
    ground_of,
    in_enforcement,
    is_of_person,
    name_of,
    never,
    rules_of,
    sanction_named,
    sanctions_of,
    why_over,
)
from odr.register.enforcement_list.sanctions.telling import conduct_words, tell_others

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import SanctionRules
    from odr.procedure.sitting import Sitting


SPENT = frozenset({SanctionState.DECIDED, SanctionState.LIFTED})
"""Where a conduct was decided on for good: what the higher court revoked is not ordered anew either (CPI 184, 186)."""


def _rules(sitting: Sitting, case: Case) -> SanctionRules:
    found = rules_of(sitting, case)
    if found is None:
        raise ActNotOpen(NO_RULES)
    return found


@guard("CPL 114, 252")
def somebody_can_be_sanctioned(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The rules know such measures, and somebody owes what is being enforced and overdue for whom nobody acts as guardian."""
    if rules_of(sitting, case) is None:
        return NO_RULES
    found = debtors(sitting, case)
    if not found:
        return T("Nobody owes anything overdue that is being enforced.")
    reasons = [never(sitting, case, party, sitting.today) for party in found]
    return reasons[0] if all(reasons) else None


def _checked(
    sitting: Sitting,
    case: Case,
    debtor: Party,
    ground: str,
    done_on: date,
    *,
    of_officer: bool = False,
    taken_up: Sanction | None = None,
) -> None:
    """Whether the conduct can be what it is called, and was not dealt with before: of an organisation once itself and once an
    officer of it, who answers beside it (CPL 114; CPI 184). Raises InvalidInput.
    """
    rules = _rules(sitting, case)
    rule = rules.grounds[ground]
    if done_on > sitting.today:
        raise InvalidInput.at("done_on", T("This day is still to come."))
    if rule.report and not report_failed(sitting, case, debtor):
        raise InvalidInput.at("ground", T("This debtor was not ordered to report property, or can still do so."))
    if rule.barred and not any(
        one.party_id == debtor.id
        and one.ordered_at is not None
        and one.ordered_at.astimezone(sitting.court.settings.tz).date() <= done_on
        and replaced_since(debtor, one.ordered_entry or 0) is None
        for one in bars_of(sitting.session, case, "ordered", "lifted")
    ):
        raise InvalidInput.at("ground", T("Costly consumption was not barred for this debtor on that day."))
    known: list[Measure] = [
        *in_enforcement(sitting.session, case),
        *for_conduct(sitting.session, case),
    ]
    for row in known:
        if (
            row.party_id != debtor.id
            or row.ground != ground
            or (row.officer is not None) != of_officer
            or row is taken_up
        ):
            continue
        if row.state in (SanctionState.ASKED, SanctionState.PROPOSED):
            raise InvalidInput.at("ground", T("This waits for an answer already."))
        decided = row.decided_at.astimezone(sitting.court.settings.tz).date() if row.decided_at else None
        if row.state in SPENT and decided is not None and done_on <= decided:
            raise InvalidInput.at(
                "done_on",
                T(
                    "For the same conduct nobody is fined or detained again (%(article)s). Name what was done after %(day)s.",
                    article=sitting.pack(case).cite(str(rules.again_article)),
                    day=decided,
                ),
            )


@act(
    title=T("Ask that a debtor be fined or detained"),
    input=AskSanctionInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=(somebody_can_be_sanctioned, is_enforced_for_me),
    source=law("CPL 114, 252", "PIV 9", "RHC 11"),
    topic=Topic.DECISION,
    help=T(
        "For refusing to perform although able to, hiding property or hindering the court. It costs nothing; a fine goes to the treasury, not to you."
    ),
)
def ask_for_sanction(sitting: Sitting, case: Case, given: AskSanctionInput, *, actor: Actor, now: datetime) -> Recorded:
    """The creditor asks; a judge answers, and the president alone can order it (CPL 119)."""
    debtor, found = chosen_debtor(sitting, case, given.debtor), open_enforcement(sitting.session, case)
    if found is None:
        raise ActNotOpen(T("No enforcement is under way."))
    why = never(sitting, case, debtor, given.done_on)
    if why is not None:
        raise InvalidInput.at("debtor", why)
    _checked(sitting, case, debtor, given.ground, given.done_on)
    row = Sanction(
        case_id=case.id,
        enforcement_id=found.id,
        party_id=debtor.id,
        asked_by_id=sitting.party_of(case, actor).id,
        state=SanctionState.ASKED,
        ground=given.ground,
        facts=given.facts,
        done_on=given.done_on,
        entry_number=sitting.next_number(case),
        asked_entry=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    title = T("A creditor asks that %(name)s be fined or detained. Propose it, or refuse.", name=debtor.name)
    sitting.open_task(case, Role.JUDGE, desks.SANCTION_REQUEST, title, risk=55, subject=row.reference)
    return Recorded(T("Asked: a fine or detention of %(name)s", name=debtor.name), {"sanction": row.reference})


@choice_source("sanction_requests")
def sanction_requests(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests that wait for a judge."""
    rows = in_enforcement(sitting.session, case, SanctionState.ASKED)
    return [Option(row.reference, case.name_of(row.party_id), row.facts) for row in rows]


@guard("CPL 114, 119")
def a_sanction_is_asked_for(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A creditor asked, and nobody has answered."""
    waits = sanction_requests(sitting, case, actor)
    return None if waits else T("No request for a fine or detention is waiting.")


def _about(sitting: Sitting, case: Case, given: RefuseSanctionInput) -> list[Text]:
    row = sanction_named(sitting.session, case, given.sanction)
    return [T("The debtor is %(name)s.", name=case.name_of(row.party_id))] if row is not None else []


@act(
    title=T("Refuse a request for a fine or detention"),
    input=RefuseSanctionInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT, Stage.EFFECTIVE},
    of_part=True,
    in_record=False,
    guard=a_sanction_is_asked_for,
    source=law("CPL 114, 119"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision: no fine and no detention"),
        T(
            "There is nothing you have to do. The decision says why; what is owed stays owed, and the enforcement goes on."
        ),
    ),
    paper=RulingForm(
        T("Fine or detention"),
        NO_REVIEW,
        ruled=T("Neither a fine nor detention is proposed."),
        is_decision=True,
        omits=("sanction",),
        more=_about,
    ),
    desk=desks.SANCTION_REQUEST,
    topic=Topic.DECISION,
)
def refuse_sanction(
    sitting: Sitting, case: Case, given: RefuseSanctionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Answer a creditor that nothing is proposed."""
    row = sanction_named(sitting.session, case, given.sanction, SanctionState.ASKED)
    if row is None:
        raise InvalidInput.at("sanction", T("Choose one of those listed."))
    row.state, row.over_entry = SanctionState.REFUSED, sitting.next_number(case)
    sitting.close_tasks(case, desks.SANCTION_REQUEST, row.reference)
    return Recorded(
        T("No fine and no detention is proposed for %(name)s", name=case.name_of(row.party_id)),
        {"sanction": row.reference},
    )


def in_bounds(
    sitting: Sitting, case: Case, rules: SanctionRules, fine: Money | None, days: int | None, *, of_person: bool
) -> None:
    """Whether a fine and a detention are within what the law allows: of a person up to its bound, of an organisation between
    its two, and no organisation is detained (CPL 118). Raises InvalidInput.
    """
    cite = sitting.pack(case).cite(str(rules.amount_article))
    if fine is not None and fine.currency != sitting.pack(case).currency:
        raise InvalidInput.at("fine", T("The amount is not in the currency of this court."))
    if fine is None and not days:
        raise InvalidInput.at("fine", T("Name a fine, days of detention, or both."))
    if days and not of_person:
        raise InvalidInput.at("days", T("An organisation is not detained. Name an officer of it, or leave it empty."))
    if days and days > rules.days:
        raise InvalidInput.at("days", T("At most %(days)s days (%(article)s).", days=rules.days, article=cite))
    if fine is None:
        return
    least, most = (1, rules.person_most) if of_person else (rules.body_least, rules.body_most)
    if not least <= fine.minor <= most:
        low, high = Money(least, fine.currency), Money(most, fine.currency)
        raise InvalidInput.at(
            "fine",
            T("A fine of a person is at most %(most)s (%(article)s).", most=high, article=cite)
            if of_person
            else T(
                "A fine of an organisation is at least %(least)s and at most %(most)s (%(article)s).",
                least=low,
                most=high,
                article=cite,
            ),
        )


def _of_age(sitting: Sitting, case: Case, debtor: Party, given: ProposeSanctionInput) -> None:
    """Whether who is to be fined or detained may be: never a child. Raises InvalidInput."""
    of_person = bool(given.officer) or is_person(debtor)
    if given.officer and is_person(debtor):
        raise InvalidInput.at("officer", T("Only an organisation has officers: leave it empty."))
    if of_person and given.born_on is None:
        seen = verified_birthday(debtor.details) if not given.officer else None
        if seen is None:
            raise InvalidInput.at("born_on", T("Say the day of birth of the person."))
    if not of_person and given.born_on is not None:
        raise InvalidInput.at("born_on", T("Only a person has a day of birth: leave it empty."))
    if given.born_on is not None:
        if not given.officer:
            fits_the_person(sitting, debtor, given.born_on)
        elif given.born_on > sitting.today:
            raise InvalidInput.at("born_on", T("This day is still to come."))
    why = never(sitting, case, debtor, given.done_on, given.born_on)
    if why is not None:
        raise InvalidInput.at("born_on", why)


@act(
    title=T("Propose a fine or detention"),
    input=ProposeSanctionInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=somebody_can_be_sanctioned,
    source=law("CPL 114, 118, 119, 252", "CPI 183, 184, 188, 189, 193", "PIV 9", "RHC 11", "COURT sanction-hearing"),
    serves=Everyone.CONCERNED,
    concerns=whose_debt,
    letter=Letter(
        PaperKind.NOTICE,
        T("You may be fined or detained"),
        T(
            "Pay or do what is owed and say so, or answer what is held against you; both cost nothing. Otherwise the president of the court decides on what is in the file."
        ),
        runs=time_limits.SANCTION_ANSWER,
    ),
    desk=desks.SANCTION_REQUEST,
    topic=Topic.DECISION,
    help=T("Who is to be fined or detained is heard first; the president decides. Never for a child."),
)
def propose_sanction(
    sitting: Sitting, case: Case, given: ProposeSanctionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Tell somebody what is held against them and what is proposed, and put it before the president (CPL 119).

    The day of birth is looked at and not kept. Raises InvalidInput outside the bounds of the law, for a child, and for conduct
    that was dealt with.
    """
    debtor, found = chosen_debtor(sitting, case, given.debtor), open_enforcement(sitting.session, case)
    if found is None:
        raise ActNotOpen(T("No enforcement is under way."))
    rules = _rules(sitting, case)
    asked = next(
        (
            row
            for row in in_enforcement(sitting.session, case, SanctionState.ASKED)
            if row.party_id == debtor.id and row.ground == given.ground
        ),
        None,
    )
    _checked(sitting, case, debtor, given.ground, given.done_on, of_officer=bool(given.officer), taken_up=asked)
    _of_age(sitting, case, debtor, given)
    in_bounds(sitting, case, rules, given.fine, given.days, of_person=bool(given.officer) or is_person(debtor))
    row = asked or Sanction(case_id=case.id, party_id=debtor.id, ground=given.ground)
    row.enforcement_id, row.state, row.facts, row.done_on = found.id, SanctionState.PROPOSED, given.facts, given.done_on
    row.officer, row.days = given.officer or None, given.days or 0
    row.fine_minor, row.entry_number = given.fine.minor if given.fine else 0, sitting.next_number(case)
    sitting.session.add(row)
    sitting.session.flush()
    sitting.close_tasks(case, desks.SANCTION_REQUEST, row.reference)
    name = name_of(case, row)
    title = T("Decide whether %(name)s is fined or detained.", name=name)
    sitting.open_task(case, Role.PRESIDENT, desks.SANCTION, title, risk=65, subject=row.reference)
    return Recorded(
        T("%(name)s is told that a fine or detention is proposed", name=name),
        {"sanction": row.reference, "fine": row.fine_minor, "days": row.days},
        named=named(debtor),
        kept=given.model_dump(mode="json") | {"born_on": None},
    )


@act(
    title=T("Answer a proposed fine or detention"),
    input=AnswerSanctionInput,
    by=set(PARTY_ROLES),
    at=set(FROM_ACCEPTANCE),
    of_part=True,
    in_record=False,
    window=time_limits.SANCTION_ANSWER,
    while_stayed=True,
    source=law("CPL 118", "COURT sanction-hearing"),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("The answer to a proposed fine or detention"),
        T("There is nothing you have to do. The president of the court decides on the proposal and on this answer."),
    ),
    topic=Topic.DECISION,
)
def answer_sanction(
    sitting: Sitting, case: Case, given: AnswerSanctionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Say why one should not be fined or detained; the president reads it before the decision (COURT sanction-hearing)."""
    return Recorded(T("%(name)s answers the proposed fine or detention", name=sitting.party_of(case, actor).name))


@choice_source("proposed_sanctions")
def proposed_sanctions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Proposals that wait for the president, with what is proposed."""
    rows = sanctions_of(sitting.session, case, SanctionState.PROPOSED)
    return [Option(row.reference, name_of(case, row), proposed_words(sitting, case, row)) for row in rows]


NO_REASON = T("There is no reason for it any more.")
CAN_ANSWER = T("Who is to be fined or detained can still answer.")
NOT_REACHED = T("The proposal has not reached the person yet.")


def proposed_words(sitting: Sitting, case: Case, row: Measure) -> Text:
    """A fine, a detention or both, in words."""
    fine = fine_of(sitting, case, row)
    if row.fine_minor and row.days:
        return T("A fine of %(fine)s and %(days)s days of detention", fine=fine, days=row.days)
    if row.days:
        return T("%(days)s days of detention", days=row.days)
    return T("A fine of %(fine)s", fine=fine)


def not_heard(sitting: Sitting, case: Case, row: Measure) -> Text | None:
    """Why somebody was not heard yet: it has not reached them, or their time to answer runs."""
    if isinstance(row, ConductSanction) and row.party_id is None:
        if row.said is not None or (row.answer_by is not None and row.answer_by < sitting.now):
            return None
        return CAN_ANSWER if row.answer_by is not None else NOT_REACHED
    states = {w.state for w in sitting.windows(case, time_limits.SANCTION_ANSWER, state=None, subject=row.reference)}
    if states & {WindowState.OPEN, WindowState.HALTED}:
        return CAN_ANSWER
    heard = states & {WindowState.MET, WindowState.LAPSED}
    return None if heard else NOT_REACHED


@guard("CPL 119", "COURT sanction-hearing")
def a_sanction_is_ripe(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A proposal reached the person, who has answered or let the time for it pass."""
    rows = sanctions_of(sitting.session, case, SanctionState.PROPOSED)
    if not rows:
        return T("No fine and no detention is proposed.")
    waits = [not_heard(sitting, case, row) for row in rows]
    return waits[0] if all(waits) else None


def _said(sitting: Sitting, case: Case, given: DecideSanctionInput) -> list[Text]:
    """What the decision says: who, for what, by which article, how much, how it is paid and carried out (CPL 119)."""
    rules = rules_of(sitting, case)
    row = sanction_named(sitting.session, case, given.sanction)
    if row is None or rules is None:
        return []
    pack, rule = sitting.pack(case), ground_of(rules, row)
    if rule is None:
        return []
    lines = [
        T("It concerns %(name)s.", name=name_of(case, row)),
        T("%(what)s (%(article)s)", what=rule.title, article=pack.cite(str(rule.article))),
        *conduct_words(sitting, row),
        T("What was done or left undone, last on %(day)s: %(facts)s", day=row.done_on, facts=row.facts),
    ]
    if given.answer != "order":
        return lines
    if given.fine is not None:
        lines.append(
            T(
                "The fine is %(fine)s (%(article)s). It is paid to this court, and goes to the treasury.",
                fine=given.fine,
                article=pack.cite(str(rules.amount_article)),
            )
        )
    if given.days:
        lines.append(
            T(
                "The detention lasts %(days)s days (%(article)s). The police carries it out; it ends early for whoever admits the wrong and puts it right.",
                days=given.days,
                article=pack.cite(str(rules.amount_article)),
            )
        )
    return lines


def _remedy(sitting: Sitting, case: Case, given: DecideSanctionInput) -> Text:
    """What whoever is fined or detained can do (CPL 119; CPI 185)."""
    rule = sitting.pack(case).windows.rules.get(time_limits.SANCTION_REVIEW)
    if given.answer != "order" or rule is None:
        return NO_REVIEW
    return T(
        "Whoever is fined or detained may ask the higher court once for a review within %(length)s of receiving this decision (%(article)s). It is carried out meanwhile all the same.",
        length=rule.words,
        article=sitting.pack(case).cite(rule.article),
    )


@act(
    title=T("Decide on a fine or detention"),
    input=DecideSanctionInput,
    by={Role.PRESIDENT},
    at=set(FROM_ACCEPTANCE),
    of_part=True,
    in_record=False,
    guard=a_sanction_is_ripe,
    while_stayed=True,
    strong=True,
    source=law("CPL 113, 114, 115, 118, 119, 252", "CPI 176, 178, 183, 184, 189, 191, 193"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on a fine or detention"),
        T(
            "Whoever is fined pays to this court on the page of the case, and whoever is detained goes with the police. The higher court can be asked within the days that the decision names; it is carried out meanwhile. Everybody else has nothing to do."
        ),
        runs=time_limits.SANCTION_REVIEW,
    ),
    paper=RulingForm(
        T("Fine or detention"),
        _remedy,
        words={"order": T("It is ordered as follows."), "decline": T("Neither a fine nor detention is ordered.")},
        is_decision=True,
        omits=("sanction", "fine", "days"),
        more=_said,
    ),
    desk=desks.SANCTION,
    topic=Topic.DECISION,
)
def decide_sanction(
    sitting: Sitting, case: Case, given: DecideSanctionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Decide, as president, on a proposal: no fine and no detention without (CPL 119).

    Raises ActNotOpen where the person can still answer, or where there is no reason for it any more, InvalidInput outside of the
    bounds of the law and beyond what the person was heard on.
    """
    rules = _rules(sitting, case)
    row = sanction_named(sitting.session, case, given.sanction, SanctionState.PROPOSED)
    if row is None:
        raise InvalidInput.at("sanction", T("Choose one of those listed."))
    waits = not_heard(sitting, case, row)
    if waits is not None:
        raise ActNotOpen(waits)
    name, number = name_of(case, row), sitting.next_number(case)
    sitting.close_tasks(case, desks.SANCTION_HANDING, row.reference)
    if given.answer == "decline":
        row.state, row.over_entry = SanctionState.DECLINED, number
        sitting.close_tasks(case, desks.SANCTION, row.reference)
        return Recorded(T("No fine and no detention of %(name)s", name=name), {"sanction": row.reference})
    over = why_over(sitting, case, row)
    if over is not None:
        why = end_named(rules, row, over)
        raise ActNotOpen(why.title if why is not None else NO_REASON)
    in_bounds(sitting, case, rules, given.fine, given.days, of_person=is_of_person(case, row))
    if (given.fine.minor if given.fine else 0) > row.fine_minor:
        raise InvalidInput.at("fine", T("The person was heard on less: at most what was proposed."))
    if (given.days or 0) > row.days:
        raise InvalidInput.at("days", T("The person was heard on less: at most what was proposed."))
    sitting.close_tasks(case, desks.SANCTION, row.reference)
    row.state, row.decided_entry, row.decided_at = SanctionState.DECIDED, number, now
    row.fine_minor, row.days = given.fine.minor if given.fine else 0, given.days or 0
    if row.fine_minor:
        demand_fine(sitting, case, row)
    tell_others(sitting, case, row)
    if row.days:
        row.custody = Custody.DUE
        title = T(
            "Have %(name)s taken to the police, and tell the family within [time sanctions.family_told].",
            name=name,
        )
        sitting.open_task(case, Role.CLERK, desks.DETENTION, title, risk=80, subject=row.reference)
    return Recorded(
        T("%(name)s: %(what)s", name=name, what=proposed_words(sitting, case, row)),
        {"sanction": row.reference, "fine": row.fine_minor, "days": row.days},
    )


def demand_fine(sitting: Sitting, case: Case, row: Measure) -> None:
    """Ask for the fine: payable like whatever else is paid to the court; its time begins anew when the decision is served."""
    if row.party_id is None:
        return  # Of whoever is no party it is asked for when the decision is handed to them.
    rules, debtor = _rules(sitting, case), case.party(row.party_id)
    step = FeeStep(
        T("Fine of %(name)s.", name=name_of(case, row)), fine_of(sitting, case, row), "fine", str(rules.amount_article)
    )
    row.assessment_id = collect(sitting, case, debtor, (step,), time_limits.FINE_PAYMENT, matter=Matter.FINE).id
