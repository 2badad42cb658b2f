"""For how long something is preserved, and how that goes on: nothing is frozen for longer than the law lets it, and no
freeze ends unseen (CPI 156, 168, 485).
"""

from __future__ import annotations

import enum
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from sqlalchemy import Select, exists, select

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Party, Role, Stage
from odr.docket.queries import entry as entry_of, parties
from odr.ground import text
from odr.ground.background import each_alone
from odr.ground.errors import InvalidInput
from odr.ground.keyset import judged
from odr.ground.text import T, Text
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.judgment import desks, names
from odr.judgment.models import Motion, Preservation
from odr.judgment.preservation.measures import (
    REVIEW,
    SECURED,
    TERM,
    end_preservations,
    over_before_claim,
    who_is_told,
)
from odr.judgment.preservation.queries import preservation_named, preservations_of
from odr.judgment.vocabulary import PreservationState
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.rules.base import law
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.changed_limits import note_changed
from odr.procedure.time.reckoning import reckon, reckon_before

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

NOTICE = "preservation_notice"
WITHOUT_TERM = 1
"""The version of carrying out that recorded neither kind nor term."""
LOOK_AHEAD = timedelta(days=62)
"""How far the worker looks for terms that end; the pack says on which day notice of one is given."""


class PropertyKind(enum.Enum):
    """What was preserved: for how long it holds at most hangs on it (CPI 485)."""

    DEPOSIT = "deposit"  # money at a bank or on an account
    MOVABLE = "movable"  # goods, vehicles, devices
    PROPERTY = "property"  # land, buildings, and every other right: shares, claims, domain names
    CONDUCT = "conduct"  # something is to be done or left undone: no term of law

    @property
    def label(self) -> Text:
        """The kind in words."""
        return {
            PropertyKind.DEPOSIT: T("Money at a bank or on an account"),
            PropertyKind.MOVABLE: T("Movable things: goods, vehicles, devices"),
            PropertyKind.PROPERTY: T("Land and buildings, or another right: shares, claims, a domain name"),
            PropertyKind.CONDUCT: T("Conduct: something is to be done or left undone"),
        }[self]


def rule_for(pack: RulePack, kind: PropertyKind) -> str | None:
    """The pack's key for the term of a kind; None where the rules know no term for it."""
    key = f"{TERM}_{kind.value}"
    return key if key in pack.windows.rules else None


def begin_term(
    sitting: Sitting, case: Case, row: Preservation, kind: PropertyKind | None, months: int | None, now: datetime
) -> None:
    """Let the term of what was carried out run from now. Raises InvalidInput where the rules know terms and the kind was
    not said, or where what has no term was given one.
    """
    pack = sitting.pack(case)
    if kind is None:
        if any(rule_for(pack, one) for one in PropertyKind):
            raise InvalidInput.at("kind", T("Say what was preserved: for how long it holds hangs on it."))
        return
    rule = rule_for(pack, kind)
    if rule is None:
        if months is not None:
            raise InvalidInput.at("months", T("For this the law knows no term: leave it empty."))
        return
    _start(sitting, case, row, rule, now, months)


def _start(sitting: Sitting, case: Case, row: Preservation, rule: str, start: datetime, months: int | None) -> Window:
    most = sitting.pack(case).window(rule).at_most
    if months is not None and most is not None and months > most:
        raise InvalidInput.at("months", T("This holds for %(most)s months at most.", most=most))
    return sitting.start_window(
        case,
        TERM,
        party=case.party_if_any(row.party_id),
        start=start,
        rule=rule,
        subject=row.reference,
        amount=months,
    )


def term_of(sitting: Sitting, case: Case, row: Preservation) -> Window | None:
    """The term that runs of what is preserved, if it has one: as recorded, or as the rules give it to what was carried
    out before terms were recorded.
    """
    found = sitting.windows(case, TERM, subject=row.reference, state=None)
    if not found:
        return term_by_law(sitting, case, row)
    return next((window for window in found if window.state is WindowState.OPEN), None)


def term_by_law(sitting: Sitting, case: Case, row: Preservation) -> Window | None:
    """The term of property that was preserved when none was recorded: the longest the rules know, from the day it was
    carried out, for nothing holds longer whatever it is (CPI 485). Read from the docket, and a row of no table until an
    act names it. None for what has a term of its own, and for conduct, which has none.
    """
    if row.state is not PreservationState.EXECUTED or row.amount_minor is None or row.executed_entry is None:
        return None
    entry, pack = entry_of(sitting.session, case, row.executed_entry), sitting.pack(case)
    rule = rule_for(pack, PropertyKind.PROPERTY)
    if rule is None or entry is None or entry.act_version != WITHOUT_TERM:
        return None
    reckoned = reckon(pack, rule, entry.effective_at, track=case.track.value)
    return Window(
        case_id=case.id,
        party_id=row.party_id,
        kind=TERM,
        subject=row.reference,
        state=WindowState.OPEN,
        opened_at=entry.effective_at,
        due_at=reckoned.due_at,
        working=reckoned.to_json(),
        opened_by=entry.number,
    )


def ends_by_law(sitting: Sitting, case: Case, window: Window) -> list[tuple[Text, date]]:
    """Until when each kind of property holds at most, where the term is not on record; empty where it is."""
    if window in sitting.session:
        return []
    pack = sitting.pack(case)
    rules = [(kind, rule_for(pack, kind)) for kind in PropertyKind]
    return [
        (kind.label, text.last_day(due, sitting.court.settings.tz))
        for kind, rule in rules
        if rule is not None and (due := reckon(pack, rule, window.opened_at, track=case.track.value).due_at) is not None
    ]


def _on_record(sitting: Sitting, case: Case, row: Preservation, window: Window) -> Window:
    """The term as a row: one that was read from the rules so far is recorded by the act in hand."""
    if window in sitting.session:
        return window
    return _start(sitting, case, row, str(window.working["key"]), window.opened_at, None)


def last_day(sitting: Sitting, window: Window) -> date | None:
    """The day on which a term ends, by the court's calendar."""
    return text.last_day(window.due_at, sitting.court.settings.tz) if window.due_at is not None else None


def terms(sitting: Sitting, case: Case, rows: Sequence[Preservation] = ()) -> dict[str, Window]:
    """Reference of what is preserved → the newest of its terms, over or not; of ``rows`` also what the rules give."""
    found = {w.subject: w for w in sitting.windows(case, TERM, state=None) if w.subject is not None}
    for row in rows:
        if row.reference not in found and (window := term_by_law(sitting, case, row)) is not None:
            found[row.reference] = window
    return found


def running(sitting: Sitting, case: Case, party_id: int | None = None) -> list[tuple[Preservation, Window]]:
    """What is preserved in a case with a term that runs, for one party where one is named."""
    rows = preservations_of(sitting.session, case, PreservationState.EXECUTED)
    found = ((row, term_of(sitting, case, row)) for row in rows if party_id in (None, row.party_id))
    return [(row, window) for row, window in found if window is not None and not _is_over(sitting, window)]


def _may_go_on(sitting: Sitting, case: Case, party_id: int | None = None) -> list[tuple[Preservation, Window]]:
    """What a continuation may be asked for and ruled on: a term that was added goes on itself only once it has begun.
    Continued twice ahead, something would be held for longer than the law lets it.
    """
    return [pair for pair in running(sitting, case, party_id) if pair[1].opened_at <= sitting.now]


CONTINUED = T("It is continued already. Whether it goes on once more is ruled on when the added term has begun.")


def _is_over(sitting: Sitting, window: Window) -> bool:
    """In a case that stands still the clock records nothing; the term ends all the same."""
    return window.due_at is not None and window.due_at < sitting.now


def _options(sitting: Sitting, found: Sequence[tuple[Preservation, Window]]) -> list[Option]:
    return [
        Option(
            row.reference,
            sitting.session.get_one(Motion, row.motion_id).asks,
            T("Holds until %(day)s.", day=last_day(sitting, window)),
        )
        for row, window in found
    ]


def _named(found: Sequence[tuple[Preservation, Window]], reference: str) -> tuple[Preservation, Window]:
    chosen = next((pair for pair in found if pair[0].reference == reference), None)
    if chosen is None:
        raise InvalidInput.at("preservation", T("Choose one of those listed."))
    return chosen


def _not_asked(sitting: Sitting, case: Case, actor: Actor) -> list[tuple[Preservation, Window]]:
    """What is preserved for this party and may be asked to go on: nothing waits for a ruling on it."""
    return [pair for pair in _may_go_on(sitting, case, actor.party_id) if not _asked_of(sitting, case, pair[0])]


def _asked_of(sitting: Sitting, case: Case, row: Preservation) -> bool:
    return any(task.risk >= ASKED for task in sitting.tasks(case, desks.CONTINUE_PRESERVATION, row.reference))


ENDS, ASKED = 60, 75
"""How high on the judge's desk: a term that ends, and one that somebody asked to continue."""


@guard("CPI 485")
def something_holds_for_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever asked for a preservation asks for its continuation, while its term runs, and once at a time."""
    if _not_asked(sitting, case, actor):
        return None
    if _may_go_on(sitting, case, actor.party_id):
        return T("You have asked already. The judge decides before the term ends.")
    return CONTINUED if running(sitting, case, actor.party_id) else T("Nothing with a term is preserved for you.")


@choice_source("my_preservations_with_a_term")
def my_preservations_with_a_term(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What is preserved for the reader, with the last day of its term."""
    return _options(sitting, _not_asked(sitting, case, actor))


class ContinueInput(CourtModel):
    """An application to continue a preservation."""

    preservation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Preservation"), choices="my_preservations_with_a_term")
    ]
    reasons: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("Why it is still needed"),
            T("For example: the judgment is not in effect yet, or not paid."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Ask to continue a preservation"),
    input=ContinueInput,
    by=set(PARTY_ROLES),
    at=SECURED,
    guard=something_holds_for_me,
    remedy=True,
    while_stayed=True,
    serves=Everyone.CONCERNED,
    concerns=who_is_told,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks to continue a preservation"),
        T(
            "There is nothing you have to do now. If the judge does not continue it, it ends with its term; the ruling is sent to you."
        ),
    ),
    source=law("CPI 156, 485"),
    topic=Topic.DECISION,
    in_record=False,
)
def ask_to_continue_preservation(
    sitting: Sitting, case: Case, given: ContinueInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the court to let what is preserved go on after its term; the judge rules before it ends (CPI 485)."""
    row, window = _named(_not_asked(sitting, case, actor), given.preservation)
    sitting.close_tasks(case, desks.CONTINUE_PRESERVATION, row.reference)
    name = sitting.party_of(case, actor).name
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.CONTINUE_PRESERVATION,
        T(
            "%(name)s asks to continue a preservation. Its term ends on %(day)s.",
            name=name,
            day=last_day(sitting, window),
        ),
        risk=ASKED,
        due_at=window.due_at,
        subject=row.reference,
    )
    return Recorded(
        T("%(name)s asks to continue the preservation that ends on %(day)s", name=name, day=last_day(sitting, window)),
        {"preservation": row.reference},
    )


@guard("CPI 485")
def a_term_runs(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Something is preserved whose term has begun and not ended."""
    if _may_go_on(sitting, case):
        return None
    return CONTINUED if running(sitting, case) else T("Nothing is preserved whose term still runs.")


@choice_source("preservations_with_a_term")
def preservations_with_a_term(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What is preserved in the case, with the last day of its term."""
    return _options(sitting, _may_go_on(sitting, case))


RULED = {
    "continue": T("What was preserved goes on after the end of its term."),
    "refuse": T("What was preserved is not continued; it ends with its term."),
}


class ContinuationInput(CourtModel):
    """The ruling on the continuation of a preservation."""

    preservation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Preservation"), choices="preservations_with_a_term")
    ]
    result: Annotated[
        Literal["continue", "refuse"],
        field(T("Result of the ruling"), options={"continue": T("It goes on"), "refuse": T("It ends with its term")}),
    ]
    months: Annotated[
        int | None,
        Field(ge=1, le=120),
        field(
            T("For how many months more"),
            T("Counted from the end of the term that runs. Leave it empty for as long as the law allows."),
        ),
    ] = None
    reasons: Annotated[str, CourtText(10, 8000), field(T("Reasons"), widget="textarea")]


def _what_can_be_done(sitting: Sitting, case: Case, given: ContinuationInput) -> Text:
    length = sitting.pack(case).window(REVIEW).words
    if given.result == "refuse":
        return T(
            "Whoever asked for the preservation may ask this court once for a review, within %(length)s after being served with this ruling; until it is changed the ruling stands.",
            length=length,
        )
    return T(
        "Whoever disagrees with a continuation may ask this court once for a review, within %(length)s after being served with this ruling; what was ordered stays in force meanwhile.",
        length=length,
    )


@act(
    title=T("Rule on the continuation of a preservation"),
    input=ContinuationInput,
    by={Role.JUDGE},
    at=SECURED,
    guard=a_term_runs,
    while_stayed=True,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on the continuation of a preservation"),
        T(
            "The ruling says whether what is preserved goes on, and how long. If it goes on and you disagree, or if you asked for the preservation and it is not continued, ask once for a review, though the ruling stands meanwhile. It says within how many days, counted from the day after it is served on you."
        ),
    ),
    paper=RulingForm(
        T("Continuation of a preservation"),
        _what_can_be_done,
        result="result",
        words=RULED,
    ),
    source=law("CPL 111, 157", "CPI 156, 485"),
    desk=desks.CONTINUE_PRESERVATION,
    means={Milestone.URGENT_MEASURE},
    topic=Topic.DECISION,
    in_record=False,
)
def rule_on_continuation(
    sitting: Sitting, case: Case, given: ContinuationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Let what is preserved go on, on application or of the court's own motion, before its term ends; never for longer
    than the law lets it hold at first (CPI 485).
    """
    row, window = _named(_may_go_on(sitting, case), given.preservation)
    sitting.close_tasks(case, desks.CONTINUE_PRESERVATION, row.reference)
    if given.result == "refuse":
        if given.months is not None:
            raise InvalidInput.at("months", T("It is not continued: leave it empty."))
        note_changed(sitting.session, [_on_record(sitting, case, row, window)])
        return Recorded(
            T("Preservation not continued; it ends on %(day)s", day=last_day(sitting, window)),
            {"preservation": row.reference},
        )
    ends = go_on(sitting, case, row, window, given.months)
    return Recorded(
        T("Preservation continued until %(day)s", day=ends), {"preservation": row.reference, "until": str(ends)}
    )


def go_on(sitting: Sitting, case: Case, row: Preservation, window: Window, months: int | None) -> date | None:
    """Let a further term follow the one that runs, and have the clerk see to it at the bank; gives its last day."""
    window = _on_record(sitting, case, row, window)
    assert window.due_at is not None
    before, on, rule = window.due_at, last_day(sitting, window), str(window.working["key"])
    window.state, window.closed_by = WindowState.MET, sitting.next_number(case)
    ends = last_day(sitting, _start(sitting, case, row, rule, before, months))
    sitting.open_task(
        case,
        Role.CLERK,
        desks.CONTINUE_MEASURE,
        T("A preservation goes on. Have it continued where it is carried out before %(day)s.", day=on),
        risk=85,
        due_at=before,
        subject=row.reference,
    )
    return ends


def _to_tell(sitting: Sitting, case: Case) -> list[tuple[Preservation, Window]]:
    """What the clock tells the end of: terms that run, and those the rules give to what was preserved without one, which
    may be over before anybody was told.
    """
    rows = preservations_of(sitting.session, case, PreservationState.EXECUTED)
    found = ((row, term_of(sitting, case, row)) for row in rows)
    return [(row, w) for row, w in found if w is not None and w.opened_at <= sitting.now and not _told_over(sitting, w)]


def _told_over(sitting: Sitting, window: Window) -> bool:
    return window in sitting.session and _is_over(sitting, window)


@guard("CPI 485")
def a_term_to_tell_of(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Something is preserved whose end nobody was told of."""
    return None if _to_tell(sitting, case) else T("Nothing is preserved whose term still runs.")


class NoteInput(CourtModel):
    """Which preservation ends."""

    preservation: Annotated[str, CourtText(1, 40, one_line=True), field(T("Preservation"))]


def for_whom(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """Whoever asked for what ends."""
    row = preservation_named(sitting.session, case, json.loads(entry.payload)["input"]["preservation"])
    return [party for party in parties(case) if party.id == row.party_id]


@act(
    title=T("The term of a preservation ends"),
    input=NoteInput,
    by={Role.CLOCK},
    at=SECURED,
    guard=a_term_to_tell_of,
    listed=False,
    while_stayed=True,
    serves=Everyone.CONCERNED,
    concerns=for_whom,
    letter=Letter(
        PaperKind.NOTICE,
        T("What is preserved for you ends soon"),
        T("If you still need it, ask the court to continue it. Else it ends with its term."),
        when_due=T(
            "If you still need it, ask the court to continue it, early enough for a ruling and for the bank or registry to be told. %(limits)s Else it ends with its term.",
            limits=LIMITS,
        ),
    ),
    source=law("CPI 485"),
    topic=Topic.DECISION,
    in_record=False,
)
def note_preservation_ends(sitting: Sitting, case: Case, given: NoteInput, *, actor: Actor, now: datetime) -> Recorded:
    """Tell whoever asked for it, and the judge, in time that a preservation ends (CPI 485)."""
    row, window = _named(_to_tell(sitting, case), given.preservation)
    window = _on_record(sitting, case, row, window)
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.CONTINUE_PRESERVATION,
        T("The term of a preservation ends on %(day)s. Continue it, or let it end.", day=last_day(sitting, window)),
        risk=ENDS,
        due_at=window.due_at,
        subject=row.reference,
    )
    note_changed(sitting.session, [window])
    return Recorded(T("A preservation ends on %(day)s", day=last_day(sitting, window)), {"preservation": row.reference})


def _untold(now: datetime) -> Select[int, str | None, datetime | None]:
    """The terms that end soon and were told of to nobody, the soonest first."""
    told = exists().where(
        Task.case_id == Window.case_id,
        Task.kind == desks.CONTINUE_PRESERVATION.kind,
        Task.subject == Window.subject,
        Task.opened_at >= Window.opened_at,
    )
    return (
        select(Window.case_id, Window.subject, Window.due_at)
        .join(Preservation, judged(Preservation.reference) == Window.subject)
        .join(Case, Case.id == Window.case_id)
        .where(Preservation.state == PreservationState.EXECUTED, Window.kind == TERM, Window.opened_at <= now)
        .where(judged(Window.state) == WindowState.OPEN, judged(Window.due_at) > now, Window.due_at <= now + LOOK_AHEAD)
        .where(judged(Case.stage).in_(SECURED), ~told)
        .order_by(judged(Window.due_at))
    )


def note_terms(court: Court) -> int:
    """A round of the worker: tell of the terms that end soon, each once; gives how many."""
    with court.database.read() as session:
        look = court.look(session)
        # No case is held for a term whose day has not come; those that end soonest come first.
        ending = session.execute(_untold(court.clock.now()).limit(64)).all()
        found = [
            (case_id, str(subject))
            for case_id, subject, due in [*ending, *_untold_by_law(look)]
            if due is not None and _is_time(look, session.get_one(Case, case_id), due)
        ]
    return each_alone(found, lambda one: _note(court, *one), "the end of a preservation could not be told of")


def _untold_by_law(look: Sitting, subject: str | None = None) -> list[tuple[int, str, datetime | None]]:
    """What was preserved before terms were recorded, with the end the rules give it: it may lie behind us, and then what
    is held is told of and freed like everything whose term is over.
    """
    recorded = exists().where(Window.kind == TERM, Window.subject == Preservation.reference)
    old = DocketEntry.act_version == WITHOUT_TERM
    query = (
        select(Preservation)
        .join(Case, Case.id == Preservation.case_id)
        .join(
            DocketEntry,
            (DocketEntry.case_id == Preservation.case_id) & (DocketEntry.number == Preservation.executed_entry),
        )
        .where(Preservation.state == PreservationState.EXECUTED, Preservation.amount_minor.is_not(None))
        .where(judged(Case.stage).in_(SECURED), ~recorded, old)
        .order_by(Preservation.id)
    )
    if subject is not None:
        query = query.where(Preservation.reference == subject)
    rows = look.session.scalars(query).all()
    found = ((row, term_by_law(look, look.session.get_one(Case, row.case_id), row)) for row in rows)
    return [(row.case_id, row.reference, window.due_at) for row, window in found if window is not None]


def _note(court: Court, case_id: int, subject: str) -> int:
    """Tell of one term, unless a ruling or another round was there first while nobody held the case."""
    with court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id, with_for_update=True)
        still = _untold(sitting.now).where(Window.case_id == case_id, Window.subject == subject)
        found = [due for _, _, due in [*sitting.session.execute(still).all(), *_untold_by_law(sitting, subject)]]
        if not found or found[0] is None or not _is_time(sitting, case, found[0]):
            return 0
        sitting.perform(names.NOTE_PRESERVATION_ENDS, case, NoteInput(preservation=subject), actor=CLOCK_ACTOR)
    return 1


def _is_time(sitting: Sitting, case: Case, due: datetime) -> bool:
    """Whether the day has come on which the pack has notice given; without such a rule none is given."""
    pack = sitting.pack(case)
    return NOTICE in pack.windows.rules and sitting.now >= reckon_before(pack, NOTICE, due).due_at


def term_over(sitting: Sitting, case: Case, window: Window) -> None:
    """A term ended: what was preserved is free, and the clerk sees to it that nobody holds it any longer (CPI 168, 485).
    Nothing is left for the judge to lift of it, and an own case before a claim in which nothing else is preserved is over.
    """
    end_preservations(sitting, case, PreservationState.LAPSED, PreservationState.EXECUTED, only_of=window.subject)
    sitting.session.flush()
    if not preservations_of(sitting.session, case, PreservationState.EXECUTED):
        sitting.close_tasks(case, desks.LIFT_PRESERVATION)
    elif case.stage is Stage.CLOSED:
        sitting.close_tasks(case, desks.LIFT_PRESERVATION, window.subject)
    over_before_claim(sitting, case)
