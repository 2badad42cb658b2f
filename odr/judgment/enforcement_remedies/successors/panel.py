"""On the page of a case: who is the debtor in whose place, why, and how far an heir answers (CPL 243)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement_remedies.successors.bound import Estate, article_of, estate_of
from odr.judgment.enforcement_remedies.successors.models import ChangeState, DebtorChange, DebtorGround
from odr.judgment.enforcement_remedies.successors.queries import changes_of
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

READERS = PARTY_ROLES | {Role.JUDGE, Role.CLERK, Role.PRESIDENT}
ACTS = (names.RULE_ON_DEBTOR,)
SHOWN = (ChangeState.ASKED, ChangeState.ALLOWED, ChangeState.REFUSED)


def successors_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What was asked and ruled, the newest first; of an heir what they got, what of it is paid and what is left; where they are
    reached for the court only.
    """
    rows = changes_of(sitting.session, case, *SHOWN) if actor.role in READERS else []
    if not rows:
        return None
    table, court = sitting.court.table, actor.role in (Role.JUDGE, Role.CLERK)
    data = {
        "rows": [
            {
                "row": row,
                "state": state_words(row),
                "why": T(
                    "%(what)s (%(article)s)", what=row.ground.label, article=article_of(sitting, case, row.ground)
                ),
                "working": working(estate_of(sitting, case, row.party_id)) if row.worth is not None else None,
                "address": row.address if court else None,
            }
            for row in rows
        ],
        "acts": [table[name] for name in ACTS if refusal(sitting, table[name], case, actor) is None],
    }
    return Panel("main", 55, "judgment/_successors.html", data)


def state_words(row: DebtorChange) -> Text:
    """How it stands, in a sentence."""
    if row.state is ChangeState.ASKED:
        return T(
            "Asked about the debtor %(name)s. Next: a judge rules; until then it is enforced as before.", name=row.was
        )
    if row.state is ChangeState.REFUSED:
        return T("The debtor stays: %(name)s", name=row.was)
    if row.ground is DebtorGround.ESTATE:
        return T("%(name)s has died: only the estate is enforced against", name=row.was)
    return T("%(after)s stands in the place of %(before)s", after=row.name or "", before=row.was)


def working(estate: Estate | None) -> Text | None:
    """How much of an estate is used, with its working; None once somebody else stands in the place of the heir."""
    if estate is None:
        return None
    return T(
        "Of the estate: %(worth)s. Paid since the ruling: %(used)s. At most %(left)s is still enforced against the heir.",
        worth=estate.worth,
        used=estate.used,
        left=estate.left,
    )
