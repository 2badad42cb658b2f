"""What is open to whom, and why the rest is not: one answer for pages, API and ``perform``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.docket.queries import entries_of
from odr.ground.errors import ActNotOpen, Cited, CourtError, Forbidden, OutOfTime, StepUpNeeded
from odr.ground.text import T, Text
from odr.identity.actors import Actor, SignIn
from odr.procedure.acts.table import Act
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.models import Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.rules.pack import RulePack
    from odr.procedure.sitting import Sitting

STRONG_FOR = timedelta(minutes=15)
ANEW_AFTER = timedelta(hours=12)
"""Mediation, exchange and hearing verify again who takes part (OLR 7(3)); how long one proof lasts is a court rule."""

KNOWN_STEPS = "COURT known-steps"

GOES_ON = {
    Stage.PRESERVING: T("The judge rules on the application first."),
    Stage.MEDIATING: T("The mediation comes first; a claim is lodged on its own."),
    Stage.CONFIRMING: T("The judge rules on the application first."),
    Stage.PAYMENT_ORDER: T("The application for a payment order comes first; a claim is lodged on its own."),
    Stage.LODGED: T("The registry reviews the claim first."),
    Stage.RETURNED: T("The claimant corrects the claim and sends it again first."),
    Stage.PENDING: T("Once everybody is served and had time to answer, the judge opens the examination."),
    Stage.HEARING: T("The judge closes the hearing first."),
    Stage.DELIBERATION: T("The judge decides first."),
    Stage.PRONOUNCED: T("The decision takes effect first: once everybody is served and nobody has appealed in time."),
    Stage.APPEALED: T("The higher court decides first, and the clerk records what it decided."),
    Stage.EFFECTIVE: T("Who is owed something applies for enforcement first."),
}
"""What brings a case on from each stage, and by whom."""


@dataclass(frozen=True)
class Availability:
    """Whether an act is open to an actor now; if not, the breach that says why."""

    act: Act
    breach: CourtError | None
    window: Window | None

    @property
    def is_open(self) -> bool:
        return self.breach is None

    @property
    def reason(self) -> Text | None:
        """Why not, in words."""
        return self.breach.message if self.breach else None

    @property
    def rule(self) -> Text | None:
        """On which articles that rests, in words a reader can look up."""
        return self.breach.source.words if self.breach and self.breach.source else None


def window_for(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Window | None:
    """The window an act falls into: an open one of the actor's, else the last."""
    whose = actor.party_id if actor.role in PARTY_ROLES else None
    found = [one for one in sitting.windows(case, act.window, state=None) if one.party_id == whose]
    return next((one for one in reversed(found) if one.state is WindowState.OPEN), found[-1] if found else None)


def in_time_by_arrival(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Window | None:
    """The time limit an act is in time for only because its first byte reached the court before its end."""
    if act.window is None or not act.meets or actor.role is Role.CLOCK or sitting.arrived_at >= sitting.now:
        return None
    window = window_for(sitting, act, case, actor)
    if window is None or window.due_at is None or window.state not in (WindowState.OPEN, WindowState.LAPSED):
        return None
    return window if sitting.arrived_at <= window.due_at < sitting.now else None


def refuse_role(act: Act, actor: Actor) -> None:
    """Raise Forbidden for an act of another role, before anything of the input is looked at."""
    if actor.role not in act.by:
        raise Forbidden(T("Your role in this case does not do this."), done_by(act))


def done_by(act: Act) -> Text | None:
    """Who does an act; None where no person does."""
    roles: list[Text] = [role.label for role in Role if role in act.by and role is not Role.CLOCK]
    if not roles:
        return None
    who = roles[-1]
    for role in reversed(roles[:-1]):
        who = T("%(one)s, %(others)s", one=role, others=who)
    return T("It is done by: %(who)s.", who=who)


def goes_on_by(act: Act, stage: Stage) -> Text:
    """Who brings a case on from a stage towards where an act is open, or that it is past that point."""
    order = list(Stage)
    if stage not in GOES_ON or all(order.index(at) < order.index(stage) for at in act.at):
        return T("The case is past that point.")
    return GOES_ON[stage]


def law_of(pack: RulePack, act: Act) -> Cited | None:
    """The articles of an act in a country's law; where it rests on none of them, that the rules know no such step."""
    return pack.cited(*act.source) or pack.cited(KNOWN_STEPS)


def stage_of_part(sitting: Sitting, act: Act, case: Case) -> Stage | None:
    """Where a part of the case stands that is in effect while the rest is not, for an act that is open there (CPL 156)."""
    tell = sitting.court.hooks.part_stage
    stage = tell(sitting, case) if act.of_part and tell is not None else None
    return stage if stage in act.at else None


def is_at(sitting: Sitting, act: Act, case: Case) -> bool:
    """Whether the case, or a part of it that is in effect, stands where an act is open."""
    return case.stage in act.at or stage_of_part(sitting, act, case) is not None


def goes_on_for_part(sitting: Sitting, case: Case) -> tuple[frozenset[str], frozenset[str]]:
    """Kinds of time limits and of tasks that do not end with the case, because a part of it is in effect and still owed."""
    tell = sitting.court.hooks.part_stage
    if tell is None or tell(sitting, case) is None:
        return frozenset(), frozenset()
    acts = [act for act in sitting.court.table if act.of_part]
    names = {act.name for act in acts}
    kinds = frozenset(limit.kind for limit in TIME_LIMITS if not names.isdisjoint(limit.met_by))
    return kinds, frozenset(desk.kind for act in acts for desk in act.desk)


def is_halted(sitting: Sitting, act: Act, case: Case) -> bool:
    """Whether a stay keeps an act from being done. What is in effect already is performed and enforced all the same: the
    stay is of what is still heard (CPL 153, 156).
    """
    return case.stayed_at is not None and not act.while_stayed and stage_of_part(sitting, act, case) is None


def is_known(sitting: Sitting, act: Act, case: Case) -> bool:
    """Whether the rules of the case know an act; most they need not name."""
    return act.rule is None or act.rule in sitting.pack(case).windows.rules


def refusal(sitting: Sitting, act: Act, case: Case, actor: Actor) -> CourtError | None:
    """The first rule that stands in the way of an act, or None."""
    pack = sitting.pack(case)
    if actor.role not in act.by:
        return Forbidden(T("Your role in this case does not do this."), done_by(act), law_of(pack, act))
    if not is_known(sitting, act, case):
        return ActNotOpen(T("The rules of this court know no such step."), source=pack.cited(KNOWN_STEPS))
    if not is_at(sitting, act, case):
        return ActNotOpen(
            T("Not at this point of the case: it is at “%(stage)s”.", stage=case.stage.label),
            goes_on_by(act, case.stage),
            law_of(pack, act),
        )
    if is_halted(sitting, act, case) and actor.role is not Role.CLOCK:
        return ActNotOpen(
            T("The case is stayed and its time limits are halted."),
            T("The judge lets it go on once the reason for the stay has ended; each party may ask for it."),
            pack.cited("CPL 153", "CPI 55"),
        )
    return (
        _window_refusal(sitting, act, case, actor)
        or _person_refusal(sitting, act, case, actor)
        or _guard_refusal(sitting, act, case, actor)
    )


def _window_refusal(sitting: Sitting, act: Act, case: Case, actor: Actor) -> CourtError | None:
    if act.window is None:
        return None
    window = window_for(sitting, act, case, actor)
    if window is None:
        return ActNotOpen(T("The time for this has not started for you."), source=law_of(sitting.pack(case), act))
    if window.state is WindowState.OPEN and (window.due_at is None or window.due_at >= sitting.arrived_at):
        return None
    law = sitting.pack(case).cited(window.working.get("article", ""))
    if window.state is WindowState.HALTED and case.stayed_at is not None and not is_halted(sitting, act, case):
        return None
    if window.state is WindowState.HALTED:
        return ActNotOpen(T("Your time for this is halted for the moment."), source=law)
    if window.state is WindowState.MET:
        return ActNotOpen(T("You have already done this."), source=law)
    if act.late and _was_done_late(sitting, act, case, window):
        return ActNotOpen(T("You have already done this."), source=law)
    if act.late:
        return None
    if window.state is WindowState.ENDED:
        return ActNotOpen(T("This is no longer needed."), source=law)
    ended = (
        T("Your time for this ended on %(day)s.", day=window.due_at)
        if window.due_at
        else T("Your time for this has ended.")
    )
    return OutOfTime(
        ended,
        T(
            "If something beyond your control kept you, you may ask for relief within [time late_relief] after it ended [CPL 86]."
        ),
        law,
    )


def _was_done_late(sitting: Sitting, act: Act, case: Case, window: Window) -> bool:
    """Whether a duty was done after its time was over: as one in time, it is done once, and what is said stands. What several
    may come of, such as an application for enforcement, its guards bound.
    """
    limit = TIME_LIMITS.get(window.kind)
    if window.state is not WindowState.LAPSED or limit is None or limit.nature is not Nature.DUTY:
        return False
    done = entries_of(sitting.session, case, act.name)
    return any(one.party_id == window.party_id and one.number > (window.opened_by or 0) for one in done)


def _person_refusal(sitting: Sitting, act: Act, case: Case, actor: Actor) -> CourtError | None:
    if act.special and not actor.has_special_powers:
        return Forbidden(
            T("This needs special powers, and your mandate is an ordinary one [CPL 62]."),
            T("Whom you act for can do it, or give you special powers for it."),
            sitting.pack(case).cited("CPL 62"),
        )
    if act.strong and not sitting.reading and actor.role is not Role.CLOCK:
        at = actor.strong_at
        if at is None or sitting.court.clock.machine_now() - at > STRONG_FOR:
            return StepUpNeeded(T("Confirm that it is you before you do this."))
    if act.verified_anew and not sitting.reading and actor.role in PARTY_ROLES and actor.sign_in is not SignIn.TOKEN:
        at = actor.strong_at
        if at is None or sitting.court.clock.machine_now() - at > ANEW_AFTER:
            return StepUpNeeded(
                T("You proved who you are too long ago. Confirm that it is you, and go on."),
                source=sitting.pack(case).cited("OLR 7", "OMR 17"),
            )
    return None


def _guard_refusal(sitting: Sitting, act: Act, case: Case, actor: Actor) -> CourtError | None:
    for bar in sitting.court.hooks.bars:
        barred = bar(sitting, act, case, actor)
        if barred is not None:
            return ActNotOpen(barred, source=sitting.pack(case).cited(*bar.source))
    for guard in act.guards:
        reason = guard(sitting, case, actor)
        if reason is not None:
            return ActNotOpen(reason, source=sitting.pack(case).cited(*guard.source))
    return None


@contextmanager
def citing(law: Cited | None) -> Iterator[None]:
    """What an act refuses while it is prepared or done rests on the articles of the act, where it names none itself."""
    try:
        yield
    except (ActNotOpen, Forbidden) as refused:
        refused.source = refused.source or law
        raise


def acts_for(sitting: Sitting, case: Case, actor: Actor) -> list[Availability]:
    """Every listed act of the actor's role, open or not, in table order."""
    found = []
    for act in sitting.court.table.listed_for(actor.role):
        if not is_known(sitting, act, case):
            continue
        breach = refusal(sitting, act, case, actor)
        window = window_for(sitting, act, case, actor) if act.window else None
        found.append(Availability(act, breach, window))
    return found
