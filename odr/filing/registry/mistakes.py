"""Mistakes of the registry put right by an act: a name, the day a time limit began, the procedure (CPL 85; REG 2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Stage, Track
from odr.filing import desks
from odr.filing.choices import window_named
from odr.filing.claim.procedure_bars import barred_track, sum_of_standing
from odr.filing.claim.queries import claims_of, reliefs_of
from odr.filing.course.time_limit_changes import by_rule
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.events import TrackConverted
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, Topic, act
from odr.procedure.acts.windows import window_title
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law
from odr.procedure.rules.cases import Bar
from odr.procedure.rules.pack import NoSuchRule
from odr.procedure.time.changed_limits import reckon_again
from odr.procedure.time.written_working import text_to_json

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

RUNS = (WindowState.OPEN, WindowState.LAPSED)

MISTAKES = {
    "name": T("The name of a party"),
    "day": T("The first day of a time limit"),
    "track": T("The procedure"),
}


@choice_source("case_windows")
def case_windows(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Limits of the case that run or were missed."""
    return [
        window_named(sitting, case, w)
        for state in (WindowState.OPEN, WindowState.LAPSED)
        for w in sitting.windows(case, state=state)
        if w.due_at is not None
    ]


@resolver("case_window")
def find_case_window(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Window | None:
    """A time limit of the case that runs or was missed."""
    states = (WindowState.OPEN, WindowState.LAPSED)
    return sitting.session.scalar(
        select(Window).where(
            Window.case_id == case.id,
            Window.reference == reference,
            Window.state.in_(states),
            Window.due_at.is_not(None),
        )
    )


class MistakeInput(CourtModel):
    """What the registry wrote wrongly, and what is right."""

    what: Annotated[Literal["name", "day", "track"], field(T("What was wrong?"), options=MISTAKES)]
    party: Annotated[str | None, RefTo("party"), field(T("Party"), T("For a name."), choices="all_parties")] = None
    name: Annotated[str | None, CourtText(0, 200), field(T("The right name"))] = None
    window: Annotated[
        str | None, RefTo("case_window"), field(T("Time limit"), T("For a first day."), choices="case_windows")
    ] = None
    day: Annotated[
        CourtDate | None,
        field(T("The right first day"), T("The day of the event; the time limit begins the day after.")),
    ] = None
    track: Annotated[str | None, CourtText(0, 40, one_line=True), field(T("The right procedure"), choices="tracks")] = (
        None
    )
    reasons: Annotated[str, CourtText(5, 2000), field(T("How the mistake was found"), widget="textarea")]


@act(
    title=T("Correct a mistake of the registry"),
    input=MistakeInput,
    by={Role.CLERK},
    at={Stage.PENDING, Stage.HEARING},
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The registry has corrected a mistake"),
        T(
            "Read what was corrected: nobody loses time they still had, and whatever time limit of yours is longer now is named in this letter with its day. Otherwise there is nothing you have to do."
        ),
    ),
    source=law("CPL 85", "REG 2"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "A name typed wrongly, a wrong first day of a time limit, a wrong procedure. Time limits are reckoned again; nobody loses time relied on."
    ),
)
def correct_registry_mistake(
    sitting: Sitting, case: Case, given: MistakeInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put right what the registry wrote wrongly, with what stood before; the windows it touches are reckoned again and
    everybody is told.

    A correction never takes away time that somebody still has. Raises InvalidInput, ActNotOpen.
    """
    if given.what == "name":
        return _name(sitting, case, given)
    if given.what == "day":
        return _day(sitting, case, given, now)
    return _track(sitting, case, given, now)


def _need(value: Any, name: str) -> Any:
    if value is None:
        raise InvalidInput([FieldFault((name,), T("Fill this in: it is what you correct."))])
    return value


def _name(sitting: Sitting, case: Case, given: MistakeInput) -> Recorded:
    party: Party = sitting.resolved("party", _need(given.party, "party"))
    before, after = party.name, _need(given.name, "name")
    if before == after:
        raise InvalidInput.at("name", T("This is what stands there already."))
    was = {"name": before, "kind": party.kind.value, "until_entry": sitting.next_number(case), "ground": "registry"}
    party.details = {**party.details, "before": [*party.details.get("before", []), was]}
    party.name, case.title = after, case.title.replace(before, after)[:300]
    words = T(
        "Mistake of the registry corrected: the party is called %(after)s, not %(before)s", after=after, before=before
    )
    return Recorded(
        words, {"what": "name", "party": party.label, "before": before, "after": after, "reasons": given.reasons}
    )


def _day(sitting: Sitting, case: Case, given: MistakeInput, now: datetime) -> Recorded:
    window: Window = sitting.resolved("case_window", _need(given.window, "window"))
    day: date = _need(given.day, "day")
    zone = sitting.pack(case).tz
    start = datetime.fromisoformat(window.working["start"]).astimezone(zone)
    if day > now.astimezone(zone).date():
        raise InvalidInput.at("day", T("This day is still to come."))
    if day == start.date():
        raise InvalidInput.at("day", T("This is what stands there already."))
    before = window.due_at
    window.opened_at = start.replace(year=day.year, month=day.month, day=day.day)
    proof = T(
        "Mistake of the registry corrected by entry %(number)s: the first day stood as %(day)s.",
        number=sitting.next_number(case),
        day=start.date(),
    )
    window.working = {**window.working, "start": window.opened_at.isoformat(), "proof": text_to_json(proof)}
    reckon_again(sitting, case, window)
    _settle(window, before, now)
    title = window_title(sitting, case, window)
    before_and_after = [at.isoformat() if at else None for at in (before, window.due_at)]
    facts = {"what": "day", "window": window.kind, "before": before_and_after[0], "after": before_and_after[1]}
    words = T("Mistake of the registry corrected: %(title)s runs until %(day)s", title=title, day=window.due_at)
    return Recorded(words, {**facts, "reasons": given.reasons})


def _settle(window: Window, before: datetime | None, now: datetime) -> None:
    """A lapsed window whose end now lies ahead runs again; of one that still ran nobody loses a day they were told of."""
    assert window.due_at is not None
    if window.state is WindowState.OPEN and window.due_at < now:
        raise InvalidInput.at(
            "day", T("Time that somebody still has is not taken away: with this day it would be over already.")
        )
    sooner = before is not None and window.due_at < before
    if window.state is WindowState.OPEN and window.party_id is not None and sooner:
        raise InvalidInput.at(
            "day", T("Time that somebody still has is not taken away: with this day it would end sooner.")
        )
    if window.state is WindowState.LAPSED and window.due_at >= now:
        window.state, window.closed_by = WindowState.OPEN, None


def _track(sitting: Sitting, case: Case, given: MistakeInput, now: datetime) -> Recorded:
    pack, before = sitting.pack(case), case.track
    name = _need(given.track, "track")
    if case.stage is not Stage.PENDING:
        raise ActNotOpen(T("Once the examination has begun, only the judge moves the case to another procedure."))
    if name not in pack.tracks.list or name == before.value:
        raise InvalidInput.at("track", T("Choose another procedure of this court than the one that stands there."))
    case.track = Track(name)
    barred = barred_track(sitting, case, sum_of_standing(sitting, case), _bars_standing(sitting, case))
    if barred is not None:
        raise InvalidInput.at("track", T("This claim cannot follow that procedure."))
    moved = [w.kind for w in sitting.windows(case) if _by_new_track(sitting, case, w, now)]
    sitting.announce(TrackConverted(case, before))
    title = T(
        "The procedure was corrected to %(track)s. See whether the fee has to be corrected.", track=case.track.label
    )
    sitting.open_task(case, Role.JUDGE, desks.FEE_AFTER_CORRECTION, title, risk=30)
    words = T(
        "Mistake of the registry corrected: the case follows the %(after)s, not the %(before)s",
        after=case.track.label,
        before=before.label,
    )
    return Recorded(
        words, {"what": "track", "before": before.value, "after": name, "windows": moved, "reasons": given.reasons}
    )


def _bars_standing(sitting: Sitting, case: Case) -> set[Bar]:
    """What keeps the claims that stand from a procedure: a counterclaim, or that something else than money is asked
    for.
    """
    counter = any(claim.kind == "counterclaim" for claim in claims_of(sitting.session, case))
    other = any(relief.amount_minor is None for relief in reliefs_of(sitting.session, case))
    return {bar for bar, holds in ((Bar.COUNTERCLAIM, counter), (Bar.NOT_MONEY, other)) if holds}


def _by_new_track(sitting: Sitting, case: Case, window: Window, now: datetime) -> bool:
    """Give a running window the length it has in the right procedure; never less than what its holder was told."""
    try:
        return by_rule(sitting, case, window, window.working.get("key") or window.kind)
    except NoSuchRule:
        return False
