"""How far an heir answers for what the dead debtor owed: no further than what they got of the estate (CPI 473). No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Party
from odr.ground.text import Money, T, Text
from odr.judgment.enforcement.queries import confirmed
from odr.judgment.enforcement_remedies.deferral.models import LIABLE, EnforcementSecurity, SecurityState
from odr.judgment.enforcement_remedies.deferral.queries import security_now
from odr.judgment.enforcement_remedies.successors.models import DebtorChange, DebtorGround
from odr.judgment.enforcement_remedies.successors.queries import holds_for, is_dead, rules_of
from odr.judgment.models import Obligation, Performance
from odr.judgment.queries import obligations_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Estate:
    """What an heir got, and what of it was paid since; in minor units."""

    worth_minor: int
    paid_minor: int
    currency: str

    @property
    def left_minor(self) -> int:
        """What can still be asked of the heir."""
        return max(self.worth_minor - self.paid_minor, 0)

    @property
    def worth(self) -> Money:
        """What the heir got."""
        return Money(self.worth_minor, self.currency)

    @property
    def used(self) -> Money:
        """How much of it is paid: what an heir paid beyond it at their own wish does not count."""
        return Money(min(self.paid_minor, self.worth_minor), self.currency)

    @property
    def left(self) -> Money:
        """What can still be asked of the heir, as money."""
        return Money(self.left_minor, self.currency)

    def asks(self, minor: int) -> int:
        """What of a sum is asked of the heir."""
        return min(minor, self.left_minor)


def estate_of(sitting: Sitting, case: Case, party_id: int | None) -> Estate | None:
    """How far a debtor who is an heir answers; None for whoever answers with all they own.

    What was paid after the ruling counts, on everything the dead debtor owed in this case. Of what is owed jointly a payment that
    another debtor told of as their own does not: nothing was taken from the estate for it.
    """
    party = case.party_if_any(party_id)
    row = holds_for(sitting.session, case, party) if party is not None else None
    if row is None or party is None or row.worth_minor is None:
        return None
    paid = 0
    for owed in _inherited(sitting, case, party, row):
        since = [one for one in confirmed(sitting.session, owed) if one.entry_number > (row.decided_by or 0)]
        others = _told_by_others(sitting, case, owed, party, since) if len(owed.debtors) > 1 else frozenset()
        paid += sum(one.amount_minor or 0 for one in since if one.entry_number not in others)
    return Estate(row.worth_minor, paid, row.currency)


def _inherited(sitting: Sitting, case: Case, party: Party, row: DebtorChange) -> list[Obligation]:
    """What of the dead debtor's an heir owes: what was owed when it was ruled, and nothing of the heir's own since."""
    rows = obligations_of(sitting.session, case)
    return [o for o in rows if party.id in o.debtors and o.entry_number < (row.decided_by or 0)]


def _told_by_others(
    sitting: Sitting, case: Case, owed: Obligation, party: Party, payments: Sequence[Performance]
) -> frozenset[int]:
    """The entries by which another who owes the same told of having paid."""
    others = [one for one in owed.debtors if one != party.id]
    query = select(DocketEntry.number).where(
        DocketEntry.case_id == case.id,
        DocketEntry.number.in_([one.entry_number for one in payments]),
        DocketEntry.party_id.in_(others),
    )
    return frozenset(sitting.session.scalars(query)) if payments else frozenset()


def estate_for(sitting: Sitting, case: Case, owed: Obligation) -> Estate | None:
    """How far what is owed can be asked of anybody at all: of an heir who alone owes it, and for whom no security answers."""
    if owed.amount_minor is None or len(owed.debtors) != 1 or _is_secured(sitting, case, owed):
        return None
    party = case.party_if_any(owed.debtor_id)
    row = holds_for(sitting.session, case, party) if party is not None else None
    if row is None or owed.entry_number >= (row.decided_by or 0):
        return None
    return estate_of(sitting, case, owed.debtor_id)


def _is_secured(sitting: Sitting, case: Case, owed: Obligation) -> bool:
    """Whether security that answers, or will, was given for what a debtor owes: it is bound by no estate."""
    row: EnforcementSecurity | None = security_now(sitting, case, *LIABLE, SecurityState.HOLDS)
    return row is not None and row.debtor_id == owed.debtor_id


def is_used_up(sitting: Sitting, case: Case, party_id: int | None) -> bool:
    """Whether an heir has paid all that they got, and nothing more can be asked of them."""
    found = estate_of(sitting, case, party_id)
    return found is not None and not found.left_minor


def nothing_more_to_ask(sitting: Sitting, case: Case) -> list[Obligation]:
    """What is still open, and can be asked of nobody: it is owed by an heir alone, who has paid all that they got (CPI 473)."""
    found = []
    for owed in obligations_of(sitting.session, case):
        if owed.done_at is None:
            estate = estate_for(sitting, case, owed)
            if estate is not None and not estate.left_minor:
                found.append(owed)
    return found


def why_not_pressed(sitting: Sitting, case: Case, party: Party) -> Text | None:
    """Why nobody is put on the list, barred from consumption, fined or detained: they have died, or as heirs have paid all that
    they got (CPI 473).
    """
    rules = rules_of(sitting, case)
    if rules is None:
        return None
    article = sitting.pack(case).cite(str(rules.heir_article))
    if is_dead(sitting.session, case, party):
        return T(
            "%(name)s has died: only the estate is enforced against, and nothing else is ordered against them (%(article)s).",
            name=party.name,
            article=article,
        )
    if is_used_up(sitting, case, party.id):
        return T(
            "%(name)s is an heir and has paid all that the estate was worth: nothing more is enforced against them (%(article)s).",
            name=party.name,
            article=article,
        )
    return None


def article_of(sitting: Sitting, case: Case, ground: DebtorGround) -> Text | str:
    """The article of a ground, as a paper cites it."""
    rules = rules_of(sitting, case)
    if rules is None:
        return ""
    by = {DebtorGround.HEIR: rules.heir_article, DebtorGround.ESTATE: rules.heir_article}
    by |= {DebtorGround.BODY: rules.body_article, DebtorGround.DISSOLVED: rules.body_article}
    return sitting.pack(case).cite(str(by.get(ground, rules.name_article)))
