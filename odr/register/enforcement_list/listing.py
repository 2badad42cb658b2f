"""How somebody is put on the list: asked for, proposed with a warning, answered, decided by the president (DDL 1 to 5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Party, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, last_day, side_by_side
from odr.identity.actors import Actor
from odr.identity.sign_in.keys import keyring
from odr.judgment.enforcement.queries import open_enforcement
from odr.procedure.acts.events import Served
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import WindowState
from odr.procedure.papers.form import verified_birthday
from odr.procedure.papers.rulings import STANDS as NO_REVIEW
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import reckon
from odr.register import desks, names, time_limits
from odr.register.enforcement_list import chain
from odr.register.enforcement_list.inputs import (
    AnswerListingInput,
    AskListingInput,
    CorrectListingInput,
    DecideListingInput,
    ProposeListingInput,
    RefuseListingInput,
)
from odr.register.enforcement_list.models import ConsumptionOrder, Listing, ListingRequest, ListingState
from odr.register.enforcement_list.queries import (
    bars_of,
    creditor_of,
    debtors,
    due_end,
    is_creditor,
    is_person,
    listing_of_party,
    listings_of,
    replaced_since,
    requests_of,
    rules_of,
    why_never,
)
from odr.register.enforcement_list.reporting import chosen_debtor, named, report_failed, somebody_owes, whose_debt
from odr.register.enforcement_list.rules import (
    is_number,
    is_too_young,
    masked,
    may_be_longer,
    years_later,
    years_of,
)

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import EnforcementListRules
    from odr.procedure.sitting import Sitting

WAYS_OUT = T(
    "You may ask this court at any time to put the entry right, and against a refusal the higher court within the days that the refusal names. Performing everything takes you off at once."
)


def _said(sitting: Sitting, case: Case, given: DecideListingInput) -> list[Text]:
    """What the paper says of a listing: whose, each condition with its article, what was done, and for how long (DDL 5)."""
    rules = rules_of(sitting, case)
    row = next((one for one in listings_of(sitting.session, case) if one.reference == given.listing), None)
    if row is None or rules is None:
        return []
    name = T("The debtor is %(name)s.", name=case.name_of(row.party_id))
    if given.answer != "list":
        return [name]
    pack, years = sitting.pack(case), years_of(rules, row.grounds, int(given.longer))
    met = [
        T("%(what)s (%(article)s)", what=rules.grounds[one].title, article=pack.cite(str(rules.grounds[one].article)))
        for one in row.grounds
    ]
    term = (
        T("The entry stays for %(years)s years from the day of this decision.", years=years)
        if years is not None
        else T("The entry stays until everything is performed; these conditions have no term.")
    )
    return [
        name,
        *met,
        T("What was done or left undone: %(facts)s", facts=row.facts),
        term,
        *barred_lines(sitting, case),
    ]


def barred_lines(sitting: Sitting, case: Case) -> list[Text]:
    """What is barred, until when, and what follows for whoever does not keep to it (RHC 3, 5, 11)."""
    rules = sitting.pack(case).consumption
    if rules is None:
        return []
    return [
        T(
            "Barred until everything is performed or the bar is lifted: %(items)s.",
            items=side_by_side(list(rules.items), ";"),
        ),
        T("Of an organisation are barred too: %(people)s.", people=rules.people),
        T("Whoever spends on it all the same can be fined or detained, and prosecuted where it is grave."),
    ]


def never_kept_open(session: Session, case: Case) -> frozenset[str]:
    """The number of somebody's identity document lies nowhere but encrypted: what is typed and not sent is not kept."""
    return frozenset({names.PROPOSE_LISTING, names.CORRECT_LISTING})


def _rules(sitting: Sitting, case: Case) -> EnforcementListRules:
    found = rules_of(sitting, case)
    if found is None:
        raise ActNotOpen(T("The rules of this court know no list of persons who do not perform."))
    return found


@guard("DDL 5")
def is_enforced_for_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever the court is enforcing for asks; a judge does of the court's own motion."""
    if actor.role is Role.JUDGE:
        return None
    return None if is_creditor(sitting, case, actor) else T("The court is not enforcing anything for you now.")


def asked_off_until(sitting: Sitting, case: Case, creditor_id: int | None, debtor_id: int) -> date | None:
    """Until which day a creditor cannot ask for a debtor: they had that debtor taken off at their own wish (DDL 10). Other creditors
    and other debtors are not touched by it.
    """
    rules, until = rules_of(sitting, case), None
    for row in listings_of(sitting.session, case, ListingState.REMOVED) if rules is not None else ():
        its = row.party_id == debtor_id and creditor_of(sitting, row) == creditor_id
        if rules is None or not its or row.over_ground != "creditor" or row.over_at is None:
            continue
        due = reckon(sitting.pack(case), rules.again, row.over_at, article=str(rules.again_article)).due_at
        if sitting.now <= due:
            until = last_day(due, sitting.court.settings.tz)
    return until


def _again_after(day: date) -> Text:
    return T("A debtor was taken off because you asked for it. You can ask for the list again after %(day)s.", day=day)


@guard("DDL 10")
def not_asked_off_lately(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Whoever had a debtor taken off cannot ask for the list again for a time (DDL 10)."""
    days = [asked_off_until(sitting, case, actor.party_id, party.id) for party in debtors(sitting, case)]
    late = [day for day in days if day is not None]
    return _again_after(min(late)) if late and len(late) == len(days) else None


@act(
    title=T("Ask that a debtor be put on the list"),
    input=AskListingInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=(somebody_owes, is_enforced_for_me, not_asked_off_lately),
    source=law("DDL 1, 5"),
    serves=Everyone.CONCERNED,
    concerns=whose_debt,
    letter=Letter(
        PaperKind.PLEADING,
        T("A request to put you on the list"),
        T(
            "Pay or do what is owed now, and say so on the page of the case: then nothing follows. Otherwise a judge looks at the request; before anything is decided you are warned and can answer."
        ),
    ),
    topic=Topic.DECISION,
    help=T(
        "The list of persons who do not perform. The court decides within [time listing_request]; it costs nothing."
    ),
)
def ask_for_listing(sitting: Sitting, case: Case, given: AskListingInput, *, actor: Actor, now: datetime) -> Recorded:
    """The creditor asks; a judge answers within fifteen days (DDL 5)."""
    debtor = chosen_debtor(sitting, case, given.debtor)
    until = asked_off_until(sitting, case, actor.party_id, debtor.id)
    if until is not None:
        raise InvalidInput.at("debtor", _again_after(until))
    if listing_of_party(sitting, case, debtor.id) is not None:
        raise InvalidInput.at("debtor", T("This debtor is on the list, or on the way there."))
    if any(
        one.kind == "list" and one.debtor_id == debtor.id for one in requests_of(sitting.session, case, is_open=True)
    ):
        raise InvalidInput.at("debtor", T("This was asked for already and is waiting for an answer."))
    row = ListingRequest(
        case_id=case.id,
        party_id=sitting.party_of(case, actor).id,
        debtor_id=debtor.id,
        kind="list",
        words=given.facts,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    window = sitting.start_window(case, time_limits.LISTING_REQUEST, start=now, subject=row.reference)
    title = T("A creditor asks to put %(name)s on the list. Answer within [time listing_request].", name=debtor.name)
    sitting.open_task(
        case, Role.JUDGE, desks.LISTING_REQUEST, title, risk=55, due_at=window.due_at, subject=row.reference
    )
    return Recorded(
        T("Asked: put %(name)s on the list of persons who do not perform", name=debtor.name),
        {"request": row.reference},
        named=named(debtor),
    )


@choice_source("listing_requests")
def listing_requests(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests to list somebody that wait for a judge; one that was taken up waits for the president."""
    rows = [one for one in requests_of(sitting.session, case, is_open=True) if one.kind == "list"]
    return [Option(one.reference, case.name_of(one.debtor_id), one.words) for one in rows if one.listing_id is None]


@guard("DDL 5")
def a_request_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A creditor asked, and nobody has answered."""
    return None if listing_requests(sitting, case, actor) else T("No request to put somebody on the list is waiting.")


def _refused(sitting: Sitting, case: Case, given: RefuseListingInput) -> list[Text]:
    """Whose request it was about."""
    row = next((one for one in requests_of(sitting.session, case) if one.reference == given.request), None)
    return [T("The debtor is %(name)s.", name=case.name_of(row.debtor_id))] if row is not None else []


@act(
    title=T("Refuse a request for the list"),
    input=RefuseListingInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT, Stage.EFFECTIVE},
    of_part=True,
    in_record=False,
    guard=a_request_waits,
    source=law("DDL 1, 3, 4, 5"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision: not put on the list"),
        T(
            "There is nothing you have to do. The decision says why; what is owed stays owed, and the enforcement goes on."
        ),
    ),
    paper=RulingForm(
        T("List of persons who do not perform"),
        NO_REVIEW,
        ruled=T("The debtor is not put on the list."),
        is_decision=True,
        omits=("request",),
        more=_refused,
    ),
    desk=desks.LISTING_REQUEST,
    topic=Topic.DECISION,
)
def refuse_listing(sitting: Sitting, case: Case, given: RefuseListingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Answer a creditor that the conditions are not met (DDL 1, 5)."""
    row = next(
        (one for one in requests_of(sitting.session, case, is_open=True) if one.reference == given.request), None
    )
    if row is None or row.kind != "list" or row.listing_id is not None:
        raise InvalidInput.at("request", T("Choose one of those listed."))
    answered(sitting, case, row, "refused")
    return Recorded(T("%(name)s is not put on the list", name=case.name_of(row.debtor_id)), {"request": row.reference})


def answered(sitting: Sitting, case: Case, row: ListingRequest, answer: str) -> None:
    """A request has its answer: its time is met and it leaves the desk."""
    row.answer, row.answered_entry = answer, sitting.next_number(case)
    for kind in (time_limits.LISTING_REQUEST, time_limits.LISTING_OBJECTION):
        sitting.close_windows(case, kind, WindowState.MET, subject=row.reference)
    for desk in (desks.LISTING_REQUEST, desks.LISTING_OBJECTION):
        sitting.close_tasks(case, desk, row.reference)


@guard("DDL 1, 4")
def somebody_can_be_listed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody owes, for whom nobody acts as guardian, and who is not on the list or on the way there."""
    why: Text | None = None
    for party in debtors(sitting, case):
        why = why_never(sitting, case, party)
        if why is None and listing_of_party(sitting, case, party.id) is None:
            return None
    return why or T("Every debtor is on the list, or on the way there.")


def _told(sitting: Sitting, case: Case, given: ProposeListingInput, debtor: Party) -> None:
    """Whether what an entry needs is there, and the person can be listed at all. Raises InvalidInput."""
    rules, never = _rules(sitting, case), why_never(sitting, case, debtor)
    if never is not None:
        raise InvalidInput.at("debtor", never)
    if listing_of_party(sitting, case, debtor.id) is not None:
        raise InvalidInput.at("debtor", T("This debtor is on the list, or on the way there."))
    if given.bar != "none" and rules.bars_of in given.grounds:
        raise InvalidInput.at(
            "grounds",
            T(
                "Nobody is listed for being able to perform where this applies (%(article)s).",
                article=sitting.pack(case).cite(str(rules.bars[given.bar].article)),
            ),
        )
    if rules.grounds["report"].report and "report" in given.grounds and not report_failed(sitting, case, debtor):
        raise InvalidInput.at("grounds", T("This debtor was not ordered to report property, or can still do so."))
    if "consumption" in given.grounds and not any(
        o.party_id == debtor.id and replaced_since(debtor, o.ordered_entry or 0) is None
        for o in bars_of(sitting.session, case, "ordered", "lifted")
    ):
        raise InvalidInput.at("grounds", T("Costly consumption was never barred for this debtor."))
    if not is_number(given.number):
        raise InvalidInput.at("number", T("This is not the number of an identity document or a credit code."))
    if not is_person(debtor):
        if not given.head:
            raise InvalidInput.at("head", T("Name the legal representative, or whoever answers for it."))
        return
    if given.sex is None or given.born_on is None:
        raise InvalidInput.at("born_on", T("Say the sex and the day of birth of the person."))
    fits_the_person(sitting, debtor, given.born_on)
    if is_too_young(rules, given.born_on, sitting.today):
        raise InvalidInput.at("born_on", T("Nobody under %(age)s is ever put on the list.", age=rules.age))


def fits_the_person(sitting: Sitting, debtor: Party, born_on: date) -> None:
    """Whether somebody can have been born on a day, and the registry has seen no other one. Raises InvalidInput."""
    if born_on > sitting.today:
        raise InvalidInput.at("born_on", T("This day is still to come."))
    seen = verified_birthday(debtor.details)
    if seen is not None and seen != born_on:
        raise InvalidInput.at("born_on", OTHER_BIRTHDAY)


OTHER_BIRTHDAY = T("On the document of this person the registry saw another day of birth.")


def check_correction(sitting: Sitting, debtor: Party, given: CorrectListingInput) -> None:
    """Whether what is put right can be so of this debtor: a person has a day of birth and nobody who represents it by law, an
    organisation the other way round. Raises InvalidInput.
    """
    if given.head and is_person(debtor):
        raise InvalidInput.at("head", T("A person has no legal representative here: leave it empty."))
    if given.born_on is None:
        return
    if not is_person(debtor):
        raise InvalidInput.at("born_on", T("Only a person has a day of birth: leave it empty."))
    fits_the_person(sitting, debtor, given.born_on)


def kept_of(given: ProposeListingInput | CorrectListingInput, row: Listing) -> dict[str, Any]:
    """What the docket keeps of what was typed: of a number the part that the public may read, and neither sex nor day of birth,
    for every party reads the entry.
    """
    kept = given.model_dump(mode="json") | {"born_on": None}
    if given.number:
        kept["number"] = row.masked
    return kept | {"sex": None} if isinstance(given, ProposeListingInput) else kept


@act(
    title=T("Propose a debtor for the list"),
    input=ProposeListingInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=(somebody_owes, somebody_can_be_listed),
    source=law("DDL 1, 3, 4, 5, 6", "PIV 10", "COURT listing-warning"),
    serves=Everyone.CONCERNED,
    concerns=whose_debt,
    letter=Letter(
        PaperKind.NOTICE,
        T("Warning: you may be put on the public list"),
        T(
            "Pay or do what is owed and say so, or answer why you should not be listed; both cost nothing. Otherwise the president of the court decides on what is in the file."
        ),
        runs=time_limits.LISTING_ANSWER,
    ),
    desk=desks.LISTING_REQUEST,
    topic=Topic.DECISION,
    help=T("The list of persons who do not perform. The debtor is warned first and can answer; the president decides."),
)
def propose_listing(
    sitting: Sitting, case: Case, given: ProposeListingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Warn a debtor that the conditions of the list seem met, and put it before the president (DDL 1, 3, 5).

    The number of the identity document is kept encrypted; the docket keeps the part of it that the public may read, and neither
    sex nor day of birth.
    """
    debtor, found = chosen_debtor(sitting, case, given.debtor), open_enforcement(sitting.session, case)
    if found is None:
        raise ActNotOpen(T("No enforcement is under way."))
    _told(sitting, case, given, debtor)
    ring, person = keyring(sitting.court.settings.secret_key), is_person(debtor)
    row = Listing(
        case_id=case.id,
        enforcement_id=found.id,
        party_id=debtor.id,
        grounds=sorted(given.grounds),
        facts=given.facts,
        sealed=ring.seal(chain.SEALED_FOR, given.number),
        masked=masked(given.number),
        sex=given.sex if person else None,
        born_on=given.born_on if person else None,
        head=None if person else given.head,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    due_at = _asked_for(sitting, case, row)
    for desk in (desks.NO_REPORT, desks.PROPERTY_REPORT):
        sitting.close_tasks(case, desk, debtor.reference)
    title = T("Decide whether %(name)s is put on the list of persons who do not perform.", name=debtor.name)
    sitting.open_task(case, Role.PRESIDENT, desks.LISTING, title, risk=60, due_at=due_at, subject=row.reference)
    return Recorded(
        T("%(name)s is warned of the list of persons who do not perform", name=debtor.name),
        {"listing": row.reference},
        named=named(debtor),
        kept=kept_of(given, row),
    )


def _asked_for(sitting: Sitting, case: Case, row: Listing) -> datetime | None:
    """The request of a creditor that a proposal takes up goes from the judge's desk to the president's, with what is left of the
    fifteen days: only the decision meets them (DDL 5). Gives their end.
    """
    due_at = None
    for one in requests_of(sitting.session, case, is_open=True):
        if one.kind == "list" and one.debtor_id == row.party_id:
            one.listing_id = row.id
            sitting.close_tasks(case, desks.LISTING_REQUEST, one.reference)
            windows = sitting.windows(case, time_limits.LISTING_REQUEST, subject=one.reference)
            due_at = next((window.due_at for window in windows), due_at)
    return due_at


def _answer_who_asked(sitting: Sitting, case: Case, row: Listing, answer: str) -> None:
    """The decision answers the creditor who asked for it (DDL 5)."""
    for one in requests_of(sitting.session, case, is_open=True):
        if one.kind == "list" and one.listing_id == row.id:
            answered(sitting, case, one, answer)


@act(
    title=T("Answer the warning of the list"),
    input=AnswerListingInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT, Stage.EFFECTIVE},
    of_part=True,
    in_record=False,
    window=time_limits.LISTING_ANSWER,
    remedy=True,
    source=law("DDL 3, 5", "COURT listing-warning"),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("The debtor’s answer to the warning of the list"),
        T("There is nothing you have to do. The president of the court decides on the warning and on this answer."),
    ),
    topic=Topic.DECISION,
)
def answer_listing(sitting: Sitting, case: Case, given: AnswerListingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say why one should not be listed; the president reads it before the decision (COURT listing-warning)."""
    return Recorded(T("%(name)s answers the warning of the list", name=sitting.party_of(case, actor).name))


@choice_source("proposed_listings")
def proposed_listings(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Proposals that wait for the president."""
    rows = listings_of(sitting.session, case, ListingState.PROPOSED)
    return [Option(row.reference, case.name_of(row.party_id), row.facts) for row in rows]


@guard("DDL 5", "COURT listing-warning")
def a_proposal_is_ripe(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A warning reached a debtor, who has answered or let the time for it pass."""
    rows = listings_of(sitting.session, case, ListingState.PROPOSED)
    if not rows:
        return T("No debtor is proposed for the list.")
    waits = [_not_heard(sitting, case, row) for row in rows]
    return next(iter(waits), None) if all(waits) else None


def _not_heard(sitting: Sitting, case: Case, row: Listing) -> Text | None:
    """Why a debtor was not heard yet: the warning has not reached them, or their time to answer it runs. A time that ended
    because its service fell is none.
    """
    states = {w.state for w in sitting.windows(case, time_limits.LISTING_ANSWER, state=None, subject=row.reference)}
    if states & {WindowState.OPEN, WindowState.HALTED}:
        return T("The debtor was warned and can still answer.")
    return None if states & {WindowState.MET, WindowState.LAPSED} else T("The warning has not reached the debtor yet.")


def time_to_answer_begins(sitting: Sitting, event: Served) -> None:
    """The warning reached the debtor: their days to answer it begin (COURT listing-warning)."""
    for row in listings_of(sitting.session, event.case, ListingState.PROPOSED):
        if row.party_id != event.party.id or row.entry_number not in event.entries:
            continue
        known = sitting.windows(event.case, time_limits.LISTING_ANSWER, state=None, subject=row.reference)
        if all(window.state is WindowState.ENDED for window in known):
            sitting.start_window(
                event.case,
                time_limits.LISTING_ANSWER,
                party=event.party,
                start=event.at,
                subject=row.reference,
                proof=event.proof,
            )


@act(
    title=T("Decide on the list"),
    input=DecideListingInput,
    by={Role.PRESIDENT},
    at={Stage.ENFORCEMENT, Stage.EFFECTIVE},
    of_part=True,
    in_record=False,
    guard=a_proposal_is_ripe,
    source=law("DDL 1, 2, 3, 4, 5", "RHC 1"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on the list of persons who do not perform"),
        T(
            "The decision says whether the debtor is listed, why, and until when. Whoever is listed cannot spend on what is costly and not needed, and comes off at once by performing everything. To have an entry put right costs nothing."
        ),
    ),
    paper=RulingForm(
        T("List of persons who do not perform"),
        WAYS_OUT,
        words={
            "list": T("The debtor is put on the list of persons who do not perform, and costly consumption is barred."),
            "decline": T("The debtor is not put on the list of persons who do not perform."),
        },
        is_decision=True,
        omits=("listing", "longer"),
        more=_said,
    ),
    desk=desks.LISTING,
    topic=Topic.DECISION,
)
def decide_listing(sitting: Sitting, case: Case, given: DecideListingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Decide, as president, on a proposal: in effect when made, public once it was served (DDL 2 to 5). With the list goes the
    bar on costly consumption (RHC 1).

    Raises ActNotOpen where the debtor may still answer, has performed meanwhile, or may never be listed.
    """
    rules = _rules(sitting, case)
    row = next(
        (one for one in listings_of(sitting.session, case, ListingState.PROPOSED) if one.reference == given.listing),
        None,
    )
    if row is None:
        raise InvalidInput.at("listing", T("Choose one of those listed."))
    waits = _not_heard(sitting, case, row)
    if waits is not None:
        raise ActNotOpen(waits)
    debtor = case.party(row.party_id)
    sitting.close_tasks(case, desks.LISTING, row.reference)
    if given.answer == "decline":
        row.state, row.over_at, row.over_entry = ListingState.DECLINED, now, sitting.next_number(case)
        _answer_who_asked(sitting, case, row, "refused")
        row.sealed, row.sex, row.born_on = "", None, None  # Of somebody who was never listed nothing of that is kept.
        return Recorded(T("%(name)s is not put on the list", name=debtor.name), {"listing": row.reference})
    _can_be_listed(sitting, case, row, debtor, rules)
    longer = int(given.longer)
    if longer and not may_be_longer(rules, row.grounds):
        raise InvalidInput.at(
            "longer", T("The term is longer only for violence or threat, or where several conditions are met.")
        )
    if longer > rules.longer:
        raise InvalidInput.at("longer", T("The rules allow no term so long."))
    _order(sitting, case, row, actor, now, years_of(rules, row.grounds, longer))
    _bar_with(sitting, case, row)
    _answer_who_asked(sitting, case, row, "met")
    return Recorded(
        T("%(name)s is put on the list of persons who do not perform", name=debtor.name),
        {
            "listing": row.reference,
            "number": row.number,
            "until": row.until.isoformat() if row.until is not None else None,
            "grounds": list(row.grounds),
        },
    )


def _can_be_listed(sitting: Sitting, case: Case, row: Listing, debtor: Party, rules: EnforcementListRules) -> None:
    never = why_never(sitting, case, debtor)
    if never is not None:
        raise ActNotOpen(never)
    if is_too_young(rules, row.born_on, sitting.today):
        raise ActNotOpen(T("Nobody under %(age)s is ever put on the list.", age=rules.age))
    if row.born_on is not None and verified_birthday(debtor.details) not in (None, row.born_on):
        raise ActNotOpen(OTHER_BIRTHDAY)
    over = due_end(sitting, case, row)
    if over is not None:
        raise ActNotOpen(rules.ends[over].title)


def _order(sitting: Sitting, case: Case, row: Listing, actor: Actor, now: datetime, years: int | None) -> None:
    row.state, row.decided_by, row.decided_at = ListingState.DECIDED, actor.name, now
    row.decided_entry = sitting.next_number(case)
    if years is not None:
        row.until = years_later(now.astimezone(sitting.court.settings.tz).date(), years)
        sitting.start_window(case, time_limits.LISTING_TERM, start=now, subject=row.reference, amount=12 * years)
    sitting.session.flush()
    chain.decide(sitting, case, row)


def _bar_with(sitting: Sitting, case: Case, row: Listing) -> None:
    """Whoever is listed is barred from costly consumption, if they are not already (RHC 1)."""
    known = [one for one in bars_of(sitting.session, case, "asked", "ordered") if one.party_id == row.party_id]
    if any(one.state == "ordered" for one in known):
        return
    # One that somebody asked for already is answered by this.
    order = known[0] if known else ConsumptionOrder(case_id=case.id, party_id=row.party_id, words=row.facts)
    order.state, order.listing_id, order.people = "ordered", row.id, [row.head] if row.head else []
    order.ordered_entry, order.ordered_at = sitting.next_number(case), sitting.now
    sitting.session.add(order)
    sitting.close_tasks(case, desks.CONSUMPTION_BAR, case.party(row.party_id).reference)
    sitting.session.flush()
