"""An agreement in an enforcement: its terms in words, what was paid on it, and what it asks of each side now.

While it is proposed the enforcement goes on; signed, its sums and days take the place of what is enforced (CPL 241;
CPI 464 to 466). No flask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import SOURCE_LOCALE, Kept, Money, T, Text
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement.queries import enforced_in, enforcement_settlements, open_enforcement, performed
from odr.judgment.models import EnforcementCase, EnforcementSettlement, Obligation
from odr.judgment.vocabulary import SettlementState
from odr.procedure.hooks import If, Owed

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Part:
    """One payment of an agreement: its day, its sum, and what of it is not paid yet, in minor units."""

    on: date
    minor: int
    left: int


def as_written(words: str) -> Text:
    """The words of a decision or an agreement itself, in whichever language they are."""
    return Kept.of({SOURCE_LOCALE: words})


def covered(sitting: Sitting, case: Case, row: EnforcementSettlement) -> list[Obligation]:
    """What the agreement takes the place of: of what is enforced, all that this debtor owes. What is due to the same creditor
    later, what another debtor owes, and what is owed to anybody else stays as it is (CPI 464, 465).
    """
    found = sitting.session.get_one(EnforcementCase, row.enforcement_id)
    debtor = row.to_id if row.from_id == found.party_id else row.from_id
    return [o for o in enforced_in(sitting.session, case, found) if debtor in o.debtors]


def under_agreement(
    sitting: Sitting, case: Case, *states: SettlementState, party_id: int | None = None
) -> frozenset[str]:
    """What agreements in these states (signed, without any) take the place of, by reference; with ``party_id`` only of those
    this party is a side of.
    """
    rows = enforcement_settlements(sitting.session, case, *(states or (SettlementState.SIGNED,)))
    mine = [row for row in rows if party_id is None or party_id in (row.from_id, row.to_id)]
    return frozenset(o.reference for row in mine for o in covered(sitting, case, row))


def is_settled_whole(sitting: Sitting, case: Case, found: EnforcementCase) -> bool:
    """Whether nothing of an enforcement is left to carry out: all of it is performed, or a signed agreement takes its place."""
    agreed = under_agreement(sitting, case)
    return all(o.done_at is not None or o.reference in agreed for o in enforced_in(sitting.session, case, found))


def paid_in_all(sitting: Sitting, case: Case, row: EnforcementSettlement) -> int:
    """What was paid to this creditor on the instrument and confirmed so far, in minor units."""
    return sum(performed(sitting.session, o) for o in covered(sitting, case, row))


def paid_towards(sitting: Sitting, case: Case, row: EnforcementSettlement) -> int:
    """What was paid on the agreement since it was signed, in minor units."""
    return paid_in_all(sitting, case, row) - row.paid_before_minor


def is_late(sitting: Sitting, case: Case, row: EnforcementSettlement) -> bool:
    """Whether less was paid than is due by now; what else was agreed is due by the day of the last payment, until the
    creditor says that it was done.
    """
    today, parts = sitting.today, parts_of(sitting, case, row)
    return any(part.left and part.on < today for part in parts) or (row.deed is not None and parts[-1].on < today)


def parts_of(sitting: Sitting, case: Case, row: EnforcementSettlement) -> list[Part]:
    """The payments in the order of their days; what was paid counts towards the earliest."""
    paid = paid_towards(sitting, case, row) if row.state is not SettlementState.PROPOSED else 0
    found = []
    for one in row.instalments:
        counted = max(0, min(paid, one["minor"]))
        found.append(Part(date.fromisoformat(one["on"]), one["minor"], one["minor"] - counted))
        paid -= counted
    return found


def next_part(sitting: Sitting, case: Case, row: EnforcementSettlement) -> Part | None:
    """The earliest payment of which something is left."""
    return next((part for part in parts_of(sitting, case, row) if part.left), None)


def terms(row: EnforcementSettlement) -> list[Text]:
    """Everything that is agreed, a line each: the sum, each payment with its day, and what else."""
    lines: list[Text] = [T("%(amount)s in all, in the place of everything that is enforced.", amount=row.amount)]
    for one in row.instalments:
        amount, day = Money(one["minor"], row.currency), date.fromisoformat(one["on"])
        lines.append(T("%(amount)s by the end of %(day)s.", amount=amount, day=day))
    return [*lines, *([T("Besides: %(what)s", what=row.deed)] if row.deed else [])]


def terms_to_answer(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """What whoever answers a proposal reads before: from whom it is, its terms, and that signing binds."""
    row = proposed_to(sitting, case, actor.party_id)
    if row is None:
        return []
    name = _name(case, row.from_id)
    return [
        T("%(name)s proposes this:", name=name),
        *terms(row),
        T("Signing binds both sides. As long as it is kept, nothing else is enforced."),
        T("If it is not kept, all that the decision orders is enforced again, less what was paid."),
    ]


def proposed_to(sitting: Sitting, case: Case, party_id: int | None) -> EnforcementSettlement | None:
    """A proposal that waits for this party's answer."""
    rows = enforcement_settlements(sitting.session, case, SettlementState.PROPOSED)
    return next((row for row in rows if row.to_id == party_id), None)


def signed_with(sitting: Sitting, case: Case, party_id: int | None) -> list[EnforcementSettlement]:
    """The signed agreements this party is one of the two sides of, the newest first."""
    rows = enforcement_settlements(sitting.session, case, SettlementState.SIGNED)
    return [row for row in reversed(rows) if party_id in (row.from_id, row.to_id)]


def signed_by_creditor(sitting: Sitting, case: Case, party_id: int | None) -> list[EnforcementSettlement]:
    """The signed agreements under which this party is paid, what is late first."""
    rows = enforcement_settlements(sitting.session, case, SettlementState.SIGNED)
    mine = [row for row in reversed(rows) if creditor_of(sitting, row) == party_id]
    return sorted(mine, key=lambda row: not is_late(sitting, case, row))


def creditor_of(sitting: Sitting, row: EnforcementSettlement) -> int:
    """The party to whom is paid."""
    return sitting.session.get_one(EnforcementCase, row.enforcement_id).party_id


def asked_to_sign(case: Case, row: EnforcementSettlement, meanwhile: Owed | None) -> Owed:
    """For whoever a proposal was made to: its terms first, then what is owed meanwhile."""
    words = T(
        "Next for you: answer %(name)s, who proposes to settle the enforcement for %(amount)s",
        name=_name(case, row.from_id),
        amount=row.amount,
    )
    lines = [*_terms_as_lines(row)]
    if meanwhile is not None:
        lines.append(If(T("Until both have signed"), meanwhile.words))
    otherwise = T("Nothing changes: the enforcement goes on.")
    return Owed(words, True, None, names.ANSWER_ENFORCEMENT_SETTLEMENT, otherwise, tuple(lines))


def proposal_made(case: Case, row: EnforcementSettlement) -> If:
    """For whoever proposed it: who has still to answer."""
    words = T(
        "%(name)s has not answered yet. You proposed %(amount)s; until both have signed, the enforcement goes on.",
        name=_name(case, row.to_id),
        amount=row.amount,
    )
    return If(T("Your proposal"), words)


def by_agreement(sitting: Sitting, case: Case, row: EnforcementSettlement, party_id: int) -> Owed:
    """What a signed agreement asks of one of its two sides: the next payment with its day, or that one is missing."""
    creditor = creditor_of(sitting, row)
    other = _name(case, row.from_id if row.to_id == party_id else row.to_id)
    open_parts = [part for part in parts_of(sitting, case, row) if part.left]
    if party_id == creditor:
        return _for_the_creditor(sitting, case, row, open_parts, other)
    return _for_the_debtor(sitting, case, row, open_parts, other)


def _for_the_debtor(sitting: Sitting, case: Case, row: EnforcementSettlement, parts: list[Part], other: str) -> Owed:
    lines = _rest(sitting, case, row, parts)
    otherwise = T("%(name)s can have all that the decision orders enforced again, with interest.", name=other)
    if not parts:
        words: Text = T("Next for you: %(what)s, as agreed with %(name)s", what=row.deed or "", name=other)
        done = If(T("When it is done"), T("%(name)s says so on this page; then nothing more is owed.", name=other))
        return Owed(words, True, None, None, otherwise, (done, *_halting(sitting, case, row)))
    now, day = Money(parts[0].left, row.currency), parts[0].on
    words = (
        T(
            "You are late: pay %(amount)s to %(name)s, as agreed. It was due on %(day)s.",
            amount=now,
            name=other,
            day=day,
        )
        if day < sitting.today
        else T(
            "Next for you: pay %(amount)s to %(name)s by the end of %(day)s, as agreed",
            amount=now,
            name=other,
            day=day,
        )
    )
    return Owed(words, True, None, names.RECORD_PERFORMANCE, otherwise, tuple(lines))


def _for_the_creditor(sitting: Sitting, case: Case, row: EnforcementSettlement, parts: list[Part], other: str) -> Owed:
    lines = _rest(sitting, case, row, parts)
    came = If(T("When it comes"), T("Say so with one act."), names.RECORD_PERFORMANCE)
    if not parts:
        words: Text = T("Nothing for you to do now: %(name)s must do what was agreed.", name=other)
        done = If(T("When it is done"), T("Let the rest be: then nothing more is owed to you."), names.FORGO_REST)
        told = [If(T("What was agreed"), as_written(row.deed or "")), done]
        if is_late(sitting, case, row):
            again = T("You can have all that the decision orders enforced again, less what was paid.")
            told.append(If(T("If it is not done"), again, names.RESUME_ENFORCEMENT))
        status = T("%(name)s must do what was agreed.", name=other)
        return Owed(words, False, None, None, None, tuple(told), status)
    now, day = Money(parts[0].left, row.currency), parts[0].on
    if day < sitting.today:
        words = T(
            "%(name)s has not paid %(amount)s, due on %(day)s as agreed. You can have the enforcement resumed.",
            name=other,
            amount=now,
            day=day,
        )
        after = If(T("If it was paid after all"), T("Say so with one act."), names.RECORD_PERFORMANCE)
        return Owed(words, True, None, names.RESUME_ENFORCEMENT, None, (*lines, after))
    words = T(
        "Nothing for you to do now: %(name)s must pay you %(amount)s by the end of %(day)s, as agreed.",
        name=other,
        amount=now,
        day=day,
    )
    otherwise = T("From the next day you can have all that the decision orders enforced again, less what was paid.")
    status = T("%(name)s must pay you %(amount)s by the end of %(day)s, as agreed.", name=other, amount=now, day=day)
    return Owed(words, False, None, None, otherwise, (*lines, came), status)


def _rest(sitting: Sitting, case: Case, row: EnforcementSettlement, parts: list[Part]) -> list[If]:
    """What comes after the first payment, what else was agreed, and that the judge has still to halt the enforcement."""
    later = [
        If(T("Then"), T("%(amount)s by the end of %(day)s.", amount=Money(part.left, row.currency), day=part.on))
        for part in parts[1:]
    ]
    besides = [If(T("Also agreed"), as_written(row.deed))] if row.deed else []
    return [*later, *besides, *_halting(sitting, case, row)]


def _halting(sitting: Sitting, case: Case, row: EnforcementSettlement) -> list[If]:
    found = open_enforcement(sitting.session, case)
    if found is None or found.id != row.enforcement_id or not is_settled_whole(sitting, case, found):
        return []
    return [If(T("The enforcement"), T("Both have signed. The court halts it by a ruling you are sent."))]


def _terms_as_lines(row: EnforcementSettlement) -> list[If]:
    parts = [
        If(
            T("Payment"),
            T(
                "%(amount)s by the end of %(day)s.",
                amount=Money(one["minor"], row.currency),
                day=date.fromisoformat(one["on"]),
            ),
        )
        for one in row.instalments
    ]
    return [*parts, *([If(T("What else"), as_written(row.deed))] if row.deed else [])]


def _name(case: Case, party_id: int | None) -> str:
    found = case.party_if_any(party_id)
    return found.name if found is not None else ""
