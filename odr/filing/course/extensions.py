"""Acts for more time before a limit has ended, and for time again after an obstacle (CPL 86; EV 54).

Within the examination the hearing gives time; these acts are for the limits of
pleading and evidence.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.filing import desks
from odr.filing.choices import window_named
from odr.filing.claim.progress import ask, decide, requests_of
from odr.filing.course.evidence_periods import lengthen_for_all
from odr.filing.course.time_limit_changes import extend, reopen
from odr.filing.inputs import Answer, Reasons, Words
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.time_limits import LATE_RELIEF
from odr.ground.errors import InvalidInput, OutOfTime
from odr.ground.text import T, Text, last_day
from odr.identity.actors import Actor
from odr.procedure.acts.events import TimeGivenBack
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.acts.windows import TIME_LIMITS, rule_of, window_title
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law
from odr.procedure.time.changed_limits import note_changed
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

TRIAL = {Stage.PENDING, Stage.HEARING}

LENGTHENED = TRIAL | {Stage.DELIBERATION, Stage.PRONOUNCED, Stage.APPEALED}
"""Where a limit of somebody may be lengthened: that of evidence while the case is heard, that of appeal abroad later."""

LATER = TRIAL | {Stage.DELIBERATION, Stage.PRONOUNCED, Stage.APPEALED, Stage.EFFECTIVE, Stage.ENFORCEMENT}

IN_EXAMINATION = "examination"


def own_windows(sitting: Sitting, case: Case, actor: Actor, state: WindowState) -> list[Window]:
    """The actor's own limits in a state, the examination's apart, and what runs on whatever anybody missed: a freeze ends at
    its bank on its day, and no judge's more days bring it back.
    """
    if actor.party_id is None:
        return []
    party = case.party_if_any(actor.party_id)
    return (
        [
            w
            for w in sitting.windows(case, party=party, state=state)
            if w.kind != IN_EXAMINATION and not TIME_LIMITS[w.kind].runs_on
        ]
        if party is not None
        else []
    )


def extendable_windows(sitting: Sitting, case: Case, actor: Actor) -> list[Window]:
    """The actor's running limits that a judge may lengthen by the pack."""
    return [w for w in own_windows(sitting, case, actor, WindowState.OPEN) if lengthened_by(sitting, case, w)]


def lengthened_by(sitting: Sitting, case: Case, window: Window) -> str | None:
    """The article by which the court may lengthen a limit; some only for who lives abroad (CPL 285, 286). None where it may
    not.
    """
    rule, party = rule_of(sitting, window), case.party_if_any(window.party_id)
    if rule.extendable is not None:
        return rule.extendable
    return rule.abroad.extendable if party is not None and party.abroad and rule.abroad is not None else None


@guard("EV 54", "CPL 68, 285, 286")
def something_to_extend(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no more time can be asked for."""
    return (
        None
        if extendable_windows(sitting, case, actor)
        else T("None of your running time limits may be lengthened by the judge.")
    )


def what_can_be_longer(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """Which of the actor's running limits the judge may lengthen, and which the law fixes."""
    mine = own_windows(sitting, case, actor, WindowState.OPEN)
    longer: list[Text] = []
    fixed: list[Text] = []
    for window in mine:
        (longer if lengthened_by(sitting, case, window) else fixed).append(window_title(sitting, case, window))
    appeal, party = sitting.pack(case).windows.rules.get("appeal_judgment"), case.party_if_any(actor.party_id)
    # Who lives abroad may ask for longer to appeal (CPL 286).
    fixed_appeal = appeal is not None and appeal.extendable is None and not (party is not None and party.abroad)
    return [
        *(T("This time limit can be made longer: %(title)s", title=title) for title in longer),
        *(T("The law fixes this time limit; nobody can make it longer: %(title)s", title=title) for title in fixed),
        *([T("The time to appeal from a judgment is fixed by law as well.")] if fixed_appeal else []),
        T("Until the judge has ruled, every time limit goes on."),
    ]


@guard("CPL 86")
def something_missed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to be relieved of."""
    return None if own_windows(sitting, case, actor, WindowState.LAPSED) else T("You have missed no time limit.")


@choice_source("extendable_windows")
def options_to_extend(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Limits of the actor that the judge may lengthen."""
    return [window_named(sitting, case, w) for w in extendable_windows(sitting, case, actor)]


@resolver("own_window")
def find_own_window(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Window | None:
    """A time limit of the actor's party."""
    row: Window | None = sitting.session.scalar(
        select(Window).where(
            Window.case_id == case.id, Window.reference == reference, Window.party_id == actor.party_id
        )
    )
    return row if actor.party_id is not None else None


class MoreTimeInput(CourtModel):
    """More time before one's own has ended."""

    window: Annotated[str, RefTo("own_window"), field(T("Which time limit?"), choices="extendable_windows")]
    days: Annotated[int, Field(ge=1, le=60), field(T("Days"))]
    words: Words


@act(
    title=T("Ask for a longer time limit"),
    input=MoreTimeInput,
    by=set(PARTY_ROLES),
    at=LENGTHENED,
    guard=something_to_extend,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party asks for a longer time limit"),
        T(
            "There is nothing you have to do now; your own time limits go on. The judge rules on it, and the ruling is sent to you."
        ),
    ),
    source=law("EV 54", "CPL 68, 285, 286"),
    topic=Topic.CLAIM,
    in_record=False,
    says=what_can_be_longer,
)
def ask_extension(sitting: Sitting, case: Case, given: MoreTimeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask, before it ends, that a limit which the law leaves to the judge be lengthened (EV 54)."""
    me, window = sitting.party_of(case, actor), sitting.resolved("own_window", given.window)
    if window not in extendable_windows(sitting, case, actor):
        raise InvalidInput.at("window", T("The law fixes the length of this time limit."))
    request = ask(sitting, case, RequestKind.TIME, me, given.words, subject=window.reference, days=given.days)
    title = window_title(sitting, case, window)
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.TIME,
        T("%(name)s asks for %(days)s more days: %(title)s", name=me.name, days=given.days, title=title),
        risk=30,
        due_at=window.due_at,
        subject=request.reference,
    )
    return Recorded(
        T("%(name)s asked for %(days)s more days: %(title)s", name=me.name, days=given.days, title=title),
        {"request": request.reference, "window": window.kind},
    )


@guard("EV 54")
def extension_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no such request to rule on."""
    return None if requests_of(sitting, case, RequestKind.TIME) else T("Nobody asks for more time.")


class MoreTimeRuling(CourtModel):
    """The ruling on more time."""

    request: Annotated[str, RefTo("extension"), field(T("Request"), choices="extensions")]
    answer: Answer
    days: Annotated[int | None, Field(ge=1, le=60), field(T("Days, if other than asked"))] = None
    reasons: Reasons


@act(
    title=T("Rule on a longer time limit"),
    input=MoreTimeRuling,
    by={Role.JUDGE},
    at=LENGTHENED,
    guard=extension_waits,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on a longer time limit"),
        T(
            "If your time limit was made longer, this letter names its new last day; if not, the day you had stays. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
        when_due=T(
            "%(limits)s The ruling says what was decided and why, and what can be done by whoever disagrees.",
            limits=LIMITS,
        ),
    ),
    paper=RulingForm(T("Longer time limit"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("EV 54"),
    desk=desks.TIME,
    topic=Topic.CLAIM,
    in_record=False,
)
def rule_on_extension(sitting: Sitting, case: Case, given: MoreTimeRuling, *, actor: Actor, now: datetime) -> Recorded:
    """Lengthen the limit, for the other parties too, or not, with reasons (EV 54). Raises InvalidInput for days that would
    be over: asked for in time, they are counted from the end the limit had.
    """
    request: Request = sitting.resolved("extension", given.request)
    window = sitting.session.scalars(select(Window).where(Window.reference == request.subject)).one()
    title = window_title(sitting, case, window)
    if given.answer == "refuse":
        decide(sitting, case, request, RequestState.REFUSED)
        note_changed(sitting.session, [window])
        return Recorded(T("Not lengthened: %(title)s", title=title), {"reasons": given.reasons})
    days = given.days or int(request.details["days"])
    article = lengthened_by(sitting, case, window) or "EV 54"
    reason = T("ruling of the judge, entry %(number)s", number=sitting.next_number(case))
    if rule_of(sitting, window).extendable is None:  # Who lives abroad gets it for themselves alone.
        extend(sitting, case, window, days, reason, article)
    else:
        lengthen_for_all(sitting, case, window, days, reason, article)
    if window.state is WindowState.OPEN and window.due_at is not None and window.due_at < now:
        raise InvalidInput.at(
            "days",
            T(
                "With %(days)s days more it ends on %(day)s, and that is over. Give as many as are needed from today.",
                days=days,
                day=last_day(window.due_at, sitting.pack(case).tz),
            ),
        )
    decide(sitting, case, request, RequestState.GRANTED)
    return Recorded(
        T("Longer by %(days)s days: %(title)s", days=days, title=title),
        {"days": days, "window": window.kind, "reasons": given.reasons},
    )


def _asked_too_late(sitting: Sitting, case: Case, ended_on: date) -> bool:
    pack = sitting.pack(case)
    ended = datetime.combine(ended_on, time(12), pack.tz)
    return sitting.now > reckon(pack, "late_relief", ended, track=case.track.value).due_at


@choice_source("missed_windows")
def missed_windows(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Limits the actor has missed."""
    return [window_named(sitting, case, w) for w in own_windows(sitting, case, actor, WindowState.LAPSED)]


class LatenessInput(CourtModel):
    """What kept a party from acting in time."""

    window: Annotated[str, RefTo("own_window"), field(T("Which time limit?"), choices="missed_windows")]
    ended_on: Annotated[CourtDate, field(T("When did the obstacle end?"))]
    words: Annotated[str, CourtText(5, 4000), field(T("What kept you, and since when?"), widget="textarea")]


@act(
    title=T("Ask for relief because you were kept from acting"),
    input=LatenessInput,
    by=set(PARTY_ROLES),
    at=LATER - {Stage.APPEALED},
    guard=something_missed,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party who missed a time limit asks for it again"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPL 86"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.CLAIM,
    in_record=False,
    help=T("Within [time late_relief] after what kept you has ended. The court decides."),
)
def ask_relief_for_lateness(
    sitting: Sitting, case: Case, given: LatenessInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask for time again after force majeure or another good cause, within ten days after it ended (CPL 86). Raises
    OutOfTime.
    """
    me, window = sitting.party_of(case, actor), sitting.resolved("own_window", given.window)
    if window.state is not WindowState.LAPSED:
        raise InvalidInput.at("window", T("This time limit has not been missed."))
    if given.ended_on > now.astimezone(sitting.pack(case).tz).date():
        raise InvalidInput.at("ended_on", T("This day is still to come. Write when the obstacle ended."))
    if _asked_too_late(sitting, case, given.ended_on):
        raise OutOfTime(
            T("Relief must be asked for within [time late_relief] after the obstacle ended."),
            source=sitting.pack(case).cited("CPL 86"),
        )
    request = ask(
        sitting,
        case,
        RequestKind.LATENESS,
        me,
        given.words,
        subject=window.reference,
        ended_on=given.ended_on.isoformat(),
    )
    sitting.close_windows(case, LATE_RELIEF, WindowState.MET, party=me, subject=window.reference)
    title = window_title(sitting, case, window)
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.LATENESS,
        T("%(name)s asks for relief for lateness: %(title)s", name=me.name, title=title),
        risk=50,
        subject=request.reference,
    )
    return Recorded(
        T("%(name)s asked for relief for lateness: %(title)s", name=me.name, title=title),
        {"request": request.reference, "window": window.kind},
    )


@guard("CPL 86")
def lateness_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no such request to rule on."""
    return None if requests_of(sitting, case, RequestKind.LATENESS) else T("Nobody asks for relief for lateness.")


class LatenessRuling(CourtModel):
    """The ruling on relief for lateness."""

    request: Annotated[str, RefTo("lateness"), field(T("Request"), choices="latenesses")]
    answer: Answer
    days: Annotated[int, Field(ge=1, le=30), field(T("Days from today"))] = 10
    reasons: Reasons


@act(
    title=T("Rule on relief for lateness"),
    input=LatenessRuling,
    by={Role.JUDGE},
    at=LATER,
    to={Stage.PRONOUNCED, Stage.PAYMENT_ORDER},
    guard=lateness_waits,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on a missed time limit"),
        T(
            "You have nothing to do now. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
        when_due=T(
            "%(limits)s The ruling says what was decided and why, and what can be done by whoever disagrees.",
            limits=LIMITS,
        ),
    ),
    paper=RulingForm(T("Relief for lateness"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("CPL 86"),
    desk=desks.LATENESS,
    topic=Topic.CLAIM,
    in_record=False,
)
def rule_on_lateness(sitting: Sitting, case: Case, given: LatenessRuling, *, actor: Actor, now: datetime) -> Recorded:
    """Give the missed time again from today, or not, with reasons (CPL 86)."""
    request: Request = sitting.resolved("lateness", given.request)
    window = sitting.session.scalars(select(Window).where(Window.reference == request.subject)).one()
    title = window_title(sitting, case, window)
    if given.answer == "refuse":
        decide(sitting, case, request, RequestState.REFUSED)
        return Recorded(T("No relief for lateness: %(title)s", title=title), {"reasons": given.reasons})
    reopen(
        sitting,
        case,
        window,
        now,
        given.days,
        T("relief for lateness, entry %(number)s", number=sitting.next_number(case)),
        "CPL 86",
    )
    decide(sitting, case, request, RequestState.GRANTED)
    if window.party_id is not None:
        sitting.announce(TimeGivenBack(case, case.party(window.party_id), window.kind, window.subject))
    return Recorded(
        T("Relief for lateness: %(title)s runs until %(day)s", title=title, day=window.due_at),
        {"days": given.days, "window": window.kind, "reasons": given.reasons},
    )
