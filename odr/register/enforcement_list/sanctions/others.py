"""What the registry does for whoever is fined or detained and is no party: hands papers over, takes words down, books the slip (CPL 118,
119; CPI 185; decision 0160).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from odr.docket.models import COURT_ROLES, FROM_ACCEPTANCE, Audience, Case, Role
from odr.ground.errors import ActNotOpen, InvalidInput, OutOfTime
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import reckon
from odr.register import desks, time_limits
from odr.register.enforcement_list.sanctions.acts import proposed_words
from odr.register.enforcement_list.sanctions.after import ask_release, pass_on
from odr.register.enforcement_list.sanctions.inputs import (
    EnterSanctionWordsInput,
    HandOverSanctionInput,
    RecordFineInput,
)
from odr.register.enforcement_list.sanctions.models import ConductSanction, Custody, SanctionState
from odr.register.enforcement_list.sanctions.queries import for_conduct, is_no_party
from odr.register.enforcement_list.sanctions.slips import fine_is_now, open_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OF_OTHERS = tuple(sorted(role.value for role in COURT_ROLES | {Role.CASHIER}))
"""Who reads what the registry notes of them: the court. The proposal and the decision themselves the parties read too."""


def _of_others(sitting: Sitting, case: Case, *states: SanctionState) -> list[ConductSanction]:
    return [row for row in for_conduct(sitting.session, case, *states) if is_no_party(row)]


def _to_hand(sitting: Sitting, case: Case) -> list[ConductSanction]:
    """Proposals and decisions that were not handed over yet."""
    return [
        row
        for row in _of_others(sitting, case, SanctionState.PROPOSED, SanctionState.DECIDED)
        if (row.answer_by if row.state is SanctionState.PROPOSED else row.review_by) is None
    ]


def _chosen(rows: list[ConductSanction], reference: str) -> ConductSanction:
    found = next((row for row in rows if row.reference == reference), None)
    if found is None:
        raise InvalidInput.at("sanction", T("Choose one of those listed."))
    return found


def _options(sitting: Sitting, case: Case, rows: list[ConductSanction]) -> list[Option]:
    return [Option(row.reference, row.name, proposed_words(sitting, case, row)) for row in rows]


@choice_source("sanctions_to_hand")
def sanctions_to_hand(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What is to be handed to somebody who is no party."""
    return _options(sitting, case, _to_hand(sitting, case))


@guard("CPL 119", "CPI 185", "COURT sanction-hearing")
def something_is_to_be_handed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A proposal or a decision waits to be handed to somebody who is no party."""
    return None if _to_hand(sitting, case) else T("Nothing waits to be handed over.")


def _past(sitting: Sitting, field: str, day: date, since: datetime | None) -> datetime:
    """The end of a day that is not to come and not before what it is about. Raises InvalidInput."""
    if day > sitting.today:
        raise InvalidInput.at(field, T("This day is still to come."))
    tz = sitting.court.settings.tz
    if since is not None and day < since.astimezone(tz).date():
        raise InvalidInput.at(field, T("It was decided later than that."))
    return min(datetime.combine(day, time(23, 59), tz), sitting.now)


@act(
    title=T("Record that a proposed or ordered fine or detention was handed over"),
    input=HandOverSanctionInput,
    by={Role.CLERK},
    at=set(FROM_ACCEPTANCE),
    guard=something_is_to_be_handed,
    while_stayed=True,
    source=law("CPL 119", "CPI 185", "COURT sanction-hearing"),
    seen_by=Audience.NAMED,
    desk=desks.SANCTION_HANDING,
    topic=Topic.DECISION,
    in_record=False,
)
def hand_over_sanction(
    sitting: Sitting, case: Case, given: HandOverSanctionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put on record when somebody who is no party got the proposal, or the decision: their days begin with it (CPI 185).

    Raises InvalidInput for a day to come, and for one before the decision.
    """
    row = _chosen(_to_hand(sitting, case), given.sanction)
    at = _past(sitting, "on", given.on, row.decided_at)
    sitting.close_tasks(case, desks.SANCTION_HANDING, row.reference)
    pack = sitting.pack(case)
    if row.state is SanctionState.PROPOSED:
        row.answer_by = until = reckon(pack, time_limits.SANCTION_ANSWER, at).due_at
    else:
        row.review_by = until = reckon(pack, time_limits.SANCTION_REVIEW, at).due_at
        fine_is_now(sitting, case, row, reckon(pack, time_limits.FINE_PAYMENT, at).due_at)
    return Recorded(
        T("Handed to %(name)s on %(day)s", name=row.name, day=given.on),
        {"sanction": row.reference, "until": until.isoformat() if until is not None else None},
        named=OF_OTHERS,
    )


def _with_words(sitting: Sitting, case: Case) -> list[ConductSanction]:
    """Of whom something can be taken down: a proposal or a decision that they have, or a detention under way."""
    return [
        row
        for row in _of_others(sitting, case, SanctionState.PROPOSED, SanctionState.DECIDED)
        if any(_takes(row, about) for about in ("answer", "review", "release"))
    ]


def _takes(row: ConductSanction, about: str) -> bool:
    if about == "answer":
        return row.state is SanctionState.PROPOSED and row.said is None
    if row.state is not SanctionState.DECIDED:
        return False
    if about == "review":
        return row.review is None
    return row.custody is Custody.HELD and row.release_asked is None


@choice_source("sanctions_of_others")
def sanctions_of_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Whoever is no party and can say something to it."""
    return _options(sitting, case, _with_words(sitting, case))


@guard("CPL 118, 119", "CPI 182, 185", "COURT sanction-hearing")
def others_can_say_something(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody who is no party may be fined or detained, or is."""
    return (
        None
        if _with_words(sitting, case)
        else T("All who can be fined or detained here are parties, or have said everything.")
    )


@act(
    title=T("Take down what somebody says to a fine or detention"),
    input=EnterSanctionWordsInput,
    by={Role.CLERK},
    at=set(FROM_ACCEPTANCE),
    guard=others_can_say_something,
    while_stayed=True,
    source=law("CPL 118, 119", "CPI 182, 185", "COURT sanction-hearing"),
    seen_by=Audience.NAMED,
    topic=Topic.DECISION,
    in_record=False,
    help=T("Of a witness, a representative or somebody of the public; a party does it on the page of the case."),
)
def enter_sanction_words(
    sitting: Sitting, case: Case, given: EnterSanctionWordsInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take down an answer, a request for review within three days of receipt, or one for release, of somebody who is no party.

    What is said to a proposal in the hearing itself can be taken down before it is handed over. Raises OutOfTime for a request to the
    higher court after its days, InvalidInput for what is not open.
    """
    row = _chosen(_with_words(sitting, case), given.sanction)
    if not _takes(row, given.about):
        raise InvalidInput.at("about", T("This is not open now for this person."))
    at = _past(sitting, "came_on", given.came_on, row.decided_at)
    if given.about == "review":
        if row.review_by is None:
            raise ActNotOpen(T("The decision was not handed over yet."))
        if at > row.review_by:
            raise OutOfTime(T("The time for this ended on %(day)s.", day=row.review_by))
        done = pass_on(sitting, case, row, given.words)
    elif given.about == "release":
        done = ask_release(sitting, case, row, given.words)
    else:
        row.said = given.words
        sitting.close_tasks(case, desks.SANCTION_HANDING, row.reference)
        done = Recorded(
            T("%(name)s answers the proposed fine or detention", name=row.name), {"sanction": row.reference}
        )
    return Recorded(done.words, done.result, named=OF_OTHERS)


def _owing(sitting: Sitting, case: Case) -> list[ConductSanction]:
    """Whose fine is open, or has to go back in part or whole."""
    rows = _of_others(sitting, case, SanctionState.DECIDED, SanctionState.LIFTED)
    return [row for row in rows if open_of(sitting, case, row).minor]


@choice_source("fines_of_others")
def fines_of_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Fines that are open, with what is left; and those of which something goes back."""
    return [
        Option(row.reference, row.name, T("Open: %(left)s", left=left))
        if left.minor > 0
        else Option(row.reference, row.name, T("Goes back: %(back)s", back=Money(-left.minor, left.currency)))
        for row in _owing(sitting, case)
        for left in [open_of(sitting, case, row)]
    ]


@guard("CPL 118", "CPI 186")
def a_fine_is_open(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A fine of somebody who is no party is open, or has to go back."""
    return None if _owing(sitting, case) else T("Every fine is paid, or is paid on the page of the case.")


@act(
    title=T("Record that a fine was paid or went back by a slip"),
    input=RecordFineInput,
    by={Role.CASHIER},
    at=set(FROM_ACCEPTANCE),
    guard=a_fine_is_open,
    while_stayed=True,
    source=law("CPL 118", "CPI 186"),
    seen_by=Audience.NAMED,
    desk=desks.FINE_BY_SLIP,
    topic=Topic.FEE,
    in_record=False,
)
def record_fine_by_slip(
    sitting: Sitting, case: Case, given: RecordFineInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Note the slip by which the treasury got the fine of somebody who is no party, or gave it back (CPI 186).

    Raises InvalidInput for more than is open, or than has to go back.
    """
    row = _chosen(_owing(sitting, case), given.sanction)
    _past(sitting, "on", given.on, row.decided_at)
    left, sign = open_of(sitting, case, row), 1 if given.what == "came" else -1
    if given.amount.currency != left.currency:
        raise InvalidInput.at("amount", T("The amount is not in the currency of this court."))
    if not 0 < given.amount.minor <= left.minor * sign:
        raise InvalidInput.at("amount", T("More than is open, or than has to go back."))
    row.paid_minor += sign * given.amount.minor
    fine_is_now(sitting, case, row)
    words = (
        T("%(amount)s of the fine of %(name)s came in", amount=given.amount, name=row.name)
        if sign > 0
        else T("%(amount)s of the fine of %(name)s went back", amount=given.amount, name=row.name)
    )
    return Recorded(words, {"sanction": row.reference, "paid": row.paid_minor}, named=OF_OTHERS)
