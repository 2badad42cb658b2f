"""What a decision means for each side, in plain words: who pays or does what, by when, and what follows if not.

Before it is in effect: what is ordered, until when somebody may appeal, and what comes then. From then on: what is owed
today, with interest. CPL 171, 247, 250, 264; CPI 207. No flask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Stage
from odr.ground.text import Money, T, Text, last_day, side_by_side
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement.account_queries import accounts_of
from odr.judgment.enforcement.agreed_terms import (
    as_written,
    asked_to_sign,
    by_agreement,
    covered,
    creditor_of,
    next_part,
    proposal_made,
    proposed_to,
    signed_with,
    under_agreement,
)
from odr.judgment.enforcement.effect import (
    APPEAL,
    interest_minor,
    interest_on,
    is_appealable,
    is_overdue,
    left_of,
    not_served,
    open_sum,
)
from odr.judgment.enforcement.ending import INACTION, NOTICE
from odr.judgment.enforcement.part import is_binding
from odr.judgment.enforcement.queries import enforcement_settlements, is_barred, open_enforcement, unconfirmed
from odr.judgment.enforcement_remedies.deferral.panel import next_with_security
from odr.judgment.enforcement_remedies.for_now.models import SearchState
from odr.judgment.enforcement_remedies.for_now.queries import search_now
from odr.judgment.enforcement_remedies.successors.bound import (
    article_of,
    estate_for,
    estate_of,
    is_used_up,
)
from odr.judgment.enforcement_remedies.successors.models import DebtorGround
from odr.judgment.models import Decision, EnforcementSettlement, Obligation, Order
from odr.judgment.queries import issued, names_of, obligations_of
from odr.judgment.vocabulary import OrderKind, SettlementState
from odr.payments.costs.rules import Allocation
from odr.payments.fee.assessment import assessments_of
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.quote import appeal_fee
from odr.payments.models import AssessmentState, CostsOrder, Refund, RefundState
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import If, Owed
from odr.procedure.models import WindowState
from odr.procedure.time.interest import rounded
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ACCOUNT_PAGE = ("accounts.page", T("Account to pay into"))

WHAT_WAS_ORDERED, ALSO_ORDERED = T("What was ordered"), T("Also ordered")


def owed_by_decision(sitting: Sitting, case: Case, actor: Actor) -> Owed | None:
    """What a decision asks of a party first, or what they wait for; None where nothing is owed, or not any more."""
    party = case.party_if_any(actor.party_id)
    if party is None:
        return None
    told = _under_instrument(sitting, case, actor, party) if is_binding(sitting, case) else None
    if case.stage is Stage.PRONOUNCED:
        decision = issued(sitting.session, case)
        ordered = _before_effect(sitting, case, decision, party) if decision is not None else None
        # What a part orders is owed already, and comes before what is not in effect yet.
        return _one_of(sitting, case, actor, [one for one in (told, ordered) if one is not None])
    if open_enforcement(sitting.session, case) is None:
        return told
    asked = proposed_to(sitting, case, party.id)
    if asked is not None:
        return asked_to_sign(case, asked, told)
    told = next_with_security(sitting, case, party.id, told)
    made = enforcement_settlements(sitting.session, case, SettlementState.PROPOSED)
    mine = [proposal_made(case, row) for row in made if row.from_id == party.id]
    return replace(told, ifs=(*mine, *told.ifs)) if told is not None else None


def _under_instrument(sitting: Sitting, case: Case, actor: Actor, party: Party) -> Owed | None:
    """What is owed by or to a party now: by an agreement in the enforcement where both have signed one, else by what is in
    effect. Whoever owes and is owed too reads both.
    """
    every = obligations_of(sitting.session, case)
    open_now = [o for o in every if o.done_at is None and o.ended_at is None]
    # Of what falls due on one day the sum comes first; what is to be done besides stands under it.
    open_now.sort(key=lambda o: (o.due_on, o.amount_minor is None, o.id))
    reported = next((o for o in open_now if o.creditor_id == party.id and unconfirmed(sitting.session, o)), None)
    if not open_now and every and open_enforcement(sitting.session, case) is not None:
        return _all_done(sitting, case, every)
    mine = [o for o in open_now if party.id in o.debtors]
    if is_used_up(sitting, case, party.id):
        mine = [o for o in mine if o.amount_minor is None]
    theirs = [o for o in open_now if o.creditor_id == party.id]
    told: list[Owed] = []
    if reported is not None:
        told.append(_did_it_arrive(sitting, case, reported))
    told += [_as_agreed(sitting, case, one, party) for one in signed_with(sitting, case, party.id)]
    # What was not agreed on stays owed beside it.
    agreed = under_agreement(sitting, case, party_id=party.id)
    mine = [o for o in mine if o.reference not in agreed]
    theirs = [o for o in theirs if o.reference not in agreed]
    if mine:
        told.append(_to_perform(sitting, case, mine, party))
    if theirs and reported is None:
        told.append(_to_receive(sitting, case, theirs))
    if not told and _enforced_by(sitting, case) == party.id:
        return _all_done(sitting, case, every)
    return _one_of(sitting, case, actor, told)


def _all_done(sitting: Sitting, case: Case, every: Sequence[Obligation]) -> Owed:
    """Nothing is open any more: it is paid, or an heir has paid all that they got and some of it stays unpaid for good."""
    short = [
        o
        for o in every
        if (left := left_of(sitting, o)) is not None and left.minor and is_used_up(sitting, case, o.debtor_id)
    ]
    if not short:
        return Owed(EVERYTHING_IS_DONE, False, status=EVERYTHING_DONE)
    article = article_of(sitting, case, DebtorGround.HEIR)
    words = T(
        "Nothing for you to do now: the heir has paid all that the estate was worth, and no more is enforced against them (%(article)s). The court ends the enforcement by a ruling you are sent.",
        article=article,
    )
    status = T(
        "The heir has paid all that the estate was worth, and no more is enforced against them (%(article)s). The court ends the enforcement by a ruling you are sent.",
        article=article,
    )
    return Owed(words, False, status=status)


def _enforced_by(sitting: Sitting, case: Case) -> int | None:
    """For whom the court is enforcing now."""
    found = open_enforcement(sitting.session, case)
    return found.party_id if found is not None else None


def _as_agreed(sitting: Sitting, case: Case, agreed: EnforcementSettlement, party: Party) -> Owed:
    """What a signed agreement asks of a party, with the account the money goes to."""
    told, creditor = by_agreement(sitting, case, agreed, party.id), creditor_of(sitting, agreed)
    reports = [one for o in covered(sitting, case, agreed) for one in unconfirmed(sitting.session, o)]
    waits, first = sum(one.amount_minor or 0 for one in reports), next_part(sitting, case, agreed)
    if party.id != creditor and first is not None and waits >= first.left:
        # Whoever has paid and said so is not told to pay once more.
        other, amount = _party(case, creditor), Money(waits, agreed.currency)
        told = replace(told, words=_reported(amount, other), is_duty=False)
    account = (
        _paid_into(sitting, case, creditor) if party.id == creditor else _pay_into(sitting, case, party.id, creditor)
    )
    return replace(told, ifs=(*account, *told.ifs))


ONLY_INTEREST = If(
    T("If that is enough for you"),
    T("The sum itself is paid. You may let the rest be; then nothing more is owed to you."),
    names.FORGO_REST,
)
EVERYTHING_IS_DONE = T(
    "Nothing for you to do now: everything is paid or done. The court ends the enforcement by a ruling you are sent."
)
EVERYTHING_DONE = T("Everything is paid or done. The court ends the enforcement by a ruling you are sent.")


def _one_of(sitting: Sitting, case: Case, actor: Actor, told: Sequence[Owed]) -> Owed | None:
    """The first of what concerns a party, with the rest of it in a line each, and the act where it is open."""
    if not told:
        return None
    rest = []
    for one in told[1:]:
        act = sitting.court.table.get(one.act) if one.act is not None else None
        is_open = act is not None and refusal(sitting, act, case, actor) is None
        rest.append(If(T("Besides"), one.words, one.act if is_open else None))
    return replace(told[0], ifs=(*told[0].ifs, *rest))


@dataclass(frozen=True)
class Due:
    """What is to be paid to one party by one day: what is left, and with interest to today; None for no sum of money."""

    left: Money | None
    today: Money | None
    a_day: Money | None
    """What each further day adds now."""
    ordered: Text | None
    """Interest the decision orders, in words."""
    by_then: Money | None
    """With interest to the last day, or to today where that is past."""

    @property
    def told(self) -> Money | None:
        """The sum as it is told: without interest, or the interest where only that is left."""
        return self.left if self.left is None or self.left.minor else self.by_then

    @property
    def adds_up(self) -> list[If]:
        """What the sum comes to on its last day, where the decision orders interest: nobody multiplies percentages."""
        if self.by_then is None or self.left is None or self.left.minor in (0, self.by_then.minor):
            return []
        return [If(T("With interest, on that day"), T("%(amount)s in all.", amount=self.by_then))]


def due_together(sitting: Sitting, case: Case, owed: Sequence[Obligation], *, of: int | None = None) -> Due:
    """Several obligations of one debtor to one creditor that fall due on one day, as one sum; of an heir no more than what they got
    (CPI 473), where it is asked ``of`` them or owed by them alone.
    """
    found = _due_whole(sitting, case, owed)
    estate = estate_of(sitting, case, of) if of is not None else estate_for(sitting, case, owed[0])
    if estate is None or found.left is None or found.today is None or found.by_then is None:
        return found
    asks, is_all = estate.asks, found.today.minor >= estate.left_minor
    return replace(
        found,
        left=replace(found.left, minor=asks(found.left.minor)),
        today=replace(found.today, minor=asks(found.today.minor)),
        by_then=replace(found.by_then, minor=asks(found.by_then.minor)),
        a_day=None if is_all else found.a_day,
    )


def _due_whole(sitting: Sitting, case: Case, owed: Sequence[Obligation]) -> Due:
    sums = [(o, left) for o in owed if (left := left_of(sitting, o)) is not None]
    if not sums:
        return Due(None, None, None, None, None)
    currency, day = sums[0][1].currency, sitting.today
    total = sum(money.minor for _, money in sums)
    now = total + sum(interest_minor(sitting, case, one, day) for one in owed)
    more = rounded(_interest(sitting, case, owed, day + timedelta(days=1)) - _interest(sitting, case, owed, day))
    bearing = next((o for o, _ in sums if o.interest_from is not None), None)
    ordered = interest_words(bearing.interest_percent, bearing.interest_from) if bearing is not None else None
    last = max(day, owed[0].due_on)
    by_then = total + sum(interest_minor(sitting, case, one, last) for one in owed)
    return Due(
        Money(total, currency),
        Money(now, currency),
        Money(more, currency) if more else None,
        ordered,
        Money(by_then, currency),
    )


def interest_words(percent: Decimal | None, since: date | None) -> Text:
    """Interest that a decision orders until payment."""
    rate = f"{(percent or Decimal()).normalize():f}"
    return T("%(percent)s percent a year from %(day)s until it is paid.", percent=rate, day=since)


def _interest(sitting: Sitting, case: Case, owed: Sequence[Obligation], day: date) -> Fraction:
    lines = (line for one in owed for line in interest_on(sitting, case, one, day))
    return sum((line.exact for line in lines), Fraction())


def _together(sitting: Sitting, owed: Sequence[Obligation]) -> list[Obligation]:
    """Those that go with the first: like it a sum of money or not, to the same party, and by the same day or, once they are
    late, late like it.
    """
    first = owed[0]
    if first.amount_minor is None:
        return [first]
    late, two = is_overdue(sitting, first), (first.debtors, first.creditor_id)
    same = [o for o in owed if (o.debtors, o.creditor_id) == two and o.amount_minor is not None]
    return [o for o in same if o.due_on == first.due_on or (late and is_overdue(sitting, o))]


def _made_of(sitting: Sitting, case: Case, now: Sequence[Obligation]) -> list[If]:
    """Of which sums with which days one is made that was due on several, and why what has a later day is due already."""
    if len({one.due_on for one in now}) < 2:
        return []
    lines = []
    for one in now:
        what = open_sum(sitting, case, one)
        lines.append(If(T("Of this"), T("%(what)s, by the end of %(day)s.", what=what, day=one.due_on)))
    if any(one.due_on >= sitting.today for one in now):
        lines.append(If(T("All at once"), T("One payment is late: everything that is left of that sum is due now.")))
    return lines


def _jointly(case: Case, debtors: Sequence[int], party: Party) -> list[If]:
    """Who else owes the same, and that it is owed once."""
    others = [one for one in debtors if one != party.id]
    if not others:
        return []
    words = T(
        "%(names)s: each owes the whole of it, and what one of you pays counts for all.", names=names_of(case, others)
    )
    return [If(T("Jointly with"), words)]


def _to_perform(sitting: Sitting, case: Case, mine: Sequence[Obligation], party: Party) -> Owed:
    first, now = mine[0], _together(sitting, mine)
    other, late = _party(case, first.creditor_id), is_overdue(sitting, first)
    due = due_together(sitting, case, now, of=party.id)
    waiting = [o for o in now if unconfirmed(sitting.session, o)]
    is_enforced = first.creditor_id is not None and _enforced_by(sitting, case) == first.creditor_id
    otherwise = (
        T("The court is enforcing: it can take it from what you own, at your cost, and interest for delay goes on.")
        if is_enforced and due.a_day is not None
        else T("The court is enforcing: it can take it from what you own, at your cost.")
        if is_enforced
        else T("%(name)s can ask the court to enforce, at your cost, and interest for delay is added.", name=other)
    )
    if is_barred(sitting.session, case, first):
        otherwise = T("It stays owed, but the court does not enforce it: the time to apply had passed.")
    words: Text
    if due.left is not None:
        amount, day = due.today if late else due.told, first.due_on
        words = (
            T("You are late: pay %(amount)s to %(name)s. It was due on %(day)s.", amount=amount, name=other, day=day)
            if late
            else _in_time(due, amount, other, day)
        )
    else:
        what = first.what or ""
        words = (
            T("You are late: %(what)s. It was due on %(day)s.", what=what, day=first.due_on)
            if late
            else T("Next for you: %(what)s, by the end of %(day)s.", what=what, day=first.due_on)
        )
    ifs = [
        *_made_of(sitting, case, now),
        *_jointly(case, first.debtors, party),
        *([] if late else due.adds_up),
        *_of_delay(due, late),
        *_also(sitting, [o for o in mine if o not in now], case),
    ]
    if waiting:
        sent = T("%(name)s is asked whether it arrived. Until they say so, it is sent and not confirmed.", name=other)
        ifs.insert(0, If(T("What you have reported"), sent))
    elif due.left is not None:
        ifs = [*_pay_into(sitting, case, party.id, first.creditor_id), *ifs]
        how = T(
            "Say so with the day and the reference of the transfer. %(name)s is asked whether it arrived.", name=other
        )
        ifs.insert(0, If(T("If you have paid"), how))
    if _all_reported(sitting, now, due):
        # Whoever has paid and said so is not told to pay once more.
        words = (
            _reported(due.told, other)
            if due.left is not None
            else T(
                "You have reported it as done. %(name)s is asked whether it was; until they say so, it is owed.",
                name=other,
            )
        )
        return Owed(words, False, None, names.RECORD_PERFORMANCE, otherwise, tuple(ifs))
    if is_enforced:
        ifs += _of_enforcement(sitting, case, party.id)
    ifs += _fee_not_asked_yet(sitting, case, party.id)
    return Owed(words, True, None, names.RECORD_PERFORMANCE, otherwise, tuple(ifs))


def _reported(amount: Money | None, other: Text | str) -> Text:
    return T(
        "You have reported %(amount)s as paid. %(name)s is asked whether it arrived; until they say so, it is owed.",
        amount=amount,
        name=other,
    )


def _all_reported(sitting: Sitting, now: Sequence[Obligation], due: Due) -> bool:
    """Whether the debtor has reported all that is due, and nobody has said yet whether it arrived."""
    reports = [report for one in now for report in unconfirmed(sitting.session, one)]
    if due.left is None or not reports:
        return bool(reports)
    # What is reported as one payment may be of several sums: what is over one counts towards the next.
    return sum(report.amount_minor or 0 for report in reports) >= due.left.minor


def _in_time(due: Due, amount: Money | None, other: Text | str, day: date) -> Text:
    """What is to be paid by which day; that interest comes on top is said in the same sentence."""
    if due.ordered is not None and due.told == due.left:
        return T(
            "Next for you: pay %(amount)s and interest to %(name)s by the end of %(day)s.",
            amount=amount,
            name=other,
            day=day,
        )
    return T("Next for you: pay %(amount)s to %(name)s by the end of %(day)s.", amount=amount, name=other, day=day)


def _pay_into(sitting: Sitting, case: Case, debtor: int | None, creditor: int | None) -> list[If]:
    """To which account a debtor pays: where it is read, or that none is named yet. The account itself stands only there."""
    to = next((one for one in accounts_of(sitting, case, debtor) if one.party.id == creditor), None)
    words = (
        T(
            "%(name)s named it on %(day)s. The court never sends an account by mail, message or telephone.",
            name=_party(case, creditor),
            day=to.since.astimezone(sitting.court.settings.tz).date(),
        )
        if to is not None
        else T("%(name)s has not named one yet. You get a letter when they do.", name=_party(case, creditor))
    )
    return [If(T("To which account"), words, page=ACCOUNT_PAGE)]


def _has_no_account(sitting: Sitting, case: Case, creditor: int | None) -> bool:
    """Whether a creditor has still to say where the money is to go: nobody can pay them before."""
    return not any(one.is_own for one in accounts_of(sitting, case, creditor))


def _paid_into(sitting: Sitting, case: Case, creditor: int | None, *, offered: bool = False) -> list[If]:
    """To which account a creditor is paid: named already, or still to be named; ``offered`` where the button above leads
    there.
    """
    own = next((one for one in accounts_of(sitting, case, creditor) if one.is_own), None)
    if own is None:
        words = T("You have not named one yet. Whoever pays reads it after signing in; it goes into no letter.")
        return [If(T("To which account"), words, None if offered else names.NAME_ACCOUNT)]
    day = own.since.astimezone(sitting.court.settings.tz).date()
    return [If(T("To which account"), T("The one you named on %(day)s.", day=day), page=ACCOUNT_PAGE)]


def _of_delay(due: Due, late: bool) -> list[If]:
    lines = [If(T("Interest in the decision"), due.ordered)] if due.ordered is not None else []
    if late and due.a_day is not None:
        lines.append(If(T("Each further day"), T("%(amount)s more.", amount=due.a_day)))
    return lines


def _also(sitting: Sitting, rest: Sequence[Obligation], case: Case) -> list[If]:
    found = []
    for one in rest:
        left = open_sum(sitting, case, one)
        what = left if left is not None else one.what or ""
        words = T("%(what)s, by the end of %(day)s.", what=what, day=one.due_on)
        found.append(If(T("Also to %(name)s", name=_party(case, one.creditor_id)), words))
    return found


def _also_for(sitting: Sitting, first: Obligation, rest: Sequence[Obligation], case: Case) -> list[If]:
    """For whoever gets it: what was ordered where no sum says it, and what else is due to them."""
    found = [If(WHAT_WAS_ORDERED, as_written(first.what))] if first.amount_minor is None and first.what else []
    for one in rest:
        left = open_sum(sitting, case, one)
        what = left if left is not None else one.what or ""
        words = T("%(what)s, by the end of %(day)s.", what=what, day=one.due_on)
        found.append(If(T("Also from %(name)s", name=names_of(case, one.debtors)), words))
    return found


def _did_it_arrive(sitting: Sitting, case: Case, obligation: Obligation) -> Owed:
    other = names_of(case, obligation.debtors)
    sums = [one.amount_minor for one in unconfirmed(sitting.session, obligation) if one.amount_minor]
    words: Text = (
        T(
            "Next for you: say whether %(amount)s arrived, which %(name)s says they have paid",
            amount=Money(sum(sums), obligation.currency),
            name=other,
        )
        if sums and obligation.currency
        else T("Next for you: say whether %(name)s has done what was ordered, as they say", name=other)
    )
    otherwise = T("It counts as reported and not confirmed. You can still ask the court to enforce when it is overdue.")
    return Owed(words, True, None, names.CONFIRM_PERFORMANCE, otherwise)


def _to_receive(sitting: Sitting, case: Case, theirs: Sequence[Obligation]) -> Owed:
    first, now = theirs[0], _together(sitting, theirs)
    other, late, due = names_of(case, first.debtors), is_overdue(sitting, first), due_together(sitting, case, now)
    day = first.due_on
    also = [*_made_of(sitting, case, now), *_also_for(sitting, first, [o for o in theirs if o not in now], case)]
    arrived = If(T("When it comes"), T("Say so with one act; nothing is enforced then."), names.RECORD_PERFORMANCE)
    if due.left is not None and not due.left.minor:
        also = [ONLY_INTEREST, *also]
    if late and is_barred(sitting.session, case, first):
        return _not_enforced_for(due, other, also, arrived)
    enforced_by = _enforced_by(sitting, case)
    if late and enforced_by == first.creditor_id:
        return _enforced_for(sitting, case, first, due, other, also)
    if late and enforced_by is not None:
        return _behind_another(sitting, case, first, due, _party(case, enforced_by), also)
    if late:
        words: Text = (
            T(
                "%(name)s has not paid %(amount)s, due on %(day)s. You can ask the court to enforce.",
                name=other,
                amount=due.told,
                day=day,
            )
            if due.left is not None
            else T(
                "%(name)s has not done what was due on %(day)s. You can ask the court to enforce.", name=other, day=day
            )
        )
        into = _paid_into(sitting, case, first.creditor_id) if due.left is not None else []
        ifs = [
            *also,
            *into,
            *_of_delay(due, late),
            If(T("If it was paid after all"), arrived.then, names.RECORD_PERFORMANCE),
        ]
        if due.today is not None and due.told is not None and due.today.minor > due.told.minor:
            ifs.insert(0, If(T("With interest, today"), T("%(amount)s in all.", amount=due.today)))
        return Owed(words, True, None, names.APPLY_FOR_ENFORCEMENT, None, tuple(ifs))
    words = (
        T(
            "Nothing for you to do now: %(name)s must pay you %(amount)s by the end of %(day)s.",
            name=other,
            amount=due.told,
            day=day,
        )
        if due.left is not None
        else T(
            "Nothing for you to do now: %(name)s must do what was ordered by the end of %(day)s.", name=other, day=day
        )
    )
    status = (
        T("%(name)s must pay you %(amount)s by the end of %(day)s.", name=other, amount=due.told, day=day)
        if due.left is not None
        else T("%(name)s must do what was ordered by the end of %(day)s.", name=other, day=day)
    )
    otherwise = T("From the day after the last day to pay or do it, you can ask the court to enforce.")
    unnamed = due.left is not None and _has_no_account(sitting, case, first.creditor_id)
    if unnamed:
        words = T(
            "%(name)s must pay you %(amount)s by the end of %(day)s. Next for you: say to which account",
            name=other,
            amount=due.told,
            day=day,
        )
    into = _paid_into(sitting, case, first.creditor_id, offered=unnamed) if due.left is not None else []
    back = _fee_still_to_come(sitting, case, first.creditor_id)
    act = names.NAME_ACCOUNT if unnamed else None
    told = (*also, *into, *due.adds_up, *_of_delay(due, late), *back, arrived)
    return Owed(words, False, None, act, otherwise, told, status)


def _of_enforcement(sitting: Sitting, case: Case, debtor: int | None) -> list[If]:
    """What the court does next in the enforcement and by when, and what it costs whoever owes (CPL 237, 251; FEE 38)."""
    found: list[If] = []
    notice, next_measure = (_last_day(sitting, case, kind) for kind in (NOTICE, INACTION))
    if notice is not None:
        found.append(If(THE_COURT, T("It sends the notice of enforcement by the end of %(day)s.", day=notice)))
    elif next_measure is not None:
        words = T(
            "It looks for property and takes measures; each is told to both sides. If nothing is done by the end of %(day)s, whoever applied may turn to the higher court.",
            day=next_measure,
        )
        found.append(If(THE_COURT, words))
    rows = assessments_of(sitting.session, case, party_id=debtor)
    fees = [row for row in rows if row.matter is Matter.ENFORCEMENT and row.state is AssessmentState.DUE]
    if fees:
        name, fee = _party(case, debtor), fees[-1].amount
        found.append(
            If(T("What it costs"), T("%(fee)s, borne by %(name)s. Nobody pays it in advance.", fee=fee, name=name))
        )
    return found


THE_COURT = T("What the court does")


def _last_day(sitting: Sitting, case: Case, kind: str) -> date | None:
    """When the latest running time limit of a kind ends."""
    due = [w.due_at for w in sitting.windows(case, kind) if w.due_at is not None]
    return last_day(max(due), sitting.court.settings.tz) if due else None


def _not_enforced_for(due: Due, other: Text | str, also: Sequence[If], arrived: If) -> Owed:
    """What a creditor reads whose time to apply had passed: it stays owed, and may still be paid."""
    words = (
        T(
            "Nothing for you to do now: the court has ruled that this is not enforced, because the time to apply had passed. %(name)s still owes you %(amount)s and may pay.",
            name=other,
            amount=due.told,
        )
        if due.left is not None
        else T(
            "Nothing for you to do now: the court has ruled that this is not enforced, because the time to apply had passed. %(name)s still owes you what was ordered.",
            name=other,
        )
    )
    status = (
        T(
            "The court has ruled that this is not enforced, because the time to apply had passed. %(name)s still owes you %(amount)s and may pay.",
            name=other,
            amount=due.told,
        )
        if due.left is not None
        else T(
            "The court has ruled that this is not enforced, because the time to apply had passed. %(name)s still owes you what was ordered.",
            name=other,
        )
    )
    return Owed(words, False, None, None, None, (*also, arrived), status)


def _behind_another(sitting: Sitting, case: Case, first: Obligation, due: Due, before: str, also: Sequence[If]) -> Owed:
    """What a creditor reads while the court enforces for somebody else: what is open, and when it is their turn."""
    other = names_of(case, first.debtors)
    words = (
        T(
            "%(name)s has not paid %(amount)s, due on %(day)s. The court is enforcing for %(before)s; once that has ended, you can ask it to enforce for you.",
            name=other,
            amount=due.told,
            day=first.due_on,
            before=before,
        )
        if due.left is not None
        else T(
            "%(name)s has not done what was due on %(day)s. The court is enforcing for %(before)s; once that has ended, you can ask it to enforce for you.",
            name=other,
            day=first.due_on,
            before=before,
        )
    )
    lines = [*also]
    if due.today is not None and due.told is not None and due.today.minor > due.told.minor:
        lines.append(If(T("With interest, today"), T("%(amount)s in all.", amount=due.today)))
    if due.left is not None:
        lines += _paid_into(sitting, case, first.creditor_id)
    came = T("Say so with one act; nothing is enforced then.")
    lines.append(If(T("If it was paid after all"), came, names.RECORD_PERFORMANCE))
    return Owed(words, False, None, None, None, tuple(lines))


def _enforced_for(
    sitting: Sitting, case: Case, first: Obligation, due: Due, other: Text | str, also: Sequence[If]
) -> Owed:
    """What whoever has asked for enforcement reads: that the court is at it, and what is still open."""
    words = (
        T(
            "Nothing for you to do now: the court is enforcing. %(name)s still owes %(amount)s.",
            name=other,
            amount=due.told,
        )
        if due.left is not None
        else T("Nothing for you to do now: the court is enforcing against %(name)s.", name=other)
    )
    status = (
        T("The court is enforcing. %(name)s still owes %(amount)s.", name=other, amount=due.told)
        if due.left is not None
        else T("The court is enforcing against %(name)s.", name=other)
    )
    lines = [*also]
    if due.today is not None and due.told is not None and due.today.minor > due.told.minor:
        lines.append(If(T("With interest, today"), T("%(amount)s in all.", amount=due.today)))
    lines += _of_enforcement(sitting, case, first.debtor_id)
    if due.left is not None:
        lines += _paid_into(sitting, case, first.creditor_id)
    lines.append(
        If(
            T("If it was paid after all"),
            T("Say so with one act; nothing is enforced then."),
            names.RECORD_PERFORMANCE,
        )
    )
    if search_now(sitting, case, SearchState.TOLD) is not None:
        asked = T(
            "The court found nothing to enforce against. Say whether the enforcement ends for now, and what you know of property."
        )
        otherwise = T(
            "Saying nothing signs nothing: several judges can examine the search, and the president decides [CPI 517]."
        )
        return Owed(asked, True, None, names.ANSWER_SEARCH_RESULT, otherwise, tuple(lines))
    return Owed(words, False, None, None, None, tuple(lines), status)


def _before_effect(sitting: Sitting, case: Case, decision: Decision, party: Party) -> Owed | None:
    """What a decision that is not in effect yet orders for a party; duties of their own before what they get."""
    to_do = [o for o in decision.orders if party.id in o.debtors and o.kind in ORDERED]
    if to_do:
        return _ordered_to_do(sitting, case, decision, party, to_do)
    to_get = [o for o in decision.orders if o.creditor_id == party.id and o.kind in ORDERED]
    if to_get:
        return _ordered_for(sitting, case, decision, party, to_get)
    if any(o.kind is OrderKind.DISMISS for o in decision.orders) and party.role in (Role.CLAIMANT, Role.RESPONDENT):
        words = (
            T("Nothing for you to do now: the court did not give you what you asked for")
            if party.role is Role.CLAIMANT
            else T("Nothing for you to do now: you won, nothing is ordered against you")
        )
        lines = (
            *_until_served(sitting, case, decision, party),
            *_appeal_line(sitting, case, decision, party),
            *_costs_as_decided(sitting, case, decision, party),
        )
        status = (
            T("The court did not give you what you asked for.")
            if party.role is Role.CLAIMANT
            else T("You won: nothing is ordered against you.")
        )
        return Owed(words, False, _last_appeal(sitting, case, decision), None, None, lines, status)
    return None


ORDERED = (OrderKind.PAY, OrderKind.DO, OrderKind.REFRAIN)


def _ordered_to_do(
    sitting: Sitting, case: Case, decision: Decision, party: Party, orders: Sequence[Order]
) -> Owed | None:
    total, other = _sum(orders), _party(case, orders[0].creditor_id)
    appealable = is_appealable(sitting, case)
    words: Text
    if total is not None:
        words = (
            T("Next for you: pay %(amount)s to %(name)s, or appeal", amount=total, name=other)
            if appealable
            else T("Next for you: pay %(amount)s to %(name)s", amount=total, name=other)
        )
    else:
        words = T("Next for you: %(what)s", what=orders[0].what or "")
    days = decision.performance_days
    by = If(
        T("By which day"), T("Within %(days)s days after the decision is in effect. You are told that day.", days=days)
    )
    late = sitting.pack(case).late_performance
    into = _pay_into(sitting, case, party.id, orders[0].creditor_id) if total is not None else []
    also = [o for o in orders if o.amount is None][0 if total is not None else 1 :]
    lines = [
        *_ordered(also, ALSO_ORDERED),
        *_jointly(case, orders[0].debtors, party),
        by,
        *into,
        *_until_served(sitting, case, decision, party),
        *_appeal_line(sitting, case, decision, party),
        *_interest_lines(orders),
    ]
    if total is not None and late is not None:
        more = Money(rounded(total.minor * Fraction(late.per_day)), total.currency)
        lines.append(If(T("If you pay late"), T("%(amount)s more for each day.", amount=more)))
    otherwise = T("%(name)s can ask the court to enforce, at your cost, and interest for delay is added.", name=other)
    return Owed(words, True, None, None, otherwise, (*lines, *_costs_as_decided(sitting, case, decision, party)))


def _ordered_for(sitting: Sitting, case: Case, decision: Decision, party: Party, orders: Sequence[Order]) -> Owed:
    total, other = _sum(orders), names_of(case, orders[0].debtors)
    words: Text = (
        T("You won: %(name)s must pay you %(amount)s. Nothing for you to do now", name=other, amount=total)
        if total is not None
        else T("You won: %(name)s must do what was ordered. Nothing for you to do now", name=other)
    )
    status = (
        T("You won: %(name)s must pay you %(amount)s.", name=other, amount=total)
        if total is not None
        else T("You won: %(name)s must do what was ordered.", name=other)
    )
    unnamed = total is not None and _has_no_account(sitting, case, party.id)
    if unnamed:
        words = T(
            "You won: %(name)s must pay you %(amount)s. Next for you: say to which account", name=other, amount=total
        )
    last, days = _last_appeal(sitting, case, decision), decision.performance_days
    besides = [o for o in orders if o.amount is None]
    lines = _ordered(besides, ALSO_ORDERED if total is not None else WHAT_WAS_ORDERED)
    lines += _until_served(sitting, case, decision, party)
    if last is not None:
        day = last.astimezone(sitting.court.settings.tz).date()
        told = T("After the end of %(day)s the decision is in effect. You get a message.", day=day)
        stop = T("These days stop. You get the appeal, and time to answer it.")
        lines += [If(T("If nobody appeals"), told), If(T("If somebody appeals"), stop)]
    lines += _paid_into(sitting, case, party.id, offered=unnamed) if total is not None else []
    lines.append(If(T("When it comes"), T("Within %(days)s days after the decision is in effect.", days=days)))
    if party.role is Role.CLAIMANT and any(o.kind is OrderKind.DISMISS for o in decision.orders):
        lines.append(If(T("The rest"), T("The court did not give you the rest of what you asked for.")))
    lines += [*_interest_lines(orders), *_costs_as_decided(sitting, case, decision, party)]
    lines += _appeal_line(sitting, case, decision, party)
    otherwise = T("From the day after the last day to pay or do it, you can ask the court to enforce.")
    return Owed(words, False, None, names.NAME_ACCOUNT if unnamed else None, otherwise, tuple(lines), status)


def _ordered(orders: Sequence[Order], heading: Text) -> list[If]:
    """What is to be done or left, in the words of the decision, where no sum says it."""
    return [If(heading, as_written(one.what)) for one in orders if one.what]


def _sum(orders: Sequence[Order]) -> Money | None:
    sums = [o.amount for o in orders if o.amount is not None]
    return replace(sums[0], minor=sum(one.minor for one in sums)) if sums else None


def _interest_lines(orders: Sequence[Order]) -> list[If]:
    return [
        If(T("Interest in the decision"), interest_words(o.interest_percent, o.interest_from))
        for o in orders
        if o.interest_from is not None
    ]


def _until_served(sitting: Sitting, case: Case, decision: Decision, party: Party) -> list[If]:
    """While a decision has not reached everybody: from when one's own time to appeal runs, and what its effect waits for."""
    missing = not_served(sitting, case, decision)
    if not missing:
        return []
    lines, names_ = [], side_by_side([one.name for one in missing], ",")
    if not is_appealable(sitting, case):
        return [If(IN_EFFECT, T("Once it is served on everybody. Not served yet: %(names)s.", names=names_))]
    if party in missing:
        rule = reckon(sitting.pack(case), APPEAL, sitting.now, track=case.track.value, abroad=party.abroad)
        words = T(
            "You have %(length)s from the day after the decision is served on you; no day runs before that. Once it is served, the last day stands here.",
            length=rule.words,
        )
        lines.append(If(TO_APPEAL, words))
    words = T("Once it is served on everybody and nobody can appeal any more. Not served yet: %(names)s.", names=names_)
    return [*lines, If(IN_EFFECT, words)]


TO_APPEAL, IN_EFFECT = T("If you want to appeal"), T("When the decision is in effect")


def _appeal_line(sitting: Sitting, case: Case, decision: Decision, party: Party) -> list[If]:
    windows = sitting.windows(case, APPEAL, party=party, state=WindowState.OPEN, subject=decision.reference)
    if not windows or windows[-1].due_at is None:
        return []
    day = last_day(windows[-1].due_at, sitting.court.settings.tz)
    fee = appeal_fee(sitting, case, _lost(decision, party))
    words = (
        T(
            "You may until the end of %(day)s. What is ordered need not be done before the appeal is decided. An appeal against all that you lost costs %(fee)s; against a part of it, less or the same.",
            day=day,
            fee=fee,
        )
        if fee is not None
        else T(
            "You may until the end of %(day)s. What is ordered need not be done before the appeal is decided. The appeal has its own fee.",
            day=day,
        )
    )
    return [If(TO_APPEAL, words, names.APPEAL_DECISION)]


def _lost(decision: Decision, party: Party) -> int:
    """What a decision orders a party to pay, in minor units; what it dismissed has no sum of its own."""
    return sum(o.amount.minor for o in decision.orders if party.id in o.debtors and o.amount is not None)


def _last_appeal(sitting: Sitting, case: Case, decision: Decision) -> datetime | None:
    """When the last time to appeal ends; None while it has not begun for everybody."""
    if not_served(sitting, case, decision):
        return None
    windows = sitting.windows(case, APPEAL, state=WindowState.OPEN, subject=decision.reference)
    return max((w.due_at for w in windows if w.due_at is not None), default=None)


def _fee_still_to_come(sitting: Sitting, case: Case, party_id: int | None) -> list[If]:
    """What of a party's court fee is ordered back and not paid back yet."""
    rows = sitting.session.scalars(
        select(Refund).where(
            Refund.case_id == case.id,
            Refund.party_id == party_id,
            Refund.state.in_((RefundState.ORDERED, RefundState.APPROVED)),
        )
    ).all()
    if not rows:
        return []
    back = Money(sum(row.amount_minor for row in rows), rows[0].currency)
    return [If(T("Your court fee"), T("%(amount)s comes back to you. You need not ask.", amount=back))]


def _fee_not_asked_yet(sitting: Sitting, case: Case, party_id: int | None) -> list[If]:
    """What of the court fee a party owes by the decision and was not sent a notice of yet (CPI 207)."""
    party, decision = case.party_if_any(party_id), issued(sitting.session, case)
    if party is None or decision is None or not decision.costs:
        return []
    demanded = assessments_of(sitting.session, case, party_id=party.id, demands=True)
    if any(row.basis_id is None for row in demanded):
        return []
    return [line for line in _costs_as_decided(sitting, case, decision, party) if line.when.msgid == OWES_COURT.msgid]


OWES_COURT = T("What you owe the court")


def _costs_as_decided(sitting: Sitting, case: Case, decision: Decision, party: Party) -> list[If]:
    """What a decision says of a party's court fee, as long as nobody has decided otherwise on it since: the president on a
    review, or the higher court (FEE 30, 43).
    """
    later = select(CostsOrder.id).where(
        CostsOrder.case_id == case.id,
        CostsOrder.replaced_at.is_(None),
        CostsOrder.decided_at >= decision.issued_at,
    )
    return [] if sitting.session.scalar(later.limit(1)) is not None else of_costs(decision, party)


def of_costs(decision: Decision, party: Party) -> list[If]:
    """What of the court fee a party gets back, or owes the court (CPI 207)."""
    if not decision.costs:
        return []
    share = next((s for s in Allocation.from_json(decision.costs).shares if s.party == party.label), None)
    if share is None:
        return []
    lines = []
    if share.refund.minor:
        back = T("%(amount)s comes back to you. You need not ask.", amount=share.refund)
        lines.append(If(T("Your court fee"), back))
    if share.owes_court.minor:
        owes = T("%(amount)s of the fee, besides. You get a notice of its own.", amount=share.owes_court)
        lines.append(If(OWES_COURT, owes))
    return lines


def _party(case: Case, party_id: int | None) -> str:
    found: Party | None = case.party_if_any(party_id)
    return found.name if found is not None else ""
