"""Fines and detention for disturbing a hearing or obstructing the proceedings: what the bench proposes (CPL 113 to 115; CPI 176, 189)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import FROM_ACCEPTANCE, Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.hearing.live.models import LivePerson, LiveRoom
from odr.hearing.models import Hearing
from odr.hearing.queries import examination_of
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.papers.form import verified_birthday
from odr.procedure.rules.base import law
from odr.register import desks, time_limits
from odr.register.enforcement_list.listing import fits_the_person
from odr.register.enforcement_list.queries import is_person
from odr.register.enforcement_list.reporting import named, whose_debt
from odr.register.enforcement_list.rules import age_on
from odr.register.enforcement_list.sanctions.acts import SPENT, in_bounds
from odr.register.enforcement_list.sanctions.inputs import ProposeForConductInput
from odr.register.enforcement_list.sanctions.models import ConductSanction, Order, SanctionedAs, SanctionState
from odr.register.enforcement_list.sanctions.people import SOMEBODY_ELSE, Person, people_of
from odr.register.enforcement_list.sanctions.queries import (
    NO_RULES_OUTSIDE,
    for_conduct,
    in_enforcement,
    name_of,
    never,
    rules_of,
)
from odr.register.enforcement_list.sanctions.telling import tell_others

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import ConductGround, SanctionRules
    from odr.procedure.sitting import Sitting

LETTER = Letter(
    PaperKind.NOTICE,
    T("You may be fined or detained"),
    T(
        "Answer what is held against you; it costs nothing. Otherwise the president of the court decides on what is in the file."
    ),
    runs=time_limits.SANCTION_ANSWER,
)


@guard("CPL 113, 114, 115, 118")
def conduct_can_be_sanctioned(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The rules know fines and detention for what is no matter of an enforcement."""
    rules = rules_of(sitting, case)
    return None if rules is not None and rules.conduct else NO_RULES_OUTSIDE


@guard("CPL 113", "CPI 176, 177")
def a_hearing_goes_on(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The examination is open, so that its record says what was proposed."""
    found = examination_of(sitting.session, case)
    if found is None or found.hearing_closed_at is not None or found.closed_at is not None:
        return T("No hearing is going on: propose it for conduct outside of it.")
    return None


@act(
    title=T("Propose a fine or detention for disturbing the hearing"),
    input=ProposeForConductInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    in_record=True,
    guard=(conduct_can_be_sanctioned, a_hearing_goes_on),
    source=law("CPL 113, 114, 118, 119", "CPI 176, 177, 183, 184, 193", "OLR 28", "CTR 20", "COURT sanction-hearing"),
    serves=Everyone.CONCERNED,
    concerns=whose_debt,
    letter=LETTER,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    help=T(
        "It stands in the record of the hearing. Whoever it is about is heard first; the president decides. Never for a child."
    ),
)
def propose_sanction_in_hearing(
    sitting: Sitting, case: Case, given: ProposeForConductInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put on the record of the hearing who disturbed it, tell them what is proposed, and put it before the president (CPL 119)."""
    return _propose(sitting, case, given, in_hearing=True)


@act(
    title=T("Propose a fine or detention for obstructing the proceedings"),
    input=ProposeForConductInput,
    by={Role.JUDGE},
    at=set(FROM_ACCEPTANCE),
    in_record=False,
    guard=conduct_can_be_sanctioned,
    while_stayed=True,
    source=law(
        "CPL 113, 114, 115, 118, 119", "CPI 176, 183, 184, 189, 190, 193", "EV 63, 78, 98", "COURT sanction-hearing"
    ),
    serves=Everyone.CONCERNED,
    concerns=whose_debt,
    letter=LETTER,
    topic=Topic.DECISION,
    help=T(
        "Also for a hearing that is over. Whoever it is about is heard first; the president decides. Never for a child."
    ),
)
def propose_sanction_for_conduct(
    sitting: Sitting, case: Case, given: ProposeForConductInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Tell somebody that a fine or detention is proposed for what they did, and put it before the president (CPL 119)."""
    return _propose(sitting, case, given, in_hearing=False)


def _propose(sitting: Sitting, case: Case, given: ProposeForConductInput, *, in_hearing: bool) -> Recorded:
    """Write the proposal down and tell whom it is about. The day of birth is looked at and not kept.

    Raises InvalidInput outside of the bounds of the law, for a child, and for conduct that was dealt with.
    """
    rules = rules_of(sitting, case)
    if rules is None or given.ground not in rules.conduct:
        raise ActNotOpen(NO_RULES_OUTSIDE)
    who, hearing = _who(sitting, case, given), _hearing(sitting, case, given)
    _fits(sitting, rules.conduct[given.ground], given, who, hearing, in_hearing=in_hearing)
    _as_recorded(sitting, given, who, hearing)
    _of_age(sitting, case, rules, given, who)
    of_person = bool(given.officer) or who.party is None or is_person(who.party)
    in_bounds(sitting, case, rules, given.fine, given.days, of_person=of_person)
    row = ConductSanction(
        case_id=case.id,
        state=SanctionState.PROPOSED,
        ground=given.ground,
        facts=given.facts,
        done_on=given.done_on,
        officer=given.officer or None,
        fine_minor=given.fine.minor if given.fine else 0,
        days=given.days or 0,
        entry_number=sitting.next_number(case),
        hearing_id=hearing.id if hearing is not None else None,
        in_hearing=in_hearing,
        role=who.role,
        person=who.key,
        name=who.name,
        party_id=who.party.id if who.party is not None else None,
        order_before=given.order_before,
    )
    _not_twice(sitting, case, rules, row)
    sitting.session.add(row)
    sitting.session.flush()
    name = name_of(case, row)
    title = T("Decide whether %(name)s is fined or detained.", name=name)
    sitting.open_task(case, Role.PRESIDENT, desks.SANCTION, title, risk=70, subject=row.reference)
    tell_others(sitting, case, row)
    return Recorded(
        T("%(name)s is told that a fine or detention is proposed", name=name),
        {"sanction": row.reference, "fine": row.fine_minor, "days": row.days, "who": who.name, "as": who.role.value},
        named=named(who.party) if who.party is not None else (),
        kept=given.model_dump(mode="json") | {"born_on": None},
    )


def _who(sitting: Sitting, case: Case, given: ProposeForConductInput) -> Person:
    """Whom the judge chose, or wrote. Raises InvalidInput."""
    if given.person == SOMEBODY_ELSE:
        if not given.name:
            raise InvalidInput.at("name", T("Write the name of the person."))
        return Person(SOMEBODY_ELSE, given.name, SanctionedAs.OTHER)
    if given.name:
        raise InvalidInput.at("name", T("Leave it empty: the person is chosen above."))
    found = next((one for one in people_of(sitting, case) if one.key == given.person), None)
    if found is None:
        raise InvalidInput.at("person", T("Choose one of those listed."))
    return found


def _hearing(sitting: Sitting, case: Case, given: ProposeForConductInput) -> Hearing | None:
    """In which hearing of this case it was. Raises InvalidInput for one that has not begun."""
    if not given.hearing:
        return None
    rows = select(Hearing).where(Hearing.case_id == case.id, Hearing.reference == given.hearing)
    found = sitting.session.scalar(rows)
    if found is None or found.begins_at > sitting.now:
        raise InvalidInput.at("hearing", T("Choose one of those listed."))
    return found


def _day(sitting: Sitting, at: datetime) -> date:
    return at.astimezone(sitting.court.settings.tz).date()


def _fits(
    sitting: Sitting,
    rule: ConductGround,
    given: ProposeForConductInput,
    who: Person,
    hearing: Hearing | None,
    *,
    in_hearing: bool,
) -> None:
    """Whether what was done can be what it is called, of this person and on this day. Raises InvalidInput."""
    if given.done_on > sitting.today:
        raise InvalidInput.at("done_on", T("This day is still to come."))
    if hearing is not None and given.done_on < _day(sitting, hearing.begins_at):
        raise InvalidInput.at("done_on", T("That hearing began later."))
    if rule.hearing and hearing is None and not in_hearing:
        raise InvalidInput.at("hearing", T("Name the hearing it was in."))
    if rule.after_undertaking and not who.undertaken:
        raise InvalidInput.at(
            "ground", T("Only a witness or expert who had signed the undertaking can have testified falsely.")
        )
    if rule.of_parties and who.party is None:
        raise InvalidInput.at("ground", T("Only a party can have done this."))
    if rule.hearing and not given.officer and who.party is not None and not is_person(who.party):
        raise InvalidInput.at(
            "officer",
            T("It is a person who disturbs a hearing: choose who acted for it, or name the officer who was there."),
        )


def _as_recorded(sitting: Sitting, given: ProposeForConductInput, who: Person, hearing: Hearing | None) -> None:
    """Of a hearing by the court's own video the record knows what the bench did: the decision says nothing else (CPI 177). Raises
    InvalidInput.
    """
    if hearing is None or who.account_id is None:
        return
    seen = sitting.session.scalar(
        select(LivePerson)
        .join(LiveRoom, LiveRoom.id == LivePerson.room_id)
        .where(LiveRoom.hearing_id == hearing.id, LivePerson.account_id == who.account_id)
    )
    done = Order(seen.rung.value) if seen is not None and seen.rung is not None else Order.NONE
    if seen is not None and given.order_before is not done:
        raise InvalidInput.at("order_before", T("The record of this hearing says: %(step)s.", step=done.label))


def _of_age(sitting: Sitting, case: Case, rules: SanctionRules, given: ProposeForConductInput, who: Person) -> None:
    """Whether who is to be fined or detained may be: never a child. Raises InvalidInput."""
    party = who.party
    if given.officer and (party is None or is_person(party)):
        raise InvalidInput.at("officer", T("Only an organisation has officers: leave it empty."))
    of_person = bool(given.officer) or party is None or is_person(party)
    if not of_person and given.born_on is not None:
        raise InvalidInput.at("born_on", T("Only a person has a day of birth: leave it empty."))
    seen = verified_birthday(party.details) if party is not None and not given.officer else None
    if of_person and given.born_on is None and seen is None:
        raise InvalidInput.at("born_on", T("Say the day of birth of the person."))
    if given.born_on is not None and party is not None and not given.officer:
        fits_the_person(sitting, party, given.born_on)
    elif given.born_on is not None and given.born_on > sitting.today:
        raise InvalidInput.at("born_on", T("This day is still to come."))
    if party is not None:
        why = never(sitting, case, party, given.done_on, given.born_on)
        if why is not None:
            raise InvalidInput.at("born_on", why)
    elif given.born_on is not None and age_on(given.born_on, given.done_on) < rules.age:
        raise InvalidInput.at("born_on", T("Nobody who was under %(age)s is ever fined or detained.", age=rules.age))


def _not_twice(sitting: Sitting, case: Case, rules: SanctionRules, new: ConductSanction) -> None:
    """Whether the conduct was not dealt with before: the same ground, or another name for what was done in the same hearing, or in
    the enforcement (CPI 184). New conduct can be, after the decision. Raises InvalidInput.
    """
    for row in for_conduct(sitting.session, case):
        same = row.ground == new.ground or (row.hearing_id is not None and row.hearing_id == new.hearing_id)
        if same and (row.person, row.name, row.officer) == (new.person, new.name, new.officer):
            _is_spent(sitting, case, rules, row.state, row.decided_at, new.done_on)
    for one in in_enforcement(sitting.session, case):
        if (one.party_id, one.ground, one.officer) == (new.party_id, new.ground, new.officer):
            _is_spent(sitting, case, rules, one.state, one.decided_at, new.done_on)


def _is_spent(
    sitting: Sitting,
    case: Case,
    rules: SanctionRules,
    state: SanctionState,
    decided_at: datetime | None,
    done_on: date,
) -> None:
    if state in (SanctionState.ASKED, SanctionState.PROPOSED):
        raise InvalidInput.at("ground", T("This waits for an answer already."))
    if state in SPENT and decided_at is not None and done_on <= _day(sitting, decided_at):
        raise InvalidInput.at(
            "done_on",
            T(
                "For the same conduct nobody is fined or detained again (%(article)s). Name what was done after %(day)s.",
                article=sitting.pack(case).cite(str(rules.again_article)),
                day=_day(sitting, decided_at),
            ),
        )
