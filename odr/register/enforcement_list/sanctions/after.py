"""What becomes of a fine or detention: served, reviewed, paid, carried out, ended (CPL 118, 119; CPI 178 to 186)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Audience, Case, DocketEntry, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.payments.books.bookings import outstanding, paid_on
from odr.payments.costs.attendance import give_back
from odr.payments.models import AssessmentState
from odr.procedure.acts.events import FeePaid, Served
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.rulings import STANDS as NO_REVIEW
from odr.procedure.rules.base import law
from odr.register import desks, names, time_limits
from odr.register.enforcement_list.reporting import named, whose_debt
from odr.register.enforcement_list.sanctions.acts import demand_fine, in_bounds, proposed_words
from odr.register.enforcement_list.sanctions.inputs import (
    AskReleaseInput,
    RecordDetentionInput,
    RecordSanctionReviewInput,
    ReleaseInput,
    SanctionInput,
    SanctionReviewInput,
)
from odr.register.enforcement_list.sanctions.models import ConductSanction, Custody, Measure, SanctionState
from odr.register.enforcement_list.sanctions.queries import (
    WAITING,
    end_named,
    for_conduct,
    in_custody,
    is_no_party,
    is_of_person,
    name_of,
    notice_of,
    rules_of,
    sanction_named,
    sanctions_of,
    why_over,
)
from odr.register.enforcement_list.sanctions.slips import fine_is_now
from odr.register.enforcement_list.standing import LOOKED_AFTER
from odr.service.models import Packet
from odr.service.queries import SERVED_STATES

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NEVER_RIGHT = frozenset({"replaced", "never", "undone"})
"""Why nobody is held any more, without a decision."""


def on_served(sitting: Sitting, event: Served) -> None:
    """The proposal reached the person: their days to answer begin. The decision did: their days to ask the higher court do."""
    case = event.case
    if case.stage not in LOOKED_AFTER:
        return
    for row in sanctions_of(sitting.session, case, SanctionState.PROPOSED, SanctionState.DECIDED):
        if row.party_id != event.party.id:
            continue
        if row.state is SanctionState.PROPOSED:
            number, kind = row.entry_number, time_limits.SANCTION_ANSWER
        else:
            number, kind = row.decided_entry or 0, time_limits.SANCTION_REVIEW
        known = sitting.windows(case, kind, state=None, subject=row.reference)
        if number in event.entries and all(window.state is WindowState.ENDED for window in known):
            sitting.start_window(
                case, kind, party=event.party, start=event.at, subject=row.reference, proof=event.proof
            )


def on_paid(sitting: Sitting, event: FeePaid) -> None:
    """The fine came in: it is on nobody's desk any more."""
    for row in sanctions_of(sitting.session, event.case, SanctionState.DECIDED):
        notice = notice_of(sitting, row)
        if notice is not None and notice.reference == event.assessment:
            sitting.close_tasks(event.case, desks.FINE_UNPAID, row.reference)


def not_paid(sitting: Sitting, case: Case, window: Window) -> None:
    """The time to pay a fine is over: it stays owed, and a judge has it collected in the enforcement (CPL 253).

    Of whoever the decision has not reached nothing is collected: their time begins when it does.
    """
    for row in sanctions_of(sitting.session, case, SanctionState.DECIDED):
        notice = notice_of(sitting, row)
        reached = sitting.windows(case, time_limits.SANCTION_REVIEW, state=None, subject=row.reference)
        if notice is not None and notice.reference == window.subject and reached:
            title = T(
                "%(name)s did not pay the fine; %(left)s is open. Have it collected in the enforcement.",
                name=name_of(case, row),
                left=outstanding(sitting.session, notice),
            )
            sitting.open_task(case, Role.JUDGE, desks.FINE_UNPAID, title, risk=50, subject=row.reference)


@choice_source("detentions_to_begin")
def detentions_to_begin(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Detentions that are ordered and not carried out."""
    rows = in_custody(sitting.session, case, Custody.DUE)
    return [Option(row.reference, name_of(case, row), proposed_words(sitting, case, row)) for row in rows]


@guard("CPL 118", "CPI 178")
def a_detention_is_ordered(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A detention is ordered and not carried out."""
    waits = in_custody(sitting.session, case, Custody.DUE)
    return None if waits else T("No detention is waiting to be carried out.")


@act(
    title=T("Record that a detention began"),
    input=RecordDetentionInput,
    by={Role.CLERK},
    at=set(LOOKED_AFTER),
    guard=a_detention_is_ordered,
    while_stayed=True,
    source=law("CPL 118", "CPI 178, 179, 180"),
    serves=Everyone.CONCERNED,
    concerns=whose_debt,
    seen_by=Audience.NAMED,
    letter=Letter(
        PaperKind.NOTICE,
        T("A detention began"),
        T(
            "The notice says where the person is held and until when. Whoever is held can ask at any time to be released early, by admitting what was wrong and putting it right. Everybody else has nothing to do."
        ),
    ),
    desk=desks.DETENTION,
    topic=Topic.DECISION,
    in_record=False,
)
def record_detention(
    sitting: Sitting, case: Case, given: RecordDetentionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put on record when somebody was handed to the police and who of the family was told; the days run from that hour (CPL
    118; CPI 178, 180). Where somebody is held and who of the family knows is read by their own side and the court alone.

    Raises InvalidInput for an hour before the decision or still to come.
    """
    row = next((one for one in in_custody(sitting.session, case, Custody.DUE) if one.reference == given.sanction), None)
    if row is None:
        raise InvalidInput.at("sanction", T("Choose one of those listed."))
    try:
        hour = time.fromisoformat(given.at)
    except ValueError:
        raise InvalidInput.at("at", T("Write the time like 14:30.")) from None
    begun = datetime.combine(given.on, hour, sitting.court.settings.tz)
    if begun > now:
        raise InvalidInput.at("on", T("This is still to come."))
    if row.decided_at is not None and begun < row.decided_at - timedelta(minutes=1):
        raise InvalidInput.at("on", T("The detention was ordered later than that."))
    row.custody, row.detained_at = Custody.HELD, begun
    sitting.close_tasks(case, desks.DETENTION, row.reference)
    _days_run(sitting, case, row, begun)
    until = _until(sitting, case, row)
    return Recorded(
        T(
            "%(name)s is held at %(place)s since %(at)s, until %(until)s at the latest",
            name=name_of(case, row),
            place=given.place,
            at=begun,
            until=until,
        ),
        {"sanction": row.reference, "until": until.isoformat()},
        named=(*_named(case, row), *sorted(role.value for role in COURT_ROLES)),
    )


def _named(case: Case, row: Measure) -> tuple[str, ...]:
    party = case.party_if_any(row.party_id)
    return named(party) if party is not None else ()


def _days_run(sitting: Sitting, case: Case, row: Measure, begun: datetime) -> Window:
    """The days from the hour at the police. That hour counts, so that nobody is held a minute longer than was ordered."""
    start = begun - timedelta(hours=1)
    return sitting.start_window(case, time_limits.DETENTION, start=start, subject=row.reference, amount=24 * row.days)


def _held(sitting: Sitting, case: Case, actor: Actor) -> Measure | None:
    rows = in_custody(sitting.session, case, Custody.HELD)
    return next((row for row in rows if row.party_id == actor.party_id and row.release_asked is None), None)


@guard("CPL 118", "CPI 182")
def i_am_held(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody of the party's side is held, and nothing of theirs waits."""
    found = _held(sitting, case, actor) if actor.party_id is not None else None
    return None if found is not None else T("Nobody of your side is held, or your request waits already.")


@act(
    title=T("Ask to be released early"),
    input=AskReleaseInput,
    by=set(PARTY_ROLES),
    at=set(LOOKED_AFTER),
    guard=i_am_held,
    while_stayed=True,
    source=law("CPL 118", "CPI 182"),
    topic=Topic.DECISION,
    in_record=False,
    help=T("Admit what was wrong and say how it is put right. It costs nothing; the president decides at once."),
)
def ask_for_release(sitting: Sitting, case: Case, given: AskReleaseInput, *, actor: Actor, now: datetime) -> Recorded:
    """Whoever is held admits the wrong and puts it right; the president decides (CPL 118; CPI 182)."""
    row = _held(sitting, case, actor)
    if row is None:
        raise ActNotOpen(T("Nobody of your side is held, or your request waits already."))
    return ask_release(sitting, case, row, given.words)


def ask_release(sitting: Sitting, case: Case, row: Measure, words: str) -> Recorded:
    """Put a request for release before the president (CPL 118; CPI 182)."""
    row.release_asked = words
    _release_waits(sitting, case, row)
    return Recorded(T("Asked: release %(name)s early", name=name_of(case, row)), {"sanction": row.reference})


def _release_waits(sitting: Sitting, case: Case, row: Measure) -> None:
    if not sitting.tasks(case, desks.RELEASE, row.reference):
        title = T("Decide whether %(name)s is released early.", name=name_of(case, row))
        sitting.open_task(case, Role.PRESIDENT, desks.RELEASE, title, risk=90, subject=row.reference)


@choice_source("detentions_under_way")
def detentions_under_way(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Detentions that are under way."""
    rows = in_custody(sitting.session, case, Custody.HELD)
    return [Option(row.reference, name_of(case, row), row.release_asked) for row in rows]


@guard("CPL 118", "CPI 182")
def somebody_is_held(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody is held."""
    return None if in_custody(sitting.session, case, Custody.HELD) else T("Nobody is held in this case.")


@act(
    title=T("Decide on an early release"),
    input=ReleaseInput,
    by={Role.PRESIDENT},
    at=set(LOOKED_AFTER),
    guard=somebody_is_held,
    while_stayed=True,
    strong=True,
    source=law("CPL 118, 119", "CPI 182"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on an early release"),
        T(
            "The decision says whether the person is free now. There is nothing you have to do; what is owed stays owed."
        ),
    ),
    paper=RulingForm(
        T("Early release"),
        NO_REVIEW,
        words={
            "release": T("The detention ends now. The police that holds the person is told."),
            "stay": T("The detention does not end early."),
        },
        is_decision=True,
    ),
    desk=desks.RELEASE,
    topic=Topic.DECISION,
    in_record=False,
)
def decide_release(sitting: Sitting, case: Case, given: ReleaseInput, *, actor: Actor, now: datetime) -> Recorded:
    """Release somebody who admitted the wrong and put it right, or not (CPL 118; CPI 182)."""
    row = next(
        (one for one in in_custody(sitting.session, case, Custody.HELD) if one.reference == given.sanction), None
    )
    if row is None:
        raise InvalidInput.at("sanction", T("Choose one of those listed."))
    sitting.close_tasks(case, desks.RELEASE, row.reference)
    row.release_asked = None
    name = name_of(case, row)
    if given.answer == "stay":
        return Recorded(T("%(name)s is not released early", name=name), {"sanction": row.reference})
    _free(sitting, case, row, "released")
    return Recorded(T("%(name)s is released early", name=name), {"sanction": row.reference})


def _free(sitting: Sitting, case: Case, row: Measure, ground: str) -> None:
    """A detention is over, or is not carried out: nothing about it runs or waits."""
    row.custody = Custody.OVER if row.custody is Custody.HELD else Custody.DROPPED
    row.free_at = sitting.now if row.custody is Custody.OVER else None
    row.over_ground, row.over_entry, row.release_asked = ground, sitting.next_number(case), None
    sitting.close_windows(case, time_limits.DETENTION, WindowState.ENDED, subject=row.reference)
    for desk in (desks.DETENTION, desks.RELEASE):
        sitting.close_tasks(case, desk, row.reference)


@guard("CPL 119", "CPI 185")
def i_am_sanctioned(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever is fined or detained asks the higher court, and once."""
    rows = sanctions_of(sitting.session, case, SanctionState.DECIDED)
    mine = any(row.party_id is not None and row.party_id == actor.party_id and row.review is None for row in rows)
    return None if mine else T("No fine and no detention of yours can be looked at again.")


@act(
    title=T("Ask the higher court about a fine or detention"),
    input=SanctionReviewInput,
    by=set(PARTY_ROLES),
    at=set(LOOKED_AFTER),
    guard=i_am_sanctioned,
    window=time_limits.SANCTION_REVIEW,
    remedy=True,
    while_stayed=True,
    source=law("CPL 119", "CPI 185"),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Once, and it costs nothing. The higher court decides within [time sanction_review_decision]; the decision is carried out meanwhile."
    ),
)
def ask_sanction_review(
    sitting: Sitting, case: Case, given: SanctionReviewInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the higher court within three days of receipt; the registry passes it on (CPL 119; CPI 185)."""
    me, number = sitting.party_of(case, actor), sitting.next_number(case)
    known = sitting.windows(case, time_limits.SANCTION_REVIEW, party=me, state=None)
    kept = [window for window in known if window.state is WindowState.MET and window.closed_by == number]
    about = (kept or known)[-1].subject if known else None
    row = sanction_named(sitting.session, case, about or "", SanctionState.DECIDED)
    if row is None or row.party_id != me.id or row.review is not None:
        raise ActNotOpen(T("No fine and no detention of yours can be looked at again."))
    return pass_on(sitting, case, row, given.words)


def pass_on(sitting: Sitting, case: Case, row: Measure, words: str) -> Recorded:
    """Put a request for review on the registry's desk, which passes it on to the higher court (CPI 185)."""
    row.review = words
    sitting.start_window(case, time_limits.SANCTION_REVIEW_DECISION, start=sitting.now, subject=row.reference)
    title = T(
        "%(name)s asks the higher court about a fine or detention. Pass it on, and record the answer.",
        name=name_of(case, row),
    )
    sitting.open_task(case, Role.CLERK, desks.SANCTION_REVIEW, title, risk=75, subject=row.reference)
    return Recorded(
        T("%(name)s asks the higher court about the fine or detention", name=name_of(case, row)),
        {"sanction": row.reference},
    )


@choice_source("reviewed_sanctions")
def reviewed_sanctions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Decisions that are before the higher court."""
    return [Option(row.reference, name_of(case, row), row.review) for row in _before_higher(sitting, case)]


def _before_higher(sitting: Sitting, case: Case) -> list[Measure]:
    rows = sanctions_of(sitting.session, case, SanctionState.DECIDED)
    return [row for row in rows if row.review is not None and row.review_answer is None]


@guard("CPI 185")
def a_sanction_is_reviewed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The higher court was asked, and its answer is not on record."""
    waits = _before_higher(sitting, case)
    return None if waits else T("The higher court was not asked about any fine or detention.")


@act(
    title=T("Record the higher court’s decision on a fine or detention"),
    input=RecordSanctionReviewInput,
    by={Role.CLERK},
    at=set(LOOKED_AFTER),
    guard=a_sanction_is_reviewed,
    while_stayed=True,
    source=law("CPL 119", "CPI 185, 186"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The higher court decided on a fine or detention"),
        T(
            "The decision says whether it stays, is changed or is revoked. What was paid beyond it goes back by itself, and whoever is held for nothing is free at once. There is nothing you have to do."
        ),
    ),
    desk=desks.SANCTION_REVIEW,
    topic=Topic.DECISION,
    in_record=False,
)
def record_sanction_review(
    sitting: Sitting, case: Case, given: RecordSanctionReviewInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put the higher court's decision on record and carry it out: money goes back, a detention is shorter or over (CPI 186).

    Raises InvalidInput for a change that would make it heavier.
    """
    row = next((one for one in _before_higher(sitting, case) if one.reference == given.sanction), None)
    rules = rules_of(sitting, case)
    if row is None or rules is None:
        raise InvalidInput.at("sanction", T("Choose one of those listed."))
    name = name_of(case, row)
    if given.answer == "changed":
        in_bounds(sitting, case, rules, given.fine, given.days, of_person=is_of_person(case, row))
        fine, days = given.fine.minor if given.fine else 0, given.days or 0
        if fine > row.fine_minor or days > row.days:
            raise InvalidInput.at("answer", T("On a review nothing becomes heavier."))
    else:
        fine, days = (row.fine_minor, row.days) if given.answer == "stays" else (0, 0)
    row.review_answer = given.answer
    sitting.close_windows(case, time_limits.SANCTION_REVIEW_DECISION, WindowState.MET, subject=row.reference)
    sitting.close_tasks(case, desks.SANCTION_REVIEW, row.reference)
    if days < row.days:
        _shorten(sitting, case, row, days)
    if fine < row.fine_minor:
        _lower(sitting, case, row, fine)
    facts = {"sanction": row.reference, "fine": fine, "days": days}
    if given.answer == "lifted":
        row.state = SanctionState.LIFTED
        return Recorded(T("The higher court revoked what was ordered of %(name)s", name=name), facts)
    if given.answer == "changed":
        return Recorded(
            T("The higher court changed it for %(name)s: %(what)s", name=name, what=proposed_words(sitting, case, row)),
            facts,
        )
    return Recorded(T("The higher court left what was ordered of %(name)s as it is", name=name), facts)


def _shorten(sitting: Sitting, case: Case, row: Measure, days: int) -> None:
    row.days = days
    if row.custody not in (Custody.DUE, Custody.HELD):
        return
    begun = row.detained_at
    if not days or (begun is not None and begun + timedelta(days=days) <= sitting.now):
        _free(sitting, case, row, "review")
    elif begun is not None:
        sitting.close_windows(case, time_limits.DETENTION, WindowState.ENDED, subject=row.reference)
        _days_run(sitting, case, row, begun)


def _lower(sitting: Sitting, case: Case, row: Measure, minor: int) -> None:
    """A fine becomes less or nothing: of what came in the rest goes back, of what is open only the rest is asked for."""
    notice = notice_of(sitting, row)
    was, row.fine_minor = row.fine_minor, minor
    if isinstance(row, ConductSanction) and is_no_party(row):
        fine_is_now(sitting, case, row)
        return
    if notice is None:
        return
    rules = rules_of(sitting, case)
    article = str(rules.review_article) if rules is not None else "CPI 186"
    why, currency = T("The higher court lowered or revoked the fine."), notice.currency
    sitting.close_tasks(case, desks.FINE_UNPAID, row.reference)
    if notice.state is AssessmentState.PAID:
        give_back(sitting, case, notice, why, article, Money(was - minor, currency))
        return
    came = paid_on(sitting.session, notice)
    if minor and came.minor < minor:
        give_back(sitting, case, notice, why, article, came)
        demand_fine(sitting, case, row)
        return
    give_back(sitting, case, notice, why, article, Money(came.minor - minor, currency))


@act(
    title=T("A proposal or a detention ends"),
    input=SanctionInput,
    by={Role.CLOCK},
    at=set(Stage),
    listed=False,
    while_stayed=True,
    source=law("CPL 118", "PIV 11", "COURT sanction-performed"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A proposed or ordered detention or fine ends"),
        T(
            "The notice says for whom, and why. There is nothing you have to do. A fine that was ordered stays to be paid."
        ),
    ),
    in_record=False,
)
def end_sanction(sitting: Sitting, case: Case, given: SanctionInput, *, actor: Actor, now: datetime) -> Recorded:
    """A proposal without a reason any more falls, a detention not begun is not carried out, and one whose days are over ends;
    nobody has to ask. A fine that was ordered stays.

    Raises ActNotOpen where nothing has ended it.
    """
    row, rules = sanction_named(sitting.session, case, given.sanction), rules_of(sitting, case)
    end = end_named(rules, row, given.ground) if row is not None and rules is not None else None
    if row is None or end is None:
        raise ActNotOpen(T("Nothing has ended this."))
    name, why = name_of(case, row), end.title
    facts = {"sanction": row.reference, "ground": given.ground}
    if given.ground == "term":
        if row.custody is not Custody.HELD or _until(sitting, case, row) > now:
            raise ActNotOpen(T("The days are not over."))
    elif why_over(sitting, case, row) != given.ground:
        raise ActNotOpen(T("Nothing has ended this."))
    if row.state is SanctionState.PROPOSED:
        row.state, row.over_ground, row.over_entry = SanctionState.DECLINED, given.ground, sitting.next_number(case)
        sitting.close_windows(case, time_limits.SANCTION_ANSWER, WindowState.ENDED, subject=row.reference)
        sitting.close_tasks(case, desks.SANCTION, row.reference)
        return Recorded(T("No fine and no detention of %(name)s: %(why)s", name=name, why=why), facts)
    if row.state is not SanctionState.DECIDED or row.custody not in (Custody.DUE, Custody.HELD):
        raise ActNotOpen(T("Nothing has ended this."))
    was_held = row.custody is Custody.HELD
    _free(sitting, case, row, given.ground)
    words = (
        T("%(name)s is free: %(why)s", name=name, why=why)
        if was_held
        else T("The detention of %(name)s is not carried out: %(why)s", name=name, why=why)
    )
    return Recorded(words, facts)


def _until(sitting: Sitting, case: Case, row: Measure) -> datetime:
    """When the days of a detention are over."""
    due_at = sitting.windows(case, time_limits.DETENTION, state=None, subject=row.reference)[-1].due_at
    assert due_at is not None
    return due_at


def days_over(sitting: Sitting, case: Case, window: Window) -> None:
    """The days of a detention are over: the person is free (CPL 118)."""
    row = sanction_named(sitting.session, case, window.subject or "", SanctionState.DECIDED)
    if row is not None and row.custody is Custody.HELD:
        sitting.then(names.END_SANCTION, SanctionInput(sanction=row.reference, ground="term"), case=case)


def _catch_up(sitting: Sitting, case: Case) -> None:
    """Start the days of papers that a worker of the version before recorded as served: it knows no such row (decision 0159)."""
    for row in for_conduct(sitting.session, case, SanctionState.PROPOSED, SanctionState.DECIDED):
        proposed = row.state is SanctionState.PROPOSED
        kind = time_limits.SANCTION_ANSWER if proposed else time_limits.SANCTION_REVIEW
        number = row.entry_number if proposed else row.decided_entry
        if is_no_party(row) or sitting.windows(case, kind, state=None, subject=row.reference):
            continue
        papers = select(Packet).where(
            Packet.case_id == case.id,
            Packet.party_id == row.party_id,
            Packet.state.in_(SERVED_STATES),
            Packet.docketed_as.is_not(None),
        )
        for paper in sitting.session.scalars(papers):
            if number in paper.entry_ids and paper.effective_at is not None:
                party = case.party(row.party_id)
                sitting.start_window(case, kind, party=party, start=paper.effective_at, subject=row.reference)


def follow_sanctions(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """After each act: what has no reason any more ends in the same transaction. Whoever is held and has performed is put before
    the president at once: the clock decides on nobody's release but where the days are over or nothing holds them.
    """
    if case.stage not in LOOKED_AFTER or case.is_blank:
        return
    _catch_up(sitting, case)
    for row in sanctions_of(sitting.session, case, *WAITING, SanctionState.DECIDED):
        waits = row.state in WAITING or row.custody in (Custody.DUE, Custody.HELD)
        over = why_over(sitting, case, row) if waits and row.over_ground is None else None
        if over is None:
            continue
        if row.state is SanctionState.ASKED:
            row.state, row.over_ground, row.over_entry = SanctionState.REFUSED, over, entry.number
            sitting.close_tasks(case, desks.SANCTION_REQUEST, row.reference)
        elif row.custody is Custody.HELD and over not in NEVER_RIGHT:
            if row.over_entry is None:  # Once: what the president has answered is not asked again.
                row.over_entry = entry.number
                _release_waits(sitting, case, row)
        else:
            row.over_ground = over  # It is on its way: what follows in this Sitting does not ask for it again.
            sitting.then(names.END_SANCTION, SanctionInput(sanction=row.reference, ground=over), case=case)
