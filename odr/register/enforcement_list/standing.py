"""What becomes of a listing: public once served, corrected, looked at again, taken off (DDL 5, 9 to 12)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import FROM_ACCEPTANCE, PARTY_ROLES, Case, DocketEntry, Party, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.identity.sign_in.keys import keyring
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.models import EnforcementCase
from odr.judgment.vocabulary import EnforcementState
from odr.procedure.acts.events import Served, ServiceFell
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.language import language_of
from odr.procedure.papers.rulings import STANDS as NO_REVIEW
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import reckon
from odr.register import desks, names, time_limits
from odr.register.enforcement_list import chain
from odr.register.enforcement_list.inputs import (
    AskAboutListingInput,
    AskListingReviewInput,
    AskToEndListingInput,
    CorrectListingInput,
    DecideOnListingInput,
    ListingInput,
    RecordReviewInput,
    TakeOffInput,
)
from odr.register.enforcement_list.listing import answered, check_correction, kept_of, time_to_answer_begins
from odr.register.enforcement_list.models import ALIVE, STANDS, Listing, ListingRequest, ListingState, facts_of
from odr.register.enforcement_list.queries import (
    OVER,
    creditor_of,
    due_end,
    listing_named,
    listings_of,
    name_of_listed,
    replaced_since,
    requests_of,
    rules_of,
    standing_of,
)
from odr.register.enforcement_list.reporting import named, time_to_report_begins, whose_debt
from odr.register.enforcement_list.rules import is_number, is_too_young, masked
from odr.service.queries import begun

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LOOKED_AFTER = FROM_ACCEPTANCE
"""Stages at which a listing may be there: what was enforced may be heard anew."""


def on_served(sitting: Sitting, event: Served) -> None:
    """The decision reached the person: it is public from now on (COURT enforcement-list). A refusal that reached them begins
    their time to turn to the higher court (DDL 12).
    """
    case = event.case
    if case.stage not in LOOKED_AFTER:
        return
    time_to_answer_begins(sitting, event)
    time_to_report_begins(sitting, event)
    for row in listings_of(sitting.session, case, ListingState.DECIDED):
        if (
            row.party_id == event.party.id
            and row.decided_entry in event.entries
            and due_end(sitting, case, row) is None
        ):
            row.served_at = event.at
            chain.show(sitting, case, row)
    for one in requests_of(sitting.session, case):
        if (
            one.answer == "refused"
            and one.party_id == event.party.id
            and one.answered_entry in event.entries
            and one.kind not in ("list", "creditor")
        ):
            known = begun(sitting, case, time_limits.LISTING_REVIEW, subject=one.reference)
            if not known:
                sitting.start_window(
                    case,
                    time_limits.LISTING_REVIEW,
                    party=event.party,
                    start=event.at,
                    subject=one.reference,
                    proof=event.proof,
                )


def on_service_fell(sitting: Sitting, event: ServiceFell) -> None:
    """The decision did not reach the person after all: it is public no more until it does."""
    for row in listings_of(sitting.session, event.case, ListingState.LISTED):
        if row.party_id == event.party.id and row.decided_entry in event.entries and not event.moved:
            chain.hide(sitting, row, chain.UNSERVED)
            row.state, row.served_at = ListingState.DECIDED, None


def follow_debts(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """After each act: a listing whose debt is performed, undone or not enforced any more, or whose debtor is another person now,
    ends in the same transaction (DDL 10); one whose debtor is called otherwise says so.
    """
    if case.stage not in LOOKED_AFTER or case.is_blank:
        return
    renamed = _renamed(case, entry)
    for party in renamed:
        if replaced_since(party, entry.number - 1) is not None:
            _nothing_of_the_old(sitting, case, party, entry)
    for row in listings_of(sitting.session, case, *ALIVE):
        if row.over_ground is not None:
            continue
        carried = _carried(sitting, case, row)
        over = due_end(sitting, case, row)
        if over is not None:
            row.over_ground = over  # It is on its way: what follows in this Sitting does not ask for it again.
            sitting.then(names.LEAVE_LIST, ListingInput(listing=row.reference, ground=over), case=case)
        elif row.state in STANDS and (carried or any(party.id == row.party_id for party in renamed)):
            _put_right(sitting, case, row, CARRIED if carried else RENAMED)


RENAMED = T("The name of the debtor was put right in the case.")
CARRIED = T("The same is enforced under another number now.")


def _carried(sitting: Sitting, case: Case, row: Listing) -> bool:
    """Whether the enforcement that an entry names goes on as another: resumed, or asked for again by the same creditor. The entry
    goes with it (CPL 241, 265).
    """
    now_open, named_one = open_enforcement(sitting.session, case), row.enforcement_id
    if now_open is None or now_open.id == named_one or now_open.party_id != creditor_of(sitting, row):
        return False
    row.enforcement_id = now_open.id
    return True


def _put_right(sitting: Sitting, case: Case, row: Listing, why: Text) -> None:
    """What an entry says of the case has changed: it is put right in the same transaction."""
    given = CorrectListingInput(listing=row.reference, reasons=why.render(language_of(sitting, case)))
    sitting.then(names.CORRECT_LISTING, given, case=case)


def _renamed(case: Case, entry: DocketEntry) -> list[Party]:
    """The parties that this entry calls otherwise."""
    return [
        party
        for party in case.parties
        if any(one.get("until_entry") == entry.number for one in party.details.get("before", []))
    ]


def _nothing_of_the_old(sitting: Sitting, case: Case, party: Party, entry: DocketEntry) -> None:
    """Somebody else stands in a debtor's place: nothing that was asked or ordered of the other waits for them."""
    for one in requests_of(sitting.session, case, is_open=True):
        if one.debtor_id == party.id and one.kind == "list":
            answered(sitting, case, one, "over")
            one.answered_entry = entry.number
    for window in sitting.windows(case, time_limits.PROPERTY_REPORT, party=party):
        window.state, window.closed_by = WindowState.ENDED, entry.number
    for desk in (desks.NO_REPORT, desks.PROPERTY_REPORT):
        sitting.close_tasks(case, desk, party.reference)


def term_over(sitting: Sitting, case: Case, window: Window) -> None:
    """The term of a listing is over (DDL 10)."""
    row = listing_named(sitting.session, case, window.subject or "")
    if row is not None and row.state in STANDS:
        sitting.then(names.LEAVE_LIST, ListingInput(listing=row.reference, ground="term"), case=case)


def end_listing(sitting: Sitting, case: Case, row: Listing, ground: str) -> None:
    """Take an entry off: nothing of it is public from here on, nothing about it waits or runs (DDL 9, 10)."""
    if row.state is ListingState.PROPOSED:
        row.state, row.sealed = ListingState.DECLINED, ""
    else:
        rules = rules_of(sitting, case)
        if rules is not None and rules.ends[ground].is_wrong and row.state is ListingState.LISTED:
            chain.head(sitting.session).put_right += 1
        chain.hide(sitting, row, chain.REMOVED, ground=ground)
        row.state = ListingState.REMOVED
    row.over_at, row.over_ground, row.over_entry = sitting.now, ground, sitting.next_number(case)
    row.sex, row.born_on = None, None  # They were asked for because an entry shows them, and the docket keeps neither.
    for kind in (time_limits.LISTING_ANSWER, time_limits.LISTING_TERM):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=row.reference)
    for desk in (desks.LISTING, desks.CORRECT_LISTING):
        sitting.close_tasks(case, desk, row.reference)
    for one in requests_of(sitting.session, case):
        if one.listing_id != row.id:
            continue
        if one.answer is None:
            answered(sitting, case, one, "met")
        for kind in (time_limits.LISTING_REVIEW, time_limits.LISTING_REVIEW_DECISION):
            sitting.close_windows(case, kind, WindowState.ENDED, subject=one.reference)
        sitting.close_tasks(case, desks.LISTING_REVIEW, one.reference)


@act(
    title=T("An entry comes off the list"),
    input=ListingInput,
    by={Role.CLOCK},
    at=set(Stage),
    listed=False,
    while_stayed=True,
    source=law("DDL 2, 10"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Off the list of persons who do not perform"),
        T(
            "The notice says who is off the list, and why. There is nothing you have to do: nobody finds the entry any more."
        ),
    ),
    in_record=False,
)
def leave_list(sitting: Sitting, case: Case, given: ListingInput, *, actor: Actor, now: datetime) -> Recorded:
    """An entry whose debt is performed, whose term is over or whose ground fell comes off; nobody has to ask (DDL 2, 10).

    Raises ActNotOpen where it does not have to end.
    """
    row, rules = listing_named(sitting.session, case, given.listing), rules_of(sitting, case)
    if row is None or rules is None or row.state not in ALIVE:
        raise ActNotOpen(T("This entry is not on the list."))
    if given.ground == "term":
        if row.until is None or sitting.today < row.until:
            raise ActNotOpen(T("The term is not over."))
    elif due_end(sitting, case, row) != given.ground:
        raise ActNotOpen(T("Nothing has ended this entry."))
    name, proposed = name_of_listed(case, row), row.state is ListingState.PROPOSED
    end_listing(sitting, case, row, given.ground)
    why = rules.ends[given.ground].title
    words = (
        T("%(name)s is not put on the list: %(why)s", name=name, why=why)
        if proposed
        else T("%(name)s is off the list: %(why)s", name=name, why=why)
    )
    return Recorded(words, {**facts_of(row), "ground": given.ground})


@choice_source("standing_listings")
def standing_listings(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Listings that stand."""
    rows = listings_of(sitting.session, case, *STANDS)
    return [Option(row.reference, case.name_of(row.party_id), row.facts) for row in rows]


def _standing(sitting: Sitting, case: Case, reference: str) -> Listing:
    row = listing_named(sitting.session, case, reference)
    if row is None or row.state not in STANDS:
        raise InvalidInput.at("listing", T("Choose one of those listed."))
    return row


@guard("DDL 9, 10")
def a_listing_stands(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody is on the list."""
    return None if listings_of(sitting.session, case, *STANDS) else T("Nobody is on the list in this case.")


@act(
    title=T("Take an entry off the list"),
    input=TakeOffInput,
    by={Role.JUDGE},
    at=set(OVER),
    of_part=True,
    in_record=False,
    guard=a_listing_stands,
    while_stayed=True,
    source=law("DDL 2, 9, 10"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision: off the list of persons who do not perform"),
        T(
            "The decision says why. There is nothing you have to do: nobody finds the entry any more. What is owed stays owed."
        ),
    ),
    paper=RulingForm(T("List of persons who do not perform"), NO_REVIEW, result="ground", is_decision=True),
    desk=(desks.LISTING_OBJECTION, desks.CORRECT_LISTING),
    topic=Topic.DECISION,
    help=T("It is public no more in the moment it is decided. Some reasons do not end an entry with a term."),
)
def take_off_list(sitting: Sitting, case: Case, given: TakeOffInput, *, actor: Actor, now: datetime) -> Recorded:
    """Take an entry off for one of the reasons of the law (DDL 2, 9, 10). Raises InvalidInput for a reason that does not end one
    with a term, and for the creditor's where they did not ask.
    """
    row, rules = _standing(sitting, case, given.listing), rules_of(sitting, case)
    if rules is None:
        raise ActNotOpen(T("The rules of this court know no list of persons who do not perform."))
    if row.until is not None and not rules.ends[given.ground].despite_term:
        raise InvalidInput.at(
            "ground",
            T(
                "This does not end an entry whose term still runs (%(article)s).",
                article=sitting.pack(case).cite(str(rules.term_article)),
            ),
        )
    if given.ground == "nothing_found":
        enforcement = sitting.session.get_one(EnforcementCase, row.enforcement_id)
        if enforcement.state is not EnforcementState.FOR_NOW:
            raise InvalidInput.at("ground", T("The enforcement was not ended for now."))
    if given.ground == "creditor":
        asked = [
            one
            for one in requests_of(sitting.session, case, is_open=True)
            if one.kind == "creditor" and one.listing_id == row.id
        ]
        if not asked:
            raise InvalidInput.at("ground", T("The creditor has not asked for it."))
    end_listing(sitting, case, row, given.ground)
    return Recorded(
        T("%(name)s is off the list: %(why)s", name=case.name_of(row.party_id), why=rules.ends[given.ground].title),
        {**facts_of(row), "ground": given.ground},
    )


@act(
    title=T("Put an entry of the list right"),
    input=CorrectListingInput,
    by={Role.JUDGE, Role.CLERK, Role.CLOCK},
    at=set(LOOKED_AFTER),
    guard=a_listing_stands,
    while_stayed=True,
    source=law("DDL 9"),
    serves=Everyone.CONCERNED,
    concerns=whose_debt,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your entry in the list was corrected"),
        T(
            "Read your entry again. If something is still wrong, you may ask again to have it put right; it costs nothing."
        ),
    ),
    desk=desks.CORRECT_LISTING,
    topic=Topic.DECISION,
    help=T("Within [time enforcement_list.put_right] after somebody saw that it is not accurate."),
    in_record=False,
)
def correct_listing(
    sitting: Sitting, case: Case, given: CorrectListingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put right what is not accurate (DDL 9). Who turns out to be too young comes off (DDL 4). Where the case itself calls the
    debtor or the enforcement otherwise, the entry follows and nobody has to ask.
    """
    row, rules = _standing(sitting, case, given.listing), rules_of(sitting, case)
    if rules is None:
        raise ActNotOpen(T("The rules of this court know no list of persons who do not perform."))
    if actor.role is not Role.CLOCK and not (given.number or given.facts or given.head or given.born_on):
        raise InvalidInput.at("number", T("Say what is put right."))
    check_correction(sitting, case.party(row.party_id), given)
    if given.number:
        if not is_number(given.number):
            raise InvalidInput.at("number", T("This is not the number of an identity document or a credit code."))
        row.sealed = keyring(sitting.court.settings.secret_key).seal(chain.SEALED_FOR, given.number)
        row.masked = masked(given.number)
    row.facts, row.head, row.born_on = given.facts or row.facts, given.head or row.head, given.born_on or row.born_on
    sitting.close_tasks(case, desks.CORRECT_LISTING, row.reference)
    debtor = case.party(row.party_id)
    kept = kept_of(given, row)
    facts = facts_of(row)
    if is_too_young(rules, row.born_on, sitting.today):
        end_listing(sitting, case, row, "wrong")
        facts["ground"] = "wrong"
        words = T("%(name)s is off the list: %(why)s", name=debtor.name, why=rules.ends["wrong"].title)
    else:
        sitting.session.flush()
        chain.correct(sitting, case, row)
        words = T("The entry of %(name)s in the list was corrected", name=debtor.name)
    return Recorded(words, facts, named=named(debtor), kept=kept)


@guard("DDL 11")
def i_am_listed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever is listed asks that it be put right."""
    return None if standing_of(sitting, case, actor) is not None else T("You are not on the list in this case.")


@guard("COURT one-at-a-time")
def nothing_of_mine_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """One request at a time."""
    waits = any(
        one.party_id == actor.party_id and one.kind != "list"
        for one in requests_of(sitting.session, case, is_open=True)
    )
    return T("You asked already; the court answers within [time listing_objection].") if waits else None


def _ask(
    sitting: Sitting, case: Case, row: Listing, party_id: int, kind: str, words: str, now: datetime
) -> ListingRequest:
    one = ListingRequest(
        case_id=case.id,
        party_id=party_id,
        debtor_id=row.party_id,
        listing_id=row.id,
        kind=kind,
        words=words,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(one)
    sitting.session.flush()
    window = sitting.start_window(case, time_limits.LISTING_OBJECTION, start=now, subject=one.reference)
    title = T(
        "Somebody asks about the entry of %(name)s in the list. Decide within [time listing_objection].",
        name=case.name_of(row.party_id),
    )
    sitting.open_task(
        case, Role.JUDGE, desks.LISTING_OBJECTION, title, risk=65, due_at=window.due_at, subject=one.reference
    )
    return one


@act(
    title=T("Ask to have your entry in the list put right"),
    input=AskAboutListingInput,
    by=set(PARTY_ROLES),
    at=set(OVER),
    of_part=True,
    in_record=False,
    guard=(i_am_listed, nothing_of_mine_waits),
    while_stayed=True,
    source=law("DDL 11, 12"),
    topic=Topic.DECISION,
    help=T("It costs nothing. The court decides within [time listing_objection]; meanwhile the entry stays."),
)
def ask_about_listing(
    sitting: Sitting, case: Case, given: AskAboutListingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Whoever is listed asks that the entry be put right or taken off; a judge decides within fifteen days (DDL 11, 12)."""
    row = standing_of(sitting, case, actor)
    if row is None:
        raise ActNotOpen(T("You are not on the list in this case."))
    one = _ask(sitting, case, row, row.party_id, given.about, given.words, now)
    return Recorded(
        T("%(name)s asks to have the entry in the list put right", name=case.name_of(row.party_id)),
        {"request": one.reference},
    )


@guard("DDL 10")
def i_had_somebody_listed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only the creditor of an entry asks that it end."""
    mine = any(creditor_of(sitting, row) == actor.party_id for row in listings_of(sitting.session, case, *STANDS))
    return None if mine else T("Nobody is on the list for what is owed to you.")


@act(
    title=T("Ask that your debtor be taken off the list"),
    input=AskToEndListingInput,
    by=set(PARTY_ROLES),
    at=set(OVER),
    of_part=True,
    in_record=False,
    guard=(i_had_somebody_listed, nothing_of_mine_waits),
    while_stayed=True,
    source=law("DDL 10"),
    topic=Topic.DECISION,
    help=T(
        "For example because you agreed on instalments. If it is granted, you cannot ask for the list again for [time enforcement_list.again]."
    ),
)
def ask_to_end_listing(
    sitting: Sitting, case: Case, given: AskToEndListingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The creditor asks that an entry end; a judge looks at it (DDL 10(3)). Raises InvalidInput where a term runs."""
    row, me = _standing(sitting, case, given.listing), sitting.party_of(case, actor)
    if creditor_of(sitting, row) != me.id:
        raise InvalidInput.at("listing", T("Choose one of those listed."))
    if row.until is not None:
        raise InvalidInput.at("listing", T("An entry with a term does not end because the creditor asks for it."))
    one = _ask(sitting, case, row, me.id, "creditor", given.words, now)
    return Recorded(
        T("%(name)s asks that %(debtor)s be taken off the list", name=me.name, debtor=case.name_of(row.party_id)),
        {"request": one.reference},
    )


@choice_source("requests_about_listings")
def requests_about_listings(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests about entries that wait for a judge."""
    rows = requests_of(sitting.session, case, is_open=True)
    return [Option(one.reference, case.name_of(one.party_id), one.words) for one in rows if one.kind != "list"]


@guard("DDL 12")
def a_request_about_an_entry_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody asked about an entry, and nobody has answered."""
    return None if requests_about_listings(sitting, case, actor) else T("No request about an entry is waiting.")


def _remedy(sitting: Sitting, case: Case, given: DecideOnListingInput) -> Text:
    """What whoever was refused can do (DDL 12)."""
    rule = sitting.pack(case).windows.rules.get(time_limits.LISTING_REVIEW)
    one = next((row for row in requests_of(sitting.session, case) if row.reference == given.request), None)
    if given.answer != "refuse" or rule is None or one is None or one.kind == "creditor":
        return NO_REVIEW
    return T(
        "Whoever is listed may ask the higher court for a review within %(length)s after this was served on them. The entry stays meanwhile.",
        length=rule.words,
    )


@act(
    title=T("Decide on a request about an entry"),
    input=DecideOnListingInput,
    by={Role.JUDGE},
    at=set(OVER),
    of_part=True,
    in_record=False,
    guard=a_request_about_an_entry_waits,
    while_stayed=True,
    source=law("DDL 9, 10, 11, 12"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on an entry in the list"),
        T(
            "The decision says whether the entry stays, is corrected or is off, and why. If it stays, whoever is listed can ask the higher court within the days that the decision names."
        ),
        runs=time_limits.LISTING_REVIEW,
    ),
    paper=RulingForm(T("Entry in the list of persons who do not perform"), _remedy, is_decision=True),
    desk=desks.LISTING_OBJECTION,
    topic=Topic.DECISION,
)
def decide_on_listing(
    sitting: Sitting, case: Case, given: DecideOnListingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Decide within fifteen days; what is right is put right within three working days (DDL 12)."""
    rules = rules_of(sitting, case)
    one = next(
        (row for row in requests_of(sitting.session, case, is_open=True) if row.reference == given.request), None
    )
    row = next(
        (each for each in listings_of(sitting.session, case, *STANDS) if one is not None and each.id == one.listing_id),
        None,
    )
    if rules is None or one is None or one.kind == "list" or row is None:
        raise InvalidInput.at("request", T("Choose one of those listed."))
    name = case.name_of(row.party_id)
    facts = {"request": one.reference, **facts_of(row)}
    if given.answer == "correct" and one.kind == "creditor":
        raise InvalidInput.at("answer", T("The creditor asked that the entry end."))
    answered(sitting, case, one, "refused" if given.answer == "refuse" else "met")
    if given.answer == "end":
        ground = {"creditor": "creditor", "over": "active"}.get(one.kind, "wrong")
        end_listing(sitting, case, row, ground)
        return Recorded(
            T("%(name)s is off the list: %(why)s", name=name, why=rules.ends[ground].title), {**facts, "ground": ground}
        )
    if given.answer == "correct":
        title = T("Put the entry of %(name)s in the list right within [time enforcement_list.put_right].", name=name)
        due_at = reckon(sitting.pack(case), rules.put_right, now, article=rules.put_right_article).due_at
        sitting.open_task(case, Role.CLERK, desks.CORRECT_LISTING, title, risk=70, due_at=due_at, subject=row.reference)
        return Recorded(T("The entry of %(name)s in the list is to be corrected", name=name), facts)
    return Recorded(T("The entry of %(name)s in the list stays", name=name), facts)


@act(
    title=T("Ask the higher court about your entry in the list"),
    input=AskListingReviewInput,
    by=set(PARTY_ROLES),
    at=set(OVER),
    of_part=True,
    in_record=False,
    guard=i_am_listed,
    window=time_limits.LISTING_REVIEW,
    remedy=True,
    while_stayed=True,
    source=law("DDL 12"),
    topic=Topic.DECISION,
    help=T(
        "It costs nothing. The higher court decides within [time listing_review_decision]; meanwhile the entry stays."
    ),
)
def ask_listing_review(
    sitting: Sitting, case: Case, given: AskListingReviewInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the higher court within ten days of the refusal; the registry passes it on (DDL 12). It is about the refusal whose days
    it keeps.
    """
    me, number = sitting.party_of(case, actor), sitting.next_number(case)
    known = sitting.windows(case, time_limits.LISTING_REVIEW, party=me, state=None)
    kept = [window for window in known if window.state is WindowState.MET and window.closed_by == number]
    about = (kept or known)[-1].subject if known else None
    one = next(
        (
            each
            for each in requests_of(sitting.session, case)
            if each.reference == about
            and each.party_id == me.id
            and each.answer == "refused"
            and each.review is None
            and each.kind not in ("list", "creditor")
        ),
        None,
    )
    if one is None:
        raise ActNotOpen(T("No request of yours was refused."))
    one.review, one.review_entry = given.words, sitting.next_number(case)
    sitting.start_window(case, time_limits.LISTING_REVIEW_DECISION, start=now, subject=one.reference)
    title = T(
        "%(name)s asks the higher court about the entry in the list. Pass it on, and record the answer.", name=me.name
    )
    sitting.open_task(case, Role.CLERK, desks.LISTING_REVIEW, title, risk=65, subject=one.reference)
    return Recorded(
        T("%(name)s asks the higher court about the entry in the list", name=me.name), {"request": one.reference}
    )


@choice_source("reviewed_listings")
def reviewed_listings(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests that are before the higher court."""
    rows = [one for one in requests_of(sitting.session, case) if one.review is not None and one.review_answer is None]
    return [Option(one.reference, case.name_of(one.party_id), one.review or "") for one in rows]


@guard("DDL 12")
def a_review_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The higher court was asked, and its answer is not on record."""
    return None if reviewed_listings(sitting, case, actor) else T("The higher court was not asked about any entry.")


@act(
    title=T("Record the higher court’s decision on an entry"),
    input=RecordReviewInput,
    by={Role.CLERK},
    at=set(OVER),
    of_part=True,
    in_record=False,
    guard=a_review_waits,
    while_stayed=True,
    source=law("DDL 12"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The higher court decided on an entry in the list"),
        T(
            "The decision says whether the entry stays or is off. There is nothing you have to do. Whoever is listed comes off at once by performing everything."
        ),
    ),
    desk=desks.LISTING_REVIEW,
    topic=Topic.DECISION,
)
def record_listing_review(
    sitting: Sitting, case: Case, given: RecordReviewInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put the higher court's decision on record; where it says so the entry is off in that moment (DDL 12)."""
    one = next(
        (
            row
            for row in requests_of(sitting.session, case)
            if row.reference == given.request and row.review is not None and row.review_answer is None
        ),
        None,
    )
    row = next(
        (each for each in listings_of(sitting.session, case) if one is not None and each.id == one.listing_id), None
    )
    rules = rules_of(sitting, case)
    if one is None or row is None or rules is None:
        raise InvalidInput.at("request", T("Choose one of those listed."))
    one.review_answer = given.answer
    sitting.close_windows(case, time_limits.LISTING_REVIEW_DECISION, WindowState.MET, subject=one.reference)
    sitting.close_tasks(case, desks.LISTING_REVIEW, one.reference)
    name = case.name_of(row.party_id)
    facts = {"request": one.reference, **facts_of(row)}
    if given.answer == "end" and row.state in STANDS:
        end_listing(sitting, case, row, "review")
        return Recorded(
            T("%(name)s is off the list: %(why)s", name=name, why=rules.ends["review"].title),
            {**facts, "ground": "review"},
        )
    return Recorded(T("The higher court left the entry of %(name)s as it is", name=name), facts)
