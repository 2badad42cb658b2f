"""What a witness is paid for coming: stated, ruled on, advanced, paid (CPL 77; CPI 118; EV 75; FEE 6, 11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T, Text
from odr.hearing import desks
from odr.hearing.courtroom.calling_witnesses import tell
from odr.hearing.courtroom.witness_costs.effects import ask_for_advance
from odr.hearing.courtroom.witness_costs.inputs import PayWitnessInput, RuleOnCostsInput, StateCostsInput
from odr.hearing.courtroom.witness_costs.models import WitnessCost, WitnessCostState
from odr.hearing.courtroom.witness_costs.queries import came, costs_of, may_be_paid, notice_of, to_pay, who_states
from odr.hearing.courtroom.witness_costs.rules import Heads, daily_wage, most_for, total_of, working
from odr.hearing.models import Witness
from odr.hearing.queries import row_named
from odr.identity.actors import Actor
from odr.payments.books.bookings import book_passed_on, paid_on
from odr.payments.costs.attendance import advance_by_court, give_back
from odr.payments.fee.unpaid import ask_no_more
from odr.payments.models import AssessmentState, Channel
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.papers.rulings import WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

STATED_AT = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}

AFTER = {Stage.PRONOUNCED, Stage.APPEALED, Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED}

KINDS = ("transport", "lodging", "meals")


@guard("CPL 77")
def a_witness_has_costs(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody's costs are stated."""
    if sitting.pack(case).witness_costs is None:
        return T("The rules of this court do not say what a witness is paid.")
    if who_states(sitting, case, actor):
        return None
    return T("There is no witness of yours whose costs you could state, or they wait for the judge already.")


@choice_source("witnesses_with_costs")
def witnesses_with_costs(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Witnesses whose costs somebody may state."""
    return [Option(one.reference, one.name) for one in who_states(sitting, case, actor)]


@resolver("witness_cost")
def find_witness_cost(sitting: Sitting, case: Case, actor: Actor, reference: str) -> WitnessCost | None:
    """A statement of what coming costs a witness."""
    return row_named(sitting, case, WitnessCost, reference)


@act(
    title=T("State what coming costs a witness"),
    input=StateCostsInput,
    by={*PARTY_ROLES, Role.WITNESS, Role.CLERK},
    at=STATED_AT,
    guard=a_witness_has_costs,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("What coming costs a witness was stated"),
        T(
            "There is nothing you have to do now. The judge rules on what is paid; the party who called the witness advances it, and whoever loses bears it in the end."
        ),
    ),
    source=law("CPL 77", "CPI 118", "EV 75", "FEE 6"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
    help=T("Transport, lodging, meals and lost work; before or after they were heard."),
)
def state_witness_costs(
    sitting: Sitting, case: Case, given: StateCostsInput, *, actor: Actor, now: datetime
) -> Recorded:
    """State by kind what coming to testify costs a witness: by themselves, for them by the party who called them, or at the
    registry (CPL 77). Afterwards as a rule, before where they cannot lay it out (EV 75), and before by the party who
    called them, so that it is advanced (CPI 118).

    Raises InvalidInput for nothing at all, and for a witness who was not heard and says no need.
    """
    witness: Witness = sitting.resolved("witness", given.witness)
    if witness not in who_states(sitting, case, actor):
        raise InvalidInput.at("witness", T("Choose one of those listed."))
    currency = sitting.pack(case).currency
    for kind in KINDS:
        _in_currency(kind, getattr(given, kind), currency)
    if not any(getattr(given, kind).minor for kind in KINDS) and not given.lost_days:
        raise InvalidInput.at("transport", T("Say what it costs."))
    if actor.role is Role.WITNESS and not given.hardship and not came(sitting.session, case, witness):
        words = T("You are paid when you have been heard. If you need it before, say why [EV 75].")
        raise InvalidInput.at("hardship", words)
    row = WitnessCost(
        case_id=case.id,
        witness_id=witness.id,
        **{f"{kind}_minor": getattr(given, kind).minor for kind in KINDS},
        days_away=given.days_away,
        lost_days=given.lost_days,
        currency=currency,
        words=given.words,
        hardship=given.hardship or None,
        state=WitnessCostState.STATED,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    title = T("Rule on what the witness %(name)s is paid [CPL 77].", name=witness.name)
    sitting.open_task(case, Role.JUDGE, desks.WITNESS_COSTS, title, risk=30, subject=row.reference)
    return Recorded(T("What coming costs the witness %(name)s was stated", name=witness.name), {"cost": row.reference})


def _in_currency(name: str, amount: Money, currency: str) -> None:
    if amount.currency != currency:
        raise InvalidInput.at(name, T("The amount is not in the currency of this court."))


@guard("CPL 77")
def costs_wait_for_a_ruling(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to rule on."""
    waiting = costs_of(sitting.session, case, WitnessCostState.STATED)
    return None if waiting else T("No statement of a witness’s costs is waiting for a ruling.")


def standards(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """What the rules let be paid today, so that nobody looks it up: a day of meals, a night, a day of work."""
    pack, said = sitting.pack(case), []
    rules, wage = pack.witness_costs, daily_wage(pack, sitting.today)
    if rules is not None and rules.meals_per_day is not None:
        most = Money(rules.meals_per_day, pack.currency)
        said.append(T("Meals: at most %(amount)s a day.", amount=most))
    if rules is not None and rules.lodging_per_night is not None:
        most = Money(rules.lodging_per_night, pack.currency)
        said.append(T("Lodging: at most %(amount)s a night.", amount=most))
    if wage is not None:
        words = T("Lost work: %(amount)s a day, the average wage of %(year)s.", amount=wage.amount, year=wage.year)
        said.append(words)
    return said


@choice_source("witness_costs_stated")
def witness_costs_stated(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Statements of costs that wait for a ruling, with what is stated."""
    rows = costs_of(sitting.session, case, WitnessCostState.STATED)
    return [Option(row.reference, row.witness.name, stated_words(row)) for row in rows]


def stated_words(row: WitnessCost) -> Text:
    """What is stated, in one line."""
    return T(
        "Transport %(transport)s, lodging %(lodging)s, meals %(meals)s; %(away)s days away, %(lost)s days of work lost",
        **row.stated,
        away=row.days_away,
        lost=row.lost_days,
    )


ALLOWED = T("What it costs the witness to come is paid at the standards of the rules.")


@act(
    title=T("Rule on what a witness is paid"),
    input=RuleOnCostsInput,
    says=standards,
    by={Role.JUDGE},
    at=STATED_AT | AFTER,
    while_stayed=True,
    strong=True,
    guard=costs_wait_for_a_ruling,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on what a witness is paid"),
        T("Read what is paid. Nothing is to be paid by you now; the decision on costs says who bears it in the end."),
        when_due=T(
            "You called the witness: advance what they are paid by the end of %(day)s. If you do not, the court advances it. Whoever loses bears it in the end.",
            day=DAY,
        ),
    ),
    paper=RulingForm(T("What a witness is paid"), WITH_THE_JUDGMENT, ruled=ALLOWED),
    source=law("CPL 77", "CPI 118", "EV 75", "FEE 11"),
    seen_by=Audience.HEARING,
    desk=desks.WITNESS_COSTS,
    topic=Topic.HEARING,
    in_record=False,
)
def rule_on_witness_costs(
    sitting: Sitting, case: Case, given: RuleOnCostsInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Allow what was needed, at the standards of the rules, with every step (CPI 118), and ask for it: of the party who called
    the witness, of nobody where the court called them and advances it (CPL 77).

    Raises InvalidInput for more than was stated, or than a standard allows.
    """
    row: WitnessCost = sitting.resolved("witness_cost", given.cost)
    if row.state is not WitnessCostState.STATED:
        raise InvalidInput.at("cost", T("Choose one of those listed."))
    _within(sitting, case, row, given)
    pack = sitting.pack(case)
    heads = Heads(given.transport.minor, given.lodging.minor, given.meals.minor, row.days_away, given.lost_days)
    steps = working(pack, heads, sitting.today)
    total = total_of(pack, steps)
    row.ruled_by, row.why = sitting.next_number(case), given.reasons
    row.working, row.allowed_minor = [step.to_json() for step in steps], total.minor
    sitting.close_tasks(case, desks.WITNESS_COSTS, row.reference)
    name = row.witness.name
    facts = {"cost": row.reference, "total": total.minor, "currency": total.currency, "working": row.working}
    facts["reasons"] = given.reasons
    if not total.minor:
        row.state = WitnessCostState.REFUSED
        tell(sitting, case, row.witness, T("Nothing is paid to you for coming as a witness"))
        return Recorded(T("Nothing is paid to the witness %(name)s", name=name), facts)
    ask_for_advance(sitting, case, row)
    tell(sitting, case, row.witness, T("You are to be paid %(amount)s for coming as a witness", amount=total))
    payer = case.party_if_any(row.witness.called_by)
    if payer is None:
        words = T("The witness %(name)s is paid %(total)s, advanced by the court", name=name, total=total)
    else:
        words = T(
            "The witness %(name)s is paid %(total)s, advanced by %(payer)s", name=name, total=total, payer=payer.name
        )
    return Recorded(words, facts)


def _within(sitting: Sitting, case: Case, row: WitnessCost, given: RuleOnCostsInput) -> None:
    pack = sitting.pack(case)
    for kind, stated in row.stated.items():
        allowed: Money = getattr(given, kind)
        _in_currency(kind, allowed, row.currency)
        if allowed.minor > stated.minor:
            raise InvalidInput.at(kind, T("Not more than was stated: %(stated)s.", stated=stated))
        most = most_for(pack.witness_costs, kind, row.days_away) if pack.witness_costs is not None else None
        if most is not None and allowed.minor > most:
            words = T(
                "At most %(most)s for %(days)s days away [CPI 118].",
                most=Money(most, row.currency),
                days=row.days_away,
            )
            raise InvalidInput.at(kind, words)
    if given.lost_days > row.lost_days:
        raise InvalidInput.at("lost_days", T("Not more than was stated: %(stated)s.", stated=row.lost_days))
    if given.lost_days and daily_wage(pack, sitting.today) is None:
        raise InvalidInput.at("lost_days", T("The rules of this court hold no average wage: allow no lost work."))


@guard("CPL 77", "FEE 11")
def a_witness_is_to_be_paid(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no witness is paid."""
    return None if to_pay(sitting, case) else T("No witness is waiting to be paid.")


def _options(rows: Sequence[WitnessCost]) -> list[Option]:
    return [
        Option(row.reference, T("%(name)s, %(total)s", name=row.witness.name, total=row.allowed), row.state.label)
        for row in rows
    ]


@choice_source("witness_costs_to_pay")
def witness_costs_to_pay(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Witnesses who wait to be paid."""
    return _options(to_pay(sitting, case))


@act(
    title=T("Pay a witness"),
    input=PayWitnessInput,
    by={Role.CASHIER},
    at=STATED_AT | AFTER,
    while_stayed=True,
    strong=True,
    guard=a_witness_is_to_be_paid,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A witness has been paid for coming"),
        T(
            "There is nothing you have to do. If less was needed than was advanced, the rest goes back to whoever paid it."
        ),
        for_information=True,
    ),
    source=law("CPL 77", "EV 75", "FEE 11"),
    seen_by=Audience.HEARING,
    desk=desks.WITNESS_PAY,
    topic=Topic.HEARING,
    in_record=False,
)
def pay_witness(sitting: Sitting, case: Case, given: PayWitnessInput, *, actor: Actor, now: datetime) -> Recorded:
    """Pay the witness out of what the party who called them advanced; what is missing of it, or all where the court called
    them, out of the court's means (CPL 77). What is over goes back.
    """
    row: WitnessCost = sitting.resolved("witness_cost", given.cost)
    if not may_be_paid(sitting, case, row):
        raise InvalidInput.at("cost", T("Choose one of those listed."))
    if given.amount.currency != row.currency or given.amount.minor > row.allowed.minor:
        raise InvalidInput.at("amount", T("Never more than was allowed: %(total)s.", total=row.allowed))
    by_party, by_court, over = _pay_out(sitting, case, row, given.amount, Channel(given.channel))
    row.state, row.paid_minor = WitnessCostState.PAID, given.amount.minor
    row.paid_by = sitting.next_number(case)
    sitting.close_tasks(case, desks.WITNESS_PAY, row.reference)
    name = row.witness.name
    tell(sitting, case, row.witness, T("You are paid %(amount)s for coming as a witness", amount=given.amount))
    words = T("The witness %(name)s was paid %(amount)s", name=name, amount=given.amount)
    if by_court:
        words = T(
            "The witness %(name)s was paid %(amount)s, of which the court advanced %(part)s",
            name=name,
            amount=given.amount,
            part=Money(by_court, row.currency),
        )
    facts = {"cost": row.reference, "by_party": by_party, "by_court": by_court, "over": over}
    return Recorded(words, {**facts, "currency": row.currency})


def _pay_out(sitting: Sitting, case: Case, row: WitnessCost, amount: Money, channel: Channel) -> tuple[int, int, int]:
    """Minor units out of what the party advanced, out of the court's means, and what goes back to the party."""
    notice = notice_of(sitting.session, row)
    came_in = paid_on(sitting.session, notice).minor if notice is not None else 0
    by_party = min(came_in, amount.minor)
    by_court, over = amount.minor - by_party, came_in - by_party
    if notice is not None and notice.state is AssessmentState.DUE:
        ask_no_more(sitting, case, notice)
    if by_party:
        part = Money(by_party, row.currency)
        book_passed_on(sitting.session, row.reference, part, channel, sitting.now, case.id)
    if by_court:
        advance_by_court(sitting, case, row.reference, Money(by_court, row.currency), channel)
    if notice is not None and over:
        why = T("The witness needed less than was advanced.")
        give_back(sitting, case, notice, why, "CPL 77", Money(over, row.currency))
    return by_party, by_court, over
