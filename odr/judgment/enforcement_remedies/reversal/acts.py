"""What was enforced goes back: asked for by whom it was taken from, or of the court's own motion, and ruled (CPL 244)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from odr.docket.models import FROM_ACCEPTANCE, PARTY_ROLES, Case, Role
from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T, Text, side_by_side
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement.effect import PERFORMANCE
from odr.judgment.enforcement_remedies.reversal.models import Reversal, ReversalState
from odr.judgment.enforcement_remedies.reversal.queries import Taken, not_ruled_on, reversals_of, taken, taken_by
from odr.judgment.models import Obligation
from odr.judgment.queries import party_labelled
from odr.judgment.vocabulary import Instrument
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtText, field
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

AFTER_ACCEPTANCE = set(FROM_ACCEPTANCE)
"""What fell may be heard anew meanwhile, be appealed from, or be over: what was taken goes back wherever the case stands."""


def _told(case: Case, one: Taken) -> Text:
    """What somebody got, in words."""
    names = [case.name_of(who) for who in one.receivers]
    what = one.left if one.left is not None else one.what or ""
    return T(
        "%(giver)s got from %(receiver)s: %(what)s",
        giver=case.name_of(one.giver_id),
        receiver=side_by_side(names),
        what=what,
    )


@choice_source("who_got_from_me")
def who_got_from_me(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who has something that was taken from a party on what fell."""
    mine = [one for one in taken(sitting, case) if actor.party_id in one.receivers]
    found = {one.giver_id: one for one in mine}
    return [Option(case.party(giver).label, case.name_of(giver), _told(case, one)) for giver, one in found.items()]


@guard("CPL 244")
def something_was_taken_from_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only what was paid or done on something that binds nobody any more goes back, and it is asked for once at a time."""
    if not who_got_from_me(sitting, case, actor):
        return T("Nothing was taken from you on a decision that fell.")
    waits = any(one.receiver_id == actor.party_id for one in reversals_of(sitting.session, case, ReversalState.ASKED))
    return T("You have asked for it already. A judge rules on it.") if waits else None


class AskForReversalInput(CourtModel):
    """From whom a party wants back what was taken."""

    giver: Annotated[str, CourtText(1, 40, one_line=True), field(T("Who has it?"), choices="who_got_from_me")]
    amount: Annotated[CourtMoney | None, field(T("Amount"), T("Empty: all that was paid."))] = None
    what: Annotated[str | None, CourtText(0, 2000), field(T("What else than money"), widget="textarea")] = None
    words: Annotated[str, CourtText(3, 4000), field(T("How it was taken, and what shows it"), widget="textarea")]


@act(
    title=T("Ask for what was enforced to be given back"),
    input=AskForReversalInput,
    by=set(PARTY_ROLES),
    at=AFTER_ACCEPTANCE,
    guard=something_was_taken_from_me,
    while_stayed=True,
    source=law("CPL 244"),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Somebody asks for what was enforced to be given back"),
        T("There is nothing you have to do now. A judge rules on it, and the ruling is served on you."),
    ),
    topic=Topic.DECISION,
    in_record=False,
    help=T("What you paid or did on a decision that was set aside, or never took effect. It costs nothing."),
)
def ask_for_reversal(
    sitting: Sitting, case: Case, given: AskForReversalInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask that what was taken goes back; a judge rules (CPL 244). Raises InvalidInput for more than was taken."""
    me, giver = sitting.party_of(case, actor), party_labelled(case, given.giver, "giver")
    assert giver is not None
    amount = given.amount or (None if given.what else _all_of(taken_by(sitting, case, giver.id, me.id)))
    _in_bounds(sitting, case, giver.id, me.id, amount, given.what)
    row = Reversal(
        case_id=case.id,
        giver_id=giver.id,
        receiver_id=me.id,
        amount_minor=amount.minor if amount else None,
        currency=amount.currency if amount else None,
        what=given.what or None,
        state=ReversalState.ASKED,
        asked_entry=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    title = T("%(name)s asks for what was enforced to be given back. Rule on it.", name=me.name)
    sitting.open_task(case, Role.JUDGE, desks.REVERSAL_ASKED, title, risk=60, subject=row.reference)
    return Recorded(
        T(
            "%(name)s asks %(giver)s to give back: %(what)s",
            name=me.name,
            giver=giver.name,
            what=amount or given.what or "",
        ),
        {"reversal": row.reference},
    )


def _all_of(found: list[Taken]) -> Money | None:
    """All the money that is left of what was taken."""
    sums = [one.left for one in found if one.left is not None]
    return Money(sum(one.minor for one in sums), sums[0].currency) if sums else None


def _nothing_waits(sitting: Sitting, case: Case) -> None:
    for desk in (desks.REVERSAL_DUE, desks.GIVE_BACK):
        sitting.close_tasks(case, desk)


def _in_bounds(
    sitting: Sitting, case: Case, giver_id: int, receiver_id: int, amount: Money | None, what: str | None
) -> None:
    """Whether that was taken and is not on its way back already. Raises InvalidInput."""
    found = taken_by(sitting, case, giver_id, receiver_id)
    if not found:
        raise InvalidInput.at("giver", T("Nothing went from the one to the other on a decision that fell."))
    if amount is None and not what:
        raise InvalidInput.at("amount", T("Say what is given back: an amount, or something else."))
    left = _all_of(found)
    if amount is not None and (left is None or amount.currency != left.currency or amount.minor > left.minor):
        raise InvalidInput.at(
            "amount",
            T(
                "At most what was paid and is not on its way back: %(left)s.",
                left=left if left is not None else Money(0, sitting.pack(case).currency),
            ),
        )


@choice_source("reversals_asked")
def reversals_asked(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests that wait for the ruling."""
    return [
        Option(
            row.reference,
            T("%(receiver)s from %(giver)s", receiver=case.name_of(row.receiver_id), giver=case.name_of(row.giver_id)),
            _what(row),
        )
        for row in reversals_of(sitting.session, case, ReversalState.ASKED)
    ]


def _what(row: Reversal) -> Text | str:
    return (
        T("%(amount)s", amount=Money(row.amount_minor, row.currency))
        if row.amount_minor and row.currency
        else row.what or ""
    )


@guard("CPL 244")
def something_was_taken(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Something was paid or done on what fell, and not ruled on to the full; or somebody asked and waits."""
    waits = reversals_of(sitting.session, case, ReversalState.ASKED)
    return None if waits or taken(sitting, case) else T("Nothing was taken on a decision that fell.")


def what_was_taken(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """All that was taken and not ruled on, before a judge fills in who gives back what."""
    return [_told(case, one) for one in taken(sitting, case)]


class RuleOnReversalInput(CourtModel):
    """Who gives back what to whom (CPL 244)."""

    request: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Request"), T("Empty: of the court’s own motion."), choices="reversals_asked"),
    ] = None
    giver: Annotated[str, CourtText(1, 40, one_line=True), field(T("Who got it"), choices="parties_by_label")]
    receiver: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("From whom it was taken"), choices="parties_by_label")
    ]
    answer: Annotated[
        Literal["order", "refuse"],
        field(
            T("What is ruled?"),
            options={"order": T("It is given back as filled in below"), "refuse": T("Nothing is given back")},
            widget="radios",
        ),
    ]
    amount: Annotated[CourtMoney | None, field(T("Amount"), T("At most what was paid."))] = None
    what: Annotated[str | None, CourtText(0, 2000), field(T("What else than money"), widget="textarea")] = None
    days: Annotated[
        int | None, Field(ge=1, le=90), field(T("Within how many days"), T("Empty: as many as for a judgment."))
    ] = None
    reasons: Annotated[str, CourtText(10, 8000), field(T("Reasons"), widget="textarea")]


def _ruled(sitting: Sitting, case: Case, given: RuleOnReversalInput) -> list[Text]:
    """Who gives back what to whom, by when, and what follows otherwise."""
    names = {party.label: party.name for party in case.parties}
    if given.answer != "order" or given.giver not in names or given.receiver not in names:
        return []
    due = reckon(sitting.pack(case), PERFORMANCE, sitting.now, amount=given.days)
    both = {"giver": names[given.giver], "receiver": names[given.receiver], "days": due.amount}
    lines = []
    if given.amount is not None:
        lines.append(
            T("%(giver)s gives %(amount)s back to %(receiver)s within %(days)s days.", amount=given.amount, **both)
        )
    if given.what:
        lines.append(T("%(giver)s gives back to %(receiver)s within %(days)s days: %(what)s", what=given.what, **both))
    return [*lines, T("If it is not given back, it is enforced.")]


@act(
    title=T("Rule on what is given back"),
    input=RuleOnReversalInput,
    by={Role.JUDGE},
    at=AFTER_ACCEPTANCE,
    guard=something_was_taken,
    while_stayed=True,
    strong=True,
    says=what_was_taken,
    source=law("CPL 157, 244"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on giving back what was enforced"),
        T(
            "The ruling says who gives back what, and within how many days. Whoever is to give it back does so and says it on the page of the case; otherwise it is enforced. Everybody else has nothing to do."
        ),
        when_due=T(
            "Give back what the ruling names by the end of %(day)s, and say so on the page of the case; otherwise it is enforced.",
            day=DAY,
        ),
    ),
    paper=RulingForm(
        T("Return of what was enforced"),
        NO_APPEAL,
        words={"order": T("What was enforced is given back."), "refuse": T("Nothing is given back.")},
        omits=("request", "giver", "receiver", "amount", "what", "days"),
        more=_ruled,
    ),
    desk=(desks.REVERSAL_ASKED, desks.REVERSAL_DUE),
    topic=Topic.DECISION,
    in_record=False,
)
def rule_on_reversal(
    sitting: Sitting, case: Case, given: RuleOnReversalInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Order what was taken on a decision that fell to be given back, or not; what is ordered is owed, performed and enforced like
    what a judgment orders (CPL 244).

    Raises InvalidInput for what was not taken, for more than that, and where the request is between others.
    """
    giver, receiver = party_labelled(case, given.giver, "giver"), party_labelled(case, given.receiver, "receiver")
    assert giver is not None and receiver is not None
    asked = next(
        (r for r in reversals_of(sitting.session, case, ReversalState.ASKED) if r.reference == given.request), None
    )
    if given.request and (asked is None or (asked.giver_id, asked.receiver_id) != (giver.id, receiver.id)):
        raise InvalidInput.at("request", T("Choose one of those listed, between the same two."))
    number = sitting.next_number(case)
    if given.answer == "refuse":
        refused = asked or Reversal(case_id=case.id, giver_id=giver.id, receiver_id=receiver.id)
        refused.state, refused.ruled_entry = ReversalState.REFUSED, number
        sitting.session.add(refused)
        sitting.session.flush()
        sitting.close_tasks(case, desks.REVERSAL_ASKED, refused.reference)
        # What others gave waits for its own ruling.
        if not not_ruled_on(sitting, case):
            _nothing_waits(sitting, case)
        return Recorded(T("Nothing is given back to %(name)s", name=receiver.name), {"given_back": False})
    _in_bounds(sitting, case, giver.id, receiver.id, given.amount, given.what)
    row = asked or Reversal(case_id=case.id, giver_id=giver.id, receiver_id=receiver.id)
    row.state, row.ruled_entry, row.what = ReversalState.ORDERED, number, given.what or None
    row.amount_minor = given.amount.minor if given.amount else None
    row.currency = given.amount.currency if given.amount else None
    sitting.session.add(row)
    sitting.session.flush()
    _owe(sitting, case, row, given.days)
    sitting.close_tasks(case, desks.REVERSAL_ASKED, row.reference)
    if not not_ruled_on(sitting, case):
        _nothing_waits(sitting, case)
    return Recorded(
        T(
            "%(giver)s gives back to %(name)s: %(what)s",
            giver=giver.name,
            name=receiver.name,
            what=given.amount or given.what or "",
        ),
        {"given_back": True, "reversal": row.reference},
    )


def _owe(sitting: Sitting, case: Case, row: Reversal, days: int | None) -> None:
    """Write what is owed by the ruling, and start the time to give it back."""
    due = reckon(sitting.pack(case), PERFORMANCE, sitting.now, amount=days)
    shared = {
        "case_id": case.id,
        "instrument": Instrument.RETURNED,
        "debtor_id": row.giver_id,
        "creditor_id": row.receiver_id,
        "due_on": due.result,
        "entry_number": row.ruled_entry,
    }
    if row.amount_minor:
        sitting.session.add(Obligation(amount_minor=row.amount_minor, currency=row.currency, **shared))
    if row.what:
        sitting.session.add(Obligation(what=row.what, **shared))
    sitting.start_window(
        case, PERFORMANCE, party=case.party(row.giver_id), start=sitting.now, subject=row.reference, amount=days
    )
    sitting.session.flush()
