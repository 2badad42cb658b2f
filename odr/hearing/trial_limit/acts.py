"""The trial limit of a case extended by the president (CPL 152, 164, 168; EXT 1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import model_validator
from sqlalchemy import select

from odr.docket.models import Audience, Case, Role, Seat, Stage
from odr.filing.registry.seats import choose
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.examination.plan import clock_of, extensions_granted
from odr.hearing.inputs import ANSWERS, OrderInput, Reasons
from odr.hearing.models import TrialExtension
from odr.hearing.queries import row_named
from odr.hearing.trial_limit.excluded_time import ordered_span
from odr.hearing.vocabulary import RequestState
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtDate, CourtModel, RefTo, field
from odr.procedure.papers.rulings import ASKED, STANDS
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

TRIED = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}


def seat_president(sitting: Sitting, case: Case) -> None:
    """The president takes a place in the case, so that they can read what they decide on."""
    seated = select(Seat.id).where(Seat.case_id == case.id, Seat.role == Role.PRESIDENT, Seat.until_at.is_(None))
    if sitting.session.scalar(seated.limit(1)) is not None:
        return
    account = choose(sitting, case, Role.PRESIDENT)
    if account is not None:
        sitting.session.add(Seat(case_id=case.id, account_id=account.id, role=Role.PRESIDENT, from_at=sitting.now))
        sitting.session.flush()


def waiting(sitting: Sitting, case: Case) -> TrialExtension | None:
    """The request that waits for the president."""
    return sitting.session.scalar(
        built_once(
            lambda: (
                select(TrialExtension)
                .where(TrialExtension.case_id == case.id, TrialExtension.state == RequestState.ASKED)
                .limit(1)
            )
        )
    )


@guard("CPL 152, 164, 168", "EXT 1")
def limit_can_be_extended(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no extension can be asked for: no limit runs, the court has none left to give, one is asked already,
    or it is too late.
    """
    clock = clock_of(sitting, case)
    if clock is None:
        return T("No trial limit runs in this case.")
    if waiting(sitting, case) is not None:
        return T("An extension is asked for already; the president decides.")
    rule = sitting.pack(case).trial_limits.tracks[case.track.value]
    if extensions_granted(sitting, case) >= len(rule.extensions):
        return T("This court can extend the trial limit no further; a further extension is for the higher court.")
    if sitting.now.astimezone(sitting.pack(case).tz).date() > clock.ask_by:
        return T(
            "An extension had to be asked for by %(day)s, [time limit_extension_request] before the end.",
            day=clock.ask_by,
        )
    return None


@act(
    title=T("Ask the president to extend the trial limit"),
    input=OrderInput,
    by={Role.JUDGE},
    at=TRIED,
    guard=limit_can_be_extended,
    while_stayed=True,
    source=law("CPL 152, 164, 168", "EXT 1"),
    seen_by=Audience.HEARING,
    desk=desks.TRIAL_LIMIT,
    topic=Topic.HEARING,
    in_record=False,
)
def ask_limit_extension(sitting: Sitting, case: Case, given: OrderInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask in good time, with the circumstances and reasons; the parties see that it was asked and why (EXT 1, 7)."""
    clock = clock_of(sitting, case)
    if clock is None:
        raise ActNotOpen(T("No trial limit runs in this case."))
    request = TrialExtension(
        case_id=case.id, reasons=given.reasons, state=RequestState.ASKED, entry_number=sitting.next_number(case)
    )
    sitting.session.add(request)
    sitting.session.flush()
    seat_president(sitting, case)
    title = T("The judge asks for a longer trial limit. Decide by %(day)s [EXT 1].", day=clock.decide_by)
    sitting.open_task(
        case, Role.PRESIDENT, desks.TRIAL_EXTENSION, title, risk=70, due_at=clock.ends.due_at, subject=request.reference
    )
    sitting.close_tasks(case, desks.TRIAL_LIMIT)
    words = T("Extension of the trial limit asked for; it ends on %(day)s", day=clock.ends.result)
    return Recorded(
        words,
        {
            "extension": request.reference,
            "ends": clock.ends.result.isoformat(),
            "decide_by": clock.decide_by.isoformat(),
        },
    )


@guard("CPL 152, 164, 168", "EXT 1")
def extension_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no extension to decide on."""
    return None if waiting(sitting, case) is not None else T("Nobody asks for a longer trial limit.")


@resolver("trial_extension")
def find_trial_extension(sitting: Sitting, case: Case, actor: Actor, reference: str) -> TrialExtension | None:
    """A longer trial limit asked for."""
    return row_named(sitting, case, TrialExtension, reference)


@choice_source("trial_extensions")
def trial_extensions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """A longer trial limit that waits for the president."""
    found = waiting(sitting, case)
    return [Option(found.reference, found.reasons)] if found is not None else []


class ExtensionRulingInput(CourtModel):
    """The president's word on a longer trial limit (EXT 1)."""

    extension: Annotated[str, RefTo("trial_extension"), field(T("Request"), choices="trial_extensions")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]
    reasons: Reasons


@act(
    title=T("Decide on a longer trial limit"),
    input=ExtensionRulingInput,
    by={Role.PRESIDENT},
    at=TRIED,
    guard=extension_waits,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on a longer time for the court to decide"),
        T(
            "There is nothing you have to do. The decision says whether the court has more time to decide your case, and why."
        ),
    ),
    while_stayed=True,
    paper=RulingForm(T("Longer trial limit"), STANDS, words=ASKED, is_decision=True),
    source=law("CPL 152, 164, 168", "EXT 1, 7"),
    seen_by=Audience.HEARING,
    desk=desks.TRIAL_EXTENSION,
    topic=Topic.HEARING,
    in_record=False,
)
def rule_on_limit_extension(
    sitting: Sitting, case: Case, given: ExtensionRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Extend the limit by what the law allows for the track, or not, with reasons; every party is told (EXT 7).

    Nothing is extended once the limit has ended; after the fifth day before it the decision is marked late.
    """
    request: TrialExtension = sitting.resolved("trial_extension", given.extension)
    clock = clock_of(sitting, case)
    if request.state is not RequestState.ASKED or clock is None:
        raise ActNotOpen(T("This is decided already."))
    sitting.late = now.astimezone(sitting.pack(case).tz).date() > clock.decide_by
    request.why, request.decided_by = given.reasons, sitting.next_number(case)
    sitting.close_tasks(case, desks.TRIAL_EXTENSION, request.reference)
    if given.answer == "refuse":
        request.state = RequestState.REFUSED
        return Recorded(
            T("The trial limit stays at %(day)s", day=clock.ends.result),
            {"extension": request.reference, "reasons": given.reasons},
        )
    if now > clock.ends.due_at:
        raise ActNotOpen(
            T("The trial limit has ended; it cannot be extended any more."), source=sitting.pack(case).cited("EXT 1")
        )
    request.state = RequestState.GRANTED
    sitting.session.flush()
    longer = clock_of(sitting, case)
    end = longer.ends.result if longer is not None else clock.ends.result
    return Recorded(
        T("The trial limit is extended to %(day)s", day=end),
        {"extension": request.reference, "reasons": given.reasons, "ends": end.isoformat()},
    )


@guard("CPI 243")
def limit_runs(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no time can be excluded: no limit runs."""
    return None if clock_of(sitting, case) is not None else T("No trial limit runs in this case.")


class ExcludeInput(CourtModel):
    """Days that do not count towards the trial limit (CPI 243)."""

    ground: Annotated[
        Literal["appraisal", "settlement"],
        field(
            T("Ground"), options={"appraisal": T("Appraisal"), "settlement": T("The parties asked for time to settle")}
        ),
    ]
    from_on: Annotated[CourtDate, field(T("First day"))]
    until_on: Annotated[CourtDate, field(T("Last day"))]
    reasons: Reasons

    @model_validator(mode="after")
    def _in_order(self) -> ExcludeInput:
        if self.until_on < self.from_on:
            raise InvalidInput([FieldFault(("until_on",), T("The last day is not before the first."))])
        return self


@act(
    title=T("Exclude time from the trial limit"),
    input=ExcludeInput,
    by={Role.JUDGE},
    at=TRIED,
    guard=limit_runs,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Some time does not count for the court’s own limit"),
        T("The docket says which days do not count, and why. There is nothing you have to do."),
    ),
    while_stayed=True,
    source=law("CPI 243"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
)
def exclude_time(sitting: Sitting, case: Case, given: ExcludeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put on record from when to when an appraisal was made or the parties asked for time to settle: it does not count
    towards the limit (CPI 243).

    Stays, objections to jurisdiction and announcements need no order: the docket shows them.
    """
    pack = sitting.pack(case)
    before = clock_of(sitting, case)
    if before is None or given.ground not in pack.trial_limits.exclusions:
        raise InvalidInput.at("ground", T("The rules of this court do not exclude such time."))
    if case.accepted_at is not None and given.from_on < case.accepted_at.astimezone(pack.tz).date():
        raise InvalidInput.at("from_on", T("The limit runs only from acceptance."))
    if given.from_on > before.ends.result:
        raise InvalidInput.at("from_on", T("The trial limit has ended by then."))
    span = ordered_span(given.ground, given.from_on, given.until_on, pack.tz)
    after = clock_of(sitting, case, more=[span])
    ends = after.ends.result if after is not None else before.ends.result
    words = T(
        "%(ground)s, %(first)s to %(last)s, does not count: the trial limit ends on %(day)s",
        ground=pack.trial_limits.exclusions[given.ground].title,
        first=given.from_on,
        last=given.until_on,
        day=ends,
    )
    return Recorded(words, {"ground": given.ground, "ends": ends.isoformat(), "reasons": given.reasons})
