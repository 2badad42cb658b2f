"""On the page of a case: who is fined or detained or may be, what is next, by when and what it costs (CPL 118, 119)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import T, Text
from odr.payments.books.bookings import outstanding
from odr.payments.models import AssessmentState
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel
from odr.register import names, time_limits
from odr.register.enforcement_list.panel import READERS, Told
from odr.register.enforcement_list.sanctions.acts import NOT_REACHED, not_heard, proposed_words
from odr.register.enforcement_list.sanctions.models import ConductSanction, Custody, Measure, SanctionState
from odr.register.enforcement_list.sanctions.queries import is_no_party, name_of, notice_of, sanctions_of
from odr.register.enforcement_list.sanctions.slips import open_of
from odr.register.enforcement_list.standing import LOOKED_AFTER

if TYPE_CHECKING:
    from odr.identity.actors import Actor
    from odr.procedure.sitting import Sitting

POLICE = T("Next: the police is asked to carry it out, and the family is told.")
OFFERED = (
    names.ASK_FOR_SANCTION,
    names.ANSWER_SANCTION,
    names.ASK_SANCTION_REVIEW,
    names.ASK_FOR_RELEASE,
    names.REFUSE_SANCTION,
    names.PROPOSE_SANCTION,
    names.PROPOSE_SANCTION_IN_HEARING,
    names.PROPOSE_SANCTION_FOR_CONDUCT,
    names.HAND_OVER_SANCTION,
    names.ENTER_SANCTION_WORDS,
    names.DECIDE_SANCTION,
    names.RECORD_DETENTION,
    names.DECIDE_RELEASE,
    names.RECORD_SANCTION_REVIEW,
)
"""What a reader can do about it, as far as it is open to them."""


def sanction_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What a reader reads of fines and detentions of the case; none where there is nothing of it."""
    if case.stage not in LOOKED_AFTER or actor.role not in READERS or sitting.pack(case).sanctions is None:
        return None
    rows = sanctions_of(sitting.session, case)
    if not rows:
        return None
    told = [told_of(sitting, case, actor, row) for row in rows]
    table = sitting.court.table
    open_acts = [table[name] for name in OFFERED if refusal(sitting, table[name], case, actor) is None]
    owes = any(row.party_id is not None and row.party_id == actor.party_id and _is_open(sitting, row) for row in rows)
    return Panel(
        "main",
        62,
        "register/enforcement_list/_sanctions.html",
        {"told": told, "acts": open_acts, "owes": owes},
    )


def _is_open(sitting: Sitting, row: Measure) -> bool:
    notice = notice_of(sitting, row)
    return notice is not None and notice.state is AssessmentState.DUE


def told_of(sitting: Sitting, case: Case, actor: Actor, row: Measure) -> Told:
    """One fine or detention: what happened, and what is next."""
    name, state = name_of(case, row), row.state
    mine = row.party_id is not None and row.party_id == actor.party_id
    if state is SanctionState.ASKED:
        return Told(
            T("It was asked that %(name)s be fined or detained", name=name),
            T("Next: a judge proposes it, or refuses with reasons. Before anything is decided the debtor is heard."),
        )
    if state is SanctionState.REFUSED:
        return Told(T("No fine and no detention is proposed for %(name)s", name=name), None)
    if state is SanctionState.PROPOSED:
        what = T("Proposed for %(name)s: %(what)s", name=name, what=proposed_words(sitting, case, row))
        return Told(what, _until_answered(sitting, case, row, mine=mine))
    if state is SanctionState.DECLINED:
        return Told(T("Neither a fine nor detention was ordered of %(name)s", name=name), None)
    if state is SanctionState.LIFTED:
        return Told(T("The higher court revoked what was ordered of %(name)s", name=name), None)
    return Told(
        T("Ordered of %(name)s: %(what)s", name=name, what=proposed_words(sitting, case, row)),
        _next(sitting, case, row, mine=mine),
    )


def _until_answered(sitting: Sitting, case: Case, row: Measure, *, mine: bool) -> Text:
    waits = not_heard(sitting, case, row)
    if not mine:
        if waits is None:
            return T("Next: the president decides. The person was heard, or let the time for it pass.")
        return T("Next: the person may answer, then the president decides.")
    conduct = isinstance(row, ConductSanction)
    if waits is NOT_REACHED:
        return T("It is on its way to you. From then on you can answer; it costs nothing. Then the president decides.")
    running = sitting.windows(case, time_limits.SANCTION_ANSWER, subject=row.reference)
    if running and conduct:
        return T(
            "Next for you: answer by %(day)s; it costs nothing. Then the president decides.",
            day=sitting.ends_on(running[-1]),
        )
    if conduct:
        return T("Next: the president decides.")
    if running:
        return T(
            "Next for you: pay or do what is owed, or answer by %(day)s. Both cost nothing. Then the president decides.",
            day=sitting.ends_on(running[-1]),
        )
    return T("Next: the president decides. Until then you can still pay or do what is owed.")


def _next(sitting: Sitting, case: Case, row: Measure, *, mine: bool) -> Text | None:
    if row.custody is Custody.HELD:
        running = sitting.windows(case, time_limits.DETENTION, subject=row.reference)
        if running:
            return T(
                "In detention until %(at)s at the latest; earlier if the president releases.", at=running[-1].due_at
            )
    if isinstance(row, ConductSanction) and is_no_party(row):
        return _of_slip(sitting, case, row)
    notice = notice_of(sitting, row)
    left = outstanding(sitting.session, notice) if notice is not None and _is_open(sitting, row) else None
    if left is not None:
        pays = sitting.windows(case, time_limits.FINE_PAYMENT, subject=notice.reference if notice else None)
        if mine and pays:
            return T(
                "Next for you: pay %(left)s by %(day)s.",
                left=left,
                day=sitting.ends_on(pays[-1]),
            )
        return T("Still to be paid: %(left)s.", left=left)
    if row.custody is Custody.DUE:
        return POLICE
    return T("The fine is paid.") if notice is not None and notice.state is AssessmentState.PAID else None


def _of_slip(sitting: Sitting, case: Case, row: ConductSanction) -> Text | None:
    """Of whoever is no party: what is left of a fine that goes to the treasury, or that a detention is to begin."""
    left = open_of(sitting, case, row)
    if left.minor > 0:
        return T("Still to be paid to the treasury: %(left)s.", left=left)
    if row.custody is Custody.DUE:
        return POLICE
    return T("The fine is paid.") if row.fine_minor else None
