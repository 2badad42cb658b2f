"""What the page of an application to enforce shows before it opens and when it is open, and what waiting costs. No flask.

CPL 247, 250, 264; FEE 14, 20.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement.agreed_terms import under_agreement
from odr.judgment.enforcement.effect import ENFORCE, interest_minor, is_overdue, left_of, to_apply_for
from odr.judgment.enforcement.queries import enforcements_of, in_effect_since, open_enforcement
from odr.judgment.enforcement_remedies.deferral.queries import DEFERRAL
from odr.judgment.enforcement_remedies.for_now.models import LIVES_ON
from odr.judgment.enforcement_remedies.successors.bound import Estate, estate_of
from odr.judgment.models import Obligation
from odr.judgment.queries import names_of, obligations_of
from odr.judgment.vocabulary import EnforcementState
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel
from odr.procedure.models import Window
from odr.service.queries import packets_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LATER = 30
"""Days after the last one for which a debtor is shown what waiting costs: people do not multiply percentages."""


@dataclass(frozen=True)
class Claimed:
    """One thing that is owed, as an application made today would name it; while none can be made, as it stands."""

    obligation: Obligation
    debtor: Text | str
    left: Money | None
    interest: Money | None
    """Interest to today, as ordered and for delay."""


@dataclass(frozen=True)
class Application:
    """The application to enforce of one creditor: what is filled in already, and when it opens."""

    claimed: list[Claimed]
    debtors: list[str]
    opens_on: date | None
    """The day from which it can be sent, while that is still to come."""
    is_open: bool
    why_not: Text | None
    until: Window | None
    enforced_for: str | None
    """Whose application the court is carrying out just now; None while it enforces nothing."""
    is_mine: bool
    """Whether that is the reader's."""


@dataclass(frozen=True)
class Waiting:
    """What a debtor pays in all on a day."""

    on: date
    amount: Money
    days: int
    """Days after the last day to perform; 0: in time."""


def application(sitting: Sitting, case: Case, actor: Actor) -> Application:
    """The questions of an application to enforce for a creditor, readable before it opens."""
    rows = [o for o in obligations_of(sitting.session, case) if o.creditor_id == actor.party_id and o.done_at is None]
    breach = refusal(sitting, sitting.court.table[names.APPLY_FOR_ENFORCEMENT], case, actor)
    running = sitting.windows(case, ENFORCE, party=case.party_if_any(actor.party_id)) if actor.party_id else []
    claimed = [_claimed(sitting, case, row) for row in to_apply_for(sitting, case, actor.party_id) or rows]
    under_way = open_enforcement(sitting.session, case)
    found = case.party_if_any(under_way.party_id) if under_way is not None else None
    opens = min((row.due_on for row in rows), default=None)
    today = sitting.today
    return Application(
        claimed,
        sorted({case.name_of(party) for one in claimed for party in one.obligation.debtors}),
        opens + timedelta(days=1) if opens is not None and opens >= today else None,
        breach is None,
        breach.message if breach is not None else None,
        running[-1] if running else None,
        found.name if found is not None else None,
        found is not None and found.id == actor.party_id,
    )


def _claimed(sitting: Sitting, case: Case, row: Obligation) -> Claimed:
    left = left_of(sitting, row)
    today = sitting.today
    adds = interest_minor(sitting, case, row, today)
    interest = Money(adds, left.currency) if left is not None and adds else None
    return Claimed(row, names_of(case, row.debtors), left, interest)


def waiting_costs(sitting: Sitting, case: Case, actor: Actor) -> list[Waiting]:
    """What a debtor pays in all in time and a month after the last day; once late, today and in a month. Only days on
    which one can still pay; nothing where no sum is owed, or where another agreement has taken its place.
    """
    rows = [o for o in obligations_of(sitting.session, case) if actor.party_id in o.debtors and o.done_at is None]
    agreed = under_agreement(sitting, case, party_id=actor.party_id)
    rows = [row for row in rows if row.reference not in agreed]
    sums = [(row, left) for row in rows if (left := left_of(sitting, row)) is not None]
    if actor.party_id is None or not sums:
        return []
    due = min(row.due_on for row, _ in sums)
    # What is late; before that what is due first, and not what has its own later day.
    late = [one for one in sums if is_overdue(sitting, one[0])]
    sums = late or [one for one in sums if one[0].due_on == due]
    today, estate = sitting.today, estate_of(sitting, case, actor.party_id)
    first = max(due, today)
    days = [first, first + timedelta(days=LATER)]
    return [
        Waiting(
            day,
            Money(
                _asked(estate, sum(left.minor + interest_minor(sitting, case, row, day) for row, left in sums)),
                sums[0][1].currency,
            ),
            (day - due).days,
        )
        for day in days
    ]


def _asked(estate: Estate | None, minor: int) -> int:
    """What of a sum is asked of a debtor: of an heir no more than they got (CPI 473)."""
    return estate.asks(minor) if estate is not None else minor


HALTED_READERS = frozenset({*PARTY_ROLES, Role.JUDGE, Role.CLERK, Role.PRESIDENT})
HALTED_ACTS = (names.CONTINUE_ENFORCEMENT,)


@dataclass(frozen=True)
class Halted:
    """What a ruling did to the newest enforcement, and since when it holds."""

    what: Text
    since: Text
    lives_on: Text | None = None
    """That the claim lives on, where it ended for now (CPI 517)."""


def halted_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """On the page of a case: that its enforcement was halted or ended by a ruling, and since when that holds (CPL 267, 269)."""
    if actor.role not in HALTED_READERS or sitting.pack(case).enforcement_halt is None:
        return None
    told = halted(sitting, case)
    if told is None:
        return None
    table = sitting.court.table
    acts = [table[name] for name in HALTED_ACTS if refusal(sitting, table[name], case, actor) is None]
    return Panel("main", 56, "judgment/_halted.html", {"told": told, "acts": acts})


def halted(sitting: Sitting, case: Case) -> Halted | None:
    """What became of the newest enforcement by a ruling; None while it goes on, or where no ruling of it was served on anybody."""
    every, rules = enforcements_of(sitting.session, case), sitting.pack(case).enforcement_halt
    last = every[-1] if every else None
    entry = (last.halted_entry or last.closed_entry) if last is not None else None
    if (
        last is None
        or entry is None
        or rules is None
        or last.halt_ground == DEFERRAL
        or not _sent(sitting, case, entry)
    ):
        return None
    ground = rules.grounds.get(last.halt_ground or "")
    what = (
        T("Enforcement %(number)s is halted: %(why)s", number=last.number, why=ground.title)
        if ground is not None and last.closed_entry is None
        else T("Enforcement %(number)s ended: %(how)s", number=last.number, how=last.state.label)
    )
    since = in_effect_since(sitting.session, case, entry)
    lives = LIVES_ON if last.state is EnforcementState.FOR_NOW else None
    return Halted(
        what,
        T(
            "The ruling holds since it was served on everybody, on %(day)s.",
            day=since.astimezone(sitting.pack(case).tz).date(),
        )
        if since is not None
        else T("The ruling takes effect when it is served on everybody; the court takes no measure meanwhile."),
        lives,
    )


def _sent(sitting: Sitting, case: Case, entry: int) -> bool:
    return any(entry in packet.entry_ids for packet in packets_of(sitting.session, case))
