"""Objections to the court and to those who sit in it (CPL 37, 47–50, 130)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from sqlalchemy import select

from odr.docket.models import COURT_ROLES, DECIDING_ROLES, PARTY_ROLES, Case, Outcome, Party, Role, Seat, Stage
from odr.docket.queries import seat as seat_of
from odr.filing import desks, names
from odr.filing.claim.acknowledgement import ACKNOWLEDGEMENT, OBJECTION_WINDOW, may_object
from odr.filing.claim.progress import (
    ask,
    debate_is_open,
    decide,
    hearing_has_begun,
    is_heard_again,
    requests_of,
    standing_claim,
)
from odr.filing.course.ending_rulings import APPEAL_JURISDICTION, wait_for_appeals
from odr.filing.course.time_limit_changes import go_on, halt
from odr.filing.inputs import Reasons, Words
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.registry.drawing import Draw
from odr.filing.registry.seats import choose, draw_seat, nobody_could
from odr.ground.errors import ActNotOpen, InvalidInput, OutOfTime
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import ObjectionFailed, PresidentAsked
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Act, Everyone, Milestone, Recorded, RulingForm, Topic, act, bar, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.rulings import appeal_within, is_appealable
from odr.procedure.rules.base import Influence, Moment, law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

TRIAL = {Stage.PENDING, Stage.HEARING}

WHILE_SEATED = TRIAL | {Stage.DELIBERATION}

OBJECTION, CHALLENGE = RequestKind.JURISDICTION, RequestKind.RECUSAL

CHALLENGE_WINDOW, REVIEW_WINDOW = "recusal_decision", "recusal_review"

CHALLENGEABLE = (Role.JUDGE, Role.PANEL_JUDGE, Role.ASSESSOR, Role.ASSISTANT, Role.CLERK, Role.EXPERT, Role.INTERPRETER)

BENCH_CHANGED = Letter(
    PaperKind.NOTICE,
    T("Who sits in your case has changed"),
    T(
        "If you know a reason why somebody who now takes part for the court may not be impartial, you may challenge them; otherwise there is nothing you have to do."
    ),
)
"""What the parties are told where somebody else sits than before (CPL 131)."""

DECIDERS = {
    "president": Role.PRESIDENT,
    "committee": Role.PRESIDENT,
    "presiding_judge": Role.JUDGE,
    "judge": Role.JUDGE,
}


@guard("COURT once")
def no_objection_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no objection can be raised now: an own one waits for its ruling."""
    mine = [one for one in requests_of(sitting, case, OBJECTION) if one.party_id == actor.party_id]
    return T("You have already objected.") if mine else None


TO_ANOTHER_COURT = ("place", "exclusive")
"""Grounds by which the case goes to another court; by the others the action is dismissed."""

OBJECTIONS = {
    "place": T("Another court is the right one"),
    "exclusive": T("The law gives the case to a court of another level, or to one court alone"),
    "arbitration": T("There is an agreement to arbitrate"),
    "elsewhere": T("The same dispute is before another court, or was decided"),
}


class ObjectInput(CourtModel):
    """Why this court is not the one."""

    ground: Annotated[
        Literal["place", "exclusive", "arbitration", "elsewhere"], field(T("What do you object?"), options=OBJECTIONS)
    ]
    court: Annotated[str | None, CourtText(0, 200), field(T("Which court is the right one?"))] = None
    words: Words


@act(
    title=T("Object that this court does not hear the case"),
    input=ObjectInput,
    by={Role.RESPONDENT},
    at=WHILE_SEATED,
    guard=(no_objection_waits, may_object),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Objection to this court’s jurisdiction"),
        T(
            "There is nothing you have to do now; some time limits may stand still meanwhile. The judge rules on it, and the ruling is sent to you."
        ),
    ),
    source=law("CPL 130", "EV 55", "CPI 216, 247"),
    topic=Topic.CLAIM,
    in_record=False,
    may_cost="jurisdiction_objection",
    help=T(
        "That another court is the right one, only while your own time to answer runs and before you answer; that there is an agreement to arbitrate, until the first hearing; the rest at any time. The time for evidence stands still meanwhile."
    ),
)
def object_to_jurisdiction(
    sitting: Sitting, case: Case, given: ObjectInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Object to the court; what the pack says stands still meanwhile does so (CPL 130, EV 55).

    To its place within one's own time to answer, also who joined late (CPL 130); for an
    agreement to arbitrate until the first hearing (CPI 216); that the law gives the case to another level
    or to one court alone, or that the same dispute is before a court or decided, at any time (CPL 130(2); CPI 247).
    """
    me = sitting.party_of(case, actor)
    _check_ground(sitting, case, me, given.ground)
    request = ask(sitting, case, OBJECTION, me, given.words, ground=given.ground, right_court=given.court or "")
    sitting.close_windows(case, OBJECTION_WINDOW, WindowState.MET, party=me)
    halted = halt([w for kind in _halted_kinds(sitting, case) for w in sitting.windows(case, kind)], now)
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.JURISDICTION,
        T("%(name)s objects to the jurisdiction of this court. Rule on it.", name=me.name),
        risk=65,
        subject=request.reference,
    )
    return Recorded(
        T("%(name)s objected to the jurisdiction of this court", name=me.name),
        {"request": request.reference, "ground": given.ground, "halted": halted},
    )


def _check_ground(sitting: Sitting, case: Case, me: Party, ground: str) -> None:
    """Raises ActNotOpen where the ground comes too late, or was ruled on for this party already."""
    pack = sitting.pack(case)
    earlier = requests_of(sitting, case, OBJECTION, None)
    if any(one.party_id == me.id and one.details["ground"] == ground for one in earlier):
        raise ActNotOpen(T("You have already objected."), source=pack.cited("COURT once"))
    if ground in ("place", "arbitration") and is_heard_again(sitting, case):
        raise ActNotOpen(
            T("This case is heard again. Whether this court hears it was settled in the first round."),
            source=pack.cited("CPI 39"),
        )
    if ground == "arbitration" and hearing_has_begun(sitting, case):
        raise OutOfTime(
            T("An agreement to arbitrate is raised before the first hearing, and that has been held."),
            source=pack.cited("CPI 216"),
        )
    # Where service is acknowledged first, the guard has looked at the time for it.
    if ground != "place" or ACKNOWLEDGEMENT in pack.windows.rules:
        return
    if standing_claim(sitting, case, me.id) is not None:
        raise ActNotOpen(
            T("You have brought a counterclaim without objecting: you accept this court."), source=pack.cited("CPL 130")
        )
    mine = sitting.windows(case, "answer", party=me, state=None)
    if any(window.state in (WindowState.OPEN, WindowState.HALTED) for window in mine):
        return
    if mine and mine[-1].state is WindowState.MET:
        raise ActNotOpen(
            T("You have answered the claim without objecting: you accept this court."), source=pack.cited("CPL 130")
        )
    if mine:
        raise OutOfTime(
            T("Your time to answer has ended, and with it the time to object to this court."),
            source=pack.cited("CPL 130"),
        )


def _halted_kinds(sitting: Sitting, case: Case) -> list[str]:
    effects = sitting.pack(case).window("jurisdiction_objection").effects
    return [one.window for one in effects if one.when is Moment.MET and one.does is Influence.HALTS]


@guard("CPL 130")
def objection_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no objection to rule on."""
    return None if requests_of(sitting, case, OBJECTION) else T("Nobody objects to the jurisdiction of this court.")


class ObjectionRuling(CourtModel):
    """The ruling on an objection to jurisdiction."""

    request: Annotated[str, RefTo("jurisdiction_objection"), field(T("Objection"), choices="jurisdiction_objections")]
    answer: Annotated[
        Literal["allow", "refuse"],
        field(
            T("Result of the ruling"),
            options={
                "allow": T("The objection is right: this court does not hear the case"),
                "refuse": T("The objection is not right: the case goes on here"),
            },
        ),
    ]
    court: Annotated[
        str | None,
        CourtText(0, 200),
        field(T("Court that hears it"), T("Needed where the case goes to another court.")),
    ] = None
    reasons: Reasons


@act(
    title=T("Rule on an objection to jurisdiction"),
    input=ObjectionRuling,
    by={Role.JUDGE},
    at=WHILE_SEATED,
    to={Stage.CLOSED},
    guard=objection_waits,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on the objection to jurisdiction"),
        T(
            "If you disagree and the ruling gives an appeal, appeal within the time the ruling names; it is counted from the day after the ruling is served on you. If nobody appeals, the ruling takes effect; where there is no appeal, it has effect at once."
        ),
    ),
    paper=RulingForm(T("Objection to jurisdiction"), appeal_within(APPEAL_JURISDICTION)),
    source=law("CPL 130, 157, 171", "CPI 276"),
    desk=desks.JURISDICTION,
    topic=Topic.CLAIM,
    in_record=False,
)
def rule_on_jurisdiction(
    sitting: Sitting, case: Case, given: ObjectionRuling, *, actor: Actor, now: datetime
) -> Recorded:
    """Send the case away, dismiss it, or keep it (CPL 130; CPI 216, 247).

    Each party may appeal within ten days of receiving the ruling; a transfer or
    dismissal takes effect, and the time for evidence goes on (EV 55), only after
    that. Where the track lets nobody appeal (small claims, CPI 276), at once.
    """
    request: Request = sitting.resolved("jurisdiction_objection", given.request)
    ground = request.details["ground"]
    if given.answer == "allow" and ground in TO_ANOTHER_COURT and not given.court:
        raise InvalidInput.at("court", T("Name the court to which the case goes."))
    who = case.party(request.party_id)
    result = {"ground": ground, "reasons": given.reasons, "court": given.court}
    if given.answer == "allow":
        decide(sitting, case, request, RequestState.GRANTED)
        outcome = Outcome.TRANSFERRED if ground in TO_ANOTHER_COURT else Outcome.DISMISSED
        wait_for_appeals(sitting, case, APPEAL_JURISDICTION, outcome, to=given.court, ground=ground)
        words = (
            T("The objection is right: the case goes to %(court)s", court=given.court or "")
            if ground in TO_ANOTHER_COURT
            else T("The objection is right: the action is dismissed")
        )
        return Recorded(words, result)
    decide(sitting, case, request, RequestState.REFUSED)
    sitting.announce(ObjectionFailed(case, who))
    if not is_appealable(sitting, case, APPEAL_JURISDICTION):
        evidence_goes_on(sitting, case, now)
    return Recorded(T("The objection to jurisdiction is not right: the case goes on here"), result)


def evidence_goes_on(sitting: Sitting, case: Case, now: datetime) -> None:
    """An objection is decided for good: what stood still for it runs again (EV 55), unless another party's still waits for
    its ruling, for its time of appeal to end, or for the higher court.
    """
    waits = requests_of(sitting, case, OBJECTION) or requests_of(sitting, case, RequestKind.APPEAL)
    if waits or sitting.windows(case, APPEAL_JURISDICTION):
        return
    for kind in _halted_kinds(sitting, case):
        go_on(
            sitting,
            case,
            sitting.windows(case, kind, state=WindowState.HALTED),
            now,
            T("objection to jurisdiction"),
            "EV 55",
        )


def decider_of(sitting: Sitting, case: Case, role: Role) -> Role:
    """Who decides on a challenge of somebody in that role, by the pack (CPL 49)."""
    matter = Role.JUDGE if role in DECIDING_ROLES else role
    return DECIDERS[sitting.pack(case).decider(f"recusal_{matter.value}")]


def seat_decider(sitting: Sitting, case: Case, role: Role) -> None:
    """A decider who has no seat in the case takes one, so that they can see it."""
    if role is Role.PRESIDENT and seat_of(sitting.session, case, role) is None:
        account = choose(sitting, case, role)
        if account is not None:
            sitting.session.add(Seat(case_id=case.id, account_id=account.id, role=role, from_at=sitting.now))
            sitting.session.flush()


def seat_president(sitting: Sitting, event: PresidentAsked) -> None:
    """Whatever is put on the president's desk, a president takes a seat in the case: without one they could neither see it
    nor decide.
    """
    seat_decider(sitting, event.case, Role.PRESIDENT)


@choice_source("seats")
def seats(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who sits in the case and may be replaced."""
    rows = sitting.session.execute(
        select(Seat, Account.name)
        .join(Account, Account.id == Seat.account_id)
        .where(Seat.case_id == case.id, Seat.until_at.is_(None))
        .order_by(Seat.id)
    )
    return [
        Option(str(seat.id), T("%(name)s, %(role)s", name=name, role=seat.role.label))
        for seat, name in rows
        if seat.role in CHALLENGEABLE
    ]


@resolver("seat")
def find_seat(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Seat | None:
    """A seat held now in the case."""
    if not reference.isdecimal():
        return None
    return sitting.session.scalar(
        select(Seat).where(Seat.case_id == case.id, Seat.id == int(reference), Seat.until_at.is_(None))
    )


class ChallengeInput(CourtModel):
    """Whom a party challenges, and why."""

    seat: Annotated[str, RefTo("seat"), field(T("Who should step aside?"), choices="seats")]
    words: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("Why?"),
            T("A tie to the case or to a party, a meal, a gift, a promise: say what you know and how."),
            widget="textarea",
        ),
    ]
    learned: Annotated[
        str | None,
        CourtText(0, 1000),
        field(
            T("When and how did you learn of it?"),
            T("Needed once the hearing has begun, and where you have challenged the same person before."),
            widget="textarea",
        ),
    ] = None


@guard("CPL 48")
def before_the_debate_ended(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody is challenged any more: the debate has ended."""
    return (
        None
        if debate_is_open(sitting, case)
        else T("The debate has ended. A reason you learn of now can be raised in an appeal, or for a retrial.")
    )


@bar("CPL 48")
def challenged_pauses(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why somebody of the court does nothing in the case: they are challenged, and it is not decided. What is urgent
    goes on; while a refusal is looked at again, and on a repeated challenge, so does everything (CPL 48, 50).
    """
    if actor.role not in CHALLENGEABLE or Milestone.URGENT_MEASURE in act.means:
        return None
    waiting = requests_of(sitting, case, CHALLENGE)
    pausing = {int(r.subject or 0) for r in waiting if not r.details.get("reviewed") and not r.details.get("repeat")}
    if not pausing:
        return None
    seats = select(Seat.id).where(Seat.case_id == case.id, Seat.account_id == actor.account_id, Seat.role == actor.role)
    if pausing.isdisjoint(sitting.session.scalars(seats)):
        return None
    return T("A party has challenged you. Until this is decided you take no part, except in what is urgent.")


def _said_before(sitting: Sitting, case: Case, me: Party, seat: Seat, given: ChallengeInput) -> bool:
    """Whether this party's challenge of this person was refused before and nothing new is told: it is answered, and
    nobody pauses for it again (court rule).
    """
    refused = [r for r in requests_of(sitting, case, CHALLENGE, RequestState.REFUSED) if r.party_id == me.id]
    same = [r for r in refused if sitting.session.get_one(Seat, int(r.subject or 0)).account_id == seat.account_id]
    words = [" ".join(r.words.casefold().split()) for r in same]
    return bool(same) and (not given.learned or " ".join(given.words.casefold().split()) in words)


@act(
    title=T("Challenge somebody who sits in the case"),
    input=ChallengeInput,
    by=set(PARTY_ROLES),
    at=TRIAL,
    guard=before_the_debate_ended,
    version=2,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party challenges somebody of the court"),
        T(
            "There is nothing you have to do now. Until it is decided the person challenged takes no part, except in what is urgent; the decision is sent to you."
        ),
    ),
    source=law("CPL 47, 48", "CPI 43, 44"),
    topic=Topic.TAKING_PART,
    in_record=False,
    help=T("The person pauses until the challenge is decided, within [time recusal_decision]."),
)
def challenge(sitting: Sitting, case: Case, given: ChallengeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Challenge somebody of the court: at the start, or on what became known later, until the debate ends. They pause until
    the decider whom the pack names has decided, except in what is urgent (CPL 48–50).
    """
    me = sitting.party_of(case, actor)
    seat: Seat = sitting.resolved("seat", given.seat)
    if seat.role not in CHALLENGEABLE:
        raise InvalidInput.at(
            "seat", T("Only somebody who decides, keeps the record, assesses or interprets can be challenged.")
        )
    if hearing_has_begun(sitting, case) and not given.learned:
        raise InvalidInput.at(
            "learned",
            T(
                "The hearing has begun. Say when and how you learned of the reason: only what became known later counts now."
            ),
        )
    name = _name(sitting, seat)
    repeat = _said_before(sitting, case, me, seat, given)
    decider = decider_of(sitting, case, seat.role)
    seat_decider(sitting, case, decider)
    request = ask(
        sitting,
        case,
        CHALLENGE,
        me,
        given.words,
        subject=str(seat.id),
        decider=decider.value,
        role=seat.role.value,
        name=name,
        repeat=repeat,
    )
    window = sitting.start_window(case, CHALLENGE_WINDOW, start=now, subject=request.reference)
    title = T(
        "%(party)s challenges %(name)s, %(role)s. Decide within [time recusal_decision].",
        party=me.name,
        name=name,
        role=seat.role.label,
    )
    sitting.open_task(case, decider, desks.RECUSAL, title, risk=85, due_at=window.due_at, subject=request.reference)
    result = {"request": request.reference, "role": seat.role.value, "name": name, "decider": decider.value}
    facts = {"party": me.name, "name": name, "role": seat.role.label}
    words = (
        T("%(party)s challenged %(name)s, %(role)s, again; it is answered, and they go on meanwhile", **facts)
        if repeat
        else T("%(party)s challenged %(name)s, %(role)s, who pauses until this is decided", **facts)
    )
    return Recorded(words, result | {"repeat": repeat})


@upcast(names.CHALLENGE, from_version=1)
def learned_from_the_start(given: dict[str, Any]) -> dict[str, Any]:
    """At first nobody was asked when they learned of the reason."""
    return {**given, "learned": None}


def _name(sitting: Sitting, seat: Seat) -> str:
    return sitting.session.get_one(Account, seat.account_id).name


@guard("CPL 49, 50")
def challenge_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the actor has no challenge to decide: none waits, or the rules name somebody else."""
    waiting = requests_of(sitting, case, CHALLENGE)
    if not waiting:
        return T("No challenge is waiting for a decision.")
    mine = [one for one in waiting if one.details["decider"] == actor.role.value]
    return (
        None if mine else T("The rules give this decision to: %(who)s.", who=Role(waiting[0].details["decider"]).label)
    )


class ChallengeRuling(CourtModel):
    """The decision on a challenge."""

    request: Annotated[str, RefTo("challenge"), field(T("Challenge"), choices="challenges")]
    answer: Annotated[
        Literal["allow", "refuse"],
        field(T("Decision"), options={"allow": T("The person steps aside"), "refuse": T("The person stays")}),
    ]
    reasons: Reasons


@act(
    title=T("Decide on a challenge"),
    input=ChallengeRuling,
    by={Role.PRESIDENT, Role.JUDGE},
    at=WHILE_SEATED,
    guard=challenge_waits,
    while_stayed=True,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on the challenge"),
        T(
            "If you made the challenge and it was refused, you may ask once for a review as soon as you receive this. Everybody else has nothing to do."
        ),
    ),
    paper=RulingForm(
        T("Challenge"),
        T("Whoever challenged may ask once for a review; the person challenged goes on meanwhile [CPL 50]."),
        is_decision=True,
    ),
    source=law("CPL 49, 50"),
    desk=desks.RECUSAL,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.CLAIM,
    in_record=False,
)
def decide_recusal(sitting: Sitting, case: Case, given: ChallengeRuling, *, actor: Actor, now: datetime) -> Recorded:
    """Let the challenged person go or stay, with reasons; whoever goes is replaced by lot (CPL 50)."""
    request: Request = sitting.resolved("challenge", given.request)
    seat = sitting.session.get_one(Seat, int(request.subject or 0))
    if request.details["decider"] != actor.role.value or seat.account_id == actor.account_id:
        raise InvalidInput.at("request", T("The rules give this decision to somebody else."))
    for kind in (CHALLENGE_WINDOW, REVIEW_WINDOW):
        sitting.close_windows(case, kind, WindowState.MET, subject=request.reference)
    name, result = request.details["name"], {"request": request.reference, "reasons": given.reasons}
    if given.answer == "refuse":
        decide(sitting, case, request, RequestState.REFUSED)
        if seat.until_at is not None and seat.reason == "challenged":  # Challenged when that still ended the seat.
            sitting.session.add(Seat(case_id=case.id, account_id=seat.account_id, role=seat.role, from_at=now))
            sitting.session.flush()
        return Recorded(T("The challenge is refused: %(name)s stays", name=name), result)
    decide(sitting, case, request, RequestState.GRANTED)
    return Recorded(
        T("The challenge is granted: %(name)s steps aside", name=name),
        result | drawn_result("instead", _replace(sitting, case, seat, now)),
    )


def _replace(sitting: Sitting, case: Case, seat: Seat, now: datetime) -> Draw | None:
    """Somebody else by lot, never the one who left."""
    seat.until_at = seat.until_at or now
    sitting.session.flush()
    return draw_seat(sitting, case, seat.role, but={seat.account_id})


def drawn_result(name: str, drawn: Draw | None) -> dict[str, Any]:
    """Who was drawn, and how, for an entry."""
    return {name: drawn.account.name, "draw": drawn.to_json()} if drawn is not None else {name: None}


@guard("CPL 50")
def refused_once(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no review can be asked for: nothing of the actor's was refused, or it was reviewed."""
    mine = [
        one
        for one in requests_of(sitting, case, CHALLENGE, RequestState.REFUSED)
        if one.party_id == actor.party_id and not one.details.get("reviewed")
    ]
    return None if mine else T("You have no refused challenge that could still be reviewed.")


@choice_source("refused_challenges")
def refused_challenges(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The actor's own challenges that were refused and not reviewed."""
    rows = requests_of(sitting, case, RequestKind.RECUSAL, RequestState.REFUSED)
    return request_options(
        sitting, case, [r for r in rows if r.party_id == actor.party_id and not r.details.get("reviewed")]
    )


class ReviewInput(CourtModel):
    """A decision is to be looked at once more."""

    request: Annotated[str, RefTo("challenge"), field(T("Challenge"), choices="refused_challenges")]
    words: Words


@act(
    title=T("Ask for a review of a refused challenge"),
    input=ReviewInput,
    by=set(PARTY_ROLES),
    at=WHILE_SEATED,
    guard=refused_once,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party asks for a review of a refused challenge"),
        T(
            "There is nothing you have to do now. The person challenged goes on meanwhile, and the decision is sent to you."
        ),
    ),
    source=law("CPL 50"),
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.TAKING_PART,
    in_record=False,
)
def ask_recusal_review(sitting: Sitting, case: Case, given: ReviewInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask once for a review; the challenged person goes on meanwhile (CPL 50)."""
    request: Request = sitting.resolved("challenge", given.request)
    if (
        request.party_id != actor.party_id
        or request.state is not RequestState.REFUSED
        or request.details.get("reviewed")
    ):
        raise InvalidInput.at("request", T("You have no refused challenge that could still be reviewed."))
    seated = sitting.session.scalar(
        select(Seat)
        .where(Seat.case_id == case.id, Seat.role == Role(request.details["role"]), Seat.until_at.is_(None))
        .where(Seat.account_id == sitting.session.get_one(Seat, int(request.subject or 0)).account_id)
        .order_by(Seat.id.desc())
    )
    request.details = {**request.details, "reviewed": True, "review": given.words}
    request.state, request.subject = RequestState.ASKED, str(seated.id) if seated else request.subject
    window = sitting.start_window(case, REVIEW_WINDOW, start=now, subject=request.reference)
    decider = Role(request.details["decider"])
    sitting.open_task(
        case,
        decider,
        desks.RECUSAL,
        T(
            "Review the decision on the challenge of %(name)s within [time recusal_review].",
            name=request.details["name"],
        ),
        risk=85,
        due_at=window.due_at,
        subject=request.reference,
    )
    return Recorded(
        T("%(name)s asked for a review of the refused challenge", name=sitting.party_of(case, actor).name),
        {"request": request.reference},
    )


def challenge_overdue(sitting: Sitting, case: Case, window: Window) -> None:
    """Three days passed without a decision: it is put on the decider's desk again, before everything else."""
    request = sitting.session.scalar(select(Request).where(Request.reference == window.subject))
    if request is not None and request.state is RequestState.ASKED:
        sitting.close_tasks(case, desks.RECUSAL, request.reference)
        sitting.open_task(
            case,
            Role(request.details["decider"]),
            desks.RECUSAL,
            T("The challenge of %(name)s was not decided in [time recusal_decision].", name=request.details["name"]),
            risk=95,
            subject=request.reference,
        )


class SeatInput(CourtModel):
    """A seat that somebody else should take."""

    seat: Annotated[str, RefTo("seat"), field(T("Seat"), choices="seats")]
    reasons: Reasons


@act(
    title=T("Ask that somebody else takes a seat"),
    input=SeatInput,
    by={Role.JUDGE, Role.CLERK},
    at=WHILE_SEATED | {Stage.LODGED, Stage.RETURNED},
    while_stayed=True,
    source=law("CPL 47"),
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.CLAIM,
    in_record=False,
)
def ask_reassignment(sitting: Sitting, case: Case, given: SeatInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put before the president that somebody must be replaced: leave, illness, a tie of their own (CPL 47)."""
    seat: Seat = sitting.resolved("seat", given.seat)
    seat_decider(sitting, case, Role.PRESIDENT)
    request = ask(sitting, case, RequestKind.REASSIGNMENT, None, given.reasons, subject=str(seat.id))
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.REASSIGNMENT,
        T("Somebody else has to take the seat of %(name)s, %(role)s.", name=_name(sitting, seat), role=seat.role.label),
        risk=55,
        subject=request.reference,
    )
    return Recorded(
        T("Asked that somebody else takes the seat of %(name)s", name=_name(sitting, seat)),
        {"role": seat.role.value, "reasons": given.reasons},
    )


@act(
    title=T("Give a seat to somebody else"),
    input=SeatInput,
    by={Role.PRESIDENT},
    at=WHILE_SEATED | {Stage.LODGED, Stage.RETURNED, Stage.PRONOUNCED, Stage.APPEALED, Stage.EFFECTIVE},
    while_stayed=True,
    strong=True,
    serves=Everyone.PARTIES,
    letter=BENCH_CHANGED,
    source=law("CPL 47, 131"),
    desk=desks.REASSIGNMENT,
    topic=Topic.CLAIM,
    in_record=False,
)
def reassign_seat(sitting: Sitting, case: Case, given: SeatInput, *, actor: Actor, now: datetime) -> Recorded:
    """Replace somebody by lot among those free of conflict, with reasons, and tell the parties who sits (CPL 131).

    Raises InvalidInput where nobody else can take the seat: none is emptied that way, and what was asked stays on the desk.
    """
    seat: Seat = sitting.resolved("seat", given.seat)
    if seat.role not in COURT_ROLES:
        raise InvalidInput.at("seat", T("This seat is not one of the court’s own."))
    before, role = _name(sitting, seat), seat.role
    seat.until_at, seat.reason = now, given.reasons[:400]
    drawn = _replace(sitting, case, seat, now)
    if drawn is None:
        raise InvalidInput.at("seat", nobody_could(sitting, case, role, {seat.account_id}))
    for request in requests_of(sitting, case, RequestKind.REASSIGNMENT):
        if request.subject == str(seat.id):
            decide(sitting, case, request, RequestState.GRANTED)
    result = {"role": role.value, "before": before, "reasons": given.reasons, **drawn_result("after", drawn)}
    after = drawn.account.name
    return Recorded(
        T("%(after)s sits as %(role)s in the place of %(before)s", after=after, role=role.label, before=before), result
    )


def request_options(sitting: Sitting, case: Case, rows: list[Request]) -> list[Option]:
    names = {p.id: p.name for p in case.parties}
    asks = {r.id: names.get(r.party_id or 0, "") or r.details.get("who", {}).get("name", "") for r in rows}
    return [Option(r.reference, T("%(kind)s: %(name)s", kind=r.kind.label, name=asks[r.id]), r.words) for r in rows]
