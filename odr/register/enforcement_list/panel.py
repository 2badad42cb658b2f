"""On the page of a case: who is listed or may be, what is barred, what comes next and what helps (DDL 11, 12; RHC 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.ground.text import T, Text
from odr.judgment.enforcement.part import is_binding
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel
from odr.register import names
from odr.register.enforcement_list.lifting import waiting_for
from odr.register.enforcement_list.models import ListingState
from odr.register.enforcement_list.queries import bars_of, listings_of, name_of_listed
from odr.register.enforcement_list.reporting import reports_read_by

if TYPE_CHECKING:
    from odr.identity.actors import Actor
    from odr.procedure.sitting import Sitting

READERS = frozenset({*PARTY_ROLES, Role.JUDGE, Role.CLERK, Role.PRESIDENT})
MINE = (
    names.REPORT_PROPERTY,
    names.ANSWER_LISTING,
    names.ASK_ABOUT_LISTING,
    names.ASK_LISTING_REVIEW,
    names.ASK_FOR_LEAVE,
    names.ASK_TO_LIFT_BAR,
    names.ANSWER_LIFTING,
)
"""What whoever is listed or barred can do, and the creditor about a bar, as far as it is open to them."""


@dataclass(frozen=True)
class Told:
    """One line: what happened, and what is next, by when and at what cost."""

    what: Text
    next: Text | None
    is_public: bool = False


def listing_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What a reader of the case reads of the list and of costly consumption; none where there is nothing of it."""
    if actor.role not in READERS or sitting.pack(case).enforcement_list is None or not is_binding(sitting, case):
        return None
    told = [*_listings(sitting, case, actor), *_bars(sitting, case, actor)]
    reports = reports_read_by(sitting, case, actor)
    if not told and not reports:
        return None
    table = sitting.court.table
    open_acts = [table[name] for name in MINE if refusal(sitting, table[name], case, actor) is None]
    return Panel(
        "main", 60, "register/enforcement_list/_panel.html", {"told": told, "reports": reports, "acts": open_acts}
    )


def _listings(sitting: Sitting, case: Case, actor: Actor) -> list[Told]:
    found = []
    for row in listings_of(sitting.session, case):
        name, mine = name_of_listed(case, row), row.party_id == actor.party_id
        if row.state is ListingState.PROPOSED:
            next_ = (
                T(
                    "Next for you: pay, or answer the warning. It costs nothing. Then the president decides; nothing is public before that."
                )
                if mine
                else T("Next: the debtor may answer, then the president decides.")
            )
            found.append(Told(T("%(name)s was warned of the list of persons who do not perform", name=name), next_))
        elif row.state is ListingState.DECIDED:
            found.append(
                Told(
                    T("It was decided to put %(name)s on the list", name=name),
                    T("Next: the decision is served. Only then can the public find the entry."),
                )
            )
        elif row.state is ListingState.LISTED:
            found.append(Told(_stands(name, row.until), _next_of_listed() if mine else None, True))
        elif row.state is ListingState.REMOVED:
            found.append(Told(T("%(name)s is off the list. Nobody finds the entry any more.", name=name), None))
    return found


def _stands(name: str, until: object) -> Text:
    if until is None:
        return T("%(name)s is on the list of persons who do not perform, until everything is performed", name=name)
    return T("%(name)s is on the list of persons who do not perform, until %(day)s at the latest", name=name, day=until)


def _next_of_listed() -> Text:
    return T(
        "Next for you: perform everything, and the entry is off at once. If it is wrong, ask to have it put right: it costs nothing, and the court decides within [time listing_objection]."
    )


def _bars(sitting: Sitting, case: Case, actor: Actor) -> list[Told]:
    found = []
    for row in bars_of(sitting.session, case, "ordered"):
        asked = waiting_for(sitting, case, row)
        next_: Text | None = None
        if asked is not None:
            next_ = T("It is asked to have this lifted. Next: the judge decides; until then it stands.")
        elif row.party_id == actor.party_id:
            next_ = T(
                "Before you pay for something of that kind that life or work needs, ask the court. It costs nothing."
            )
        found.append(Told(T("Costly consumption is barred for %(name)s", name=case.name_of(row.party_id)), next_))
    return found
