"""Acts that change what a case is about, in which procedure, and between whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from sqlalchemy import delete, func, select

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Party, PartyKind, Role, Stage, Track
from odr.filing import desks, names
from odr.filing.claim.announcements import asked_in, asked_together, is_along
from odr.filing.claim.procedure_bars import (
    agreed_to_small_claims,
    ask_for_panel,
    barred_track,
    kinds_for_a_panel,
    sum_of_standing,
    tracks_now,
)
from odr.filing.claim.progress import (
    before_end_of_debate,
    investigation_is_open,
    own_claim,
    standing_claim,
)
from odr.filing.claim.queries import claims_of
from odr.filing.claim.sent_back import a_counterclaim_has_leave, require_leave_to_change, what_came_back
from odr.filing.claim.statements import needs_powers_to_admit
from odr.filing.course.evidence_periods import evidence_in_new_track, restart_evidence
from odr.filing.inputs import (
    ConvertTrackInput,
    CounterAnswerInput,
    CounterclaimInput,
    FactInput,
    Reasons,
    ReliefInput,
)
from odr.filing.models import Claim, Fact, Relief, ReliefKind
from odr.filing.parties.succession import Successor, put_in_place
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.events import (
    ClaimChanged,
    ClaimIsChanging,
    CounterclaimLodged,
    ThirdPartyClaimLodged,
    TrackConverted,
)
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import Choice, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.procedure.papers.language import language_of
from odr.procedure.papers.rulings import WITH_THE_JUDGMENT
from odr.procedure.rules.base import law
from odr.procedure.rules.cases import Bar
from odr.procedure.rules.tracks import conversion
from odr.service.queries import begun

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

TRIAL = {Stage.PENDING, Stage.HEARING}

BEFORE_ACCEPTANCE = {Stage.LODGED, Stage.RETURNED}

BEFORE_DECISION = TRIAL | {Stage.DELIBERATION}

ANSWER_COUNTERCLAIM = "counterclaim_answer"


def sum_of(relief: list[ReliefInput]) -> int:
    """The money asked for, in minor units (CPI 201)."""
    return sum(one.amount.minor for one in relief if one.amount is not None)


def _check_currency(sitting: Sitting, case: Case, relief: list[ReliefInput]) -> None:
    currency = sitting.pack(case).currency
    faults = [
        FieldFault(
            ("relief", i, "amount"),
            T(
                "This court takes claims in %(currency)s. Convert the amount at the rate of the day it was due.",
                currency=currency,
            ),
        )
        for i, one in enumerate(relief)
        if one.amount is not None and one.amount.currency != currency
    ]
    if faults:
        raise InvalidInput(faults)


def _write_relief(sitting: Sitting, claim: Claim, relief: list[ReliefInput]) -> None:
    for i, asked in enumerate(relief, 1):
        money = asked.amount
        sitting.session.add(
            Relief(
                claim_id=claim.id,
                number=i,
                kind=asked.kind,
                what=asked.what,
                amount_minor=money.minor if money else None,
                currency=money.currency if money else None,
            )
        )


def _write_facts(sitting: Sitting, case: Case, party: Party, facts: list[FactInput]) -> None:
    first = (sitting.session.scalar(select(func.max(Fact.number)).where(Fact.case_id == case.id)) or 0) + 1
    for i, told in enumerate(facts, first):
        sitting.session.add(
            Fact(
                case_id=case.id,
                party_id=party.id,
                number=i,
                happened_on=told.happened_on,
                what=told.what,
                entry_number=sitting.next_number(case),
            )
        )


def see_track(sitting: Sitting, case: Case, amount: int, bars: set[Bar]) -> None:
    """Move on at once where the rules need no ruling for it (CPI 278); else the judge is asked."""
    finding = barred_track(sitting, case, amount, bars)
    if finding is None:
        return
    pack = sitting.pack(case)
    order = list(pack.tracks.list)
    later = [
        one
        for one in tracks_now(sitting, case, amount, bars)
        if one.open and order.index(one.track) > order.index(case.track.value)
    ]
    way = (
        conversion(pack, case.track.value, later[0].track, hearing_opened=case.stage is Stage.HEARING)
        if later
        else None
    )
    if way is not None and not way.by_ruling:
        sitting.then(
            names.CONVERT_TRACK,
            ConvertTrackInput(to=way.to, reasons=finding.reason.render(language_of(sitting, case))),
            actor=CLOCK_ACTOR,
        )
    else:
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.TRACK,
            T("The case can no longer follow the %(track)s. %(reason)s", track=case.track.label, reason=finding.reason),
            risk=60,
        )


def _bars(relief: list[ReliefInput]) -> set[Bar]:
    return set() if all(one.amount is not None for one in relief) else {Bar.NOT_MONEY}


class AmendInput(CourtModel):
    """A claim as it is to stand from now on."""

    relief: Annotated[
        list[ReliefInput],
        Field(min_length=1, max_length=30),
        field(T("What you ask for"), T("Everything, as it is to stand from now on.")),
    ]
    facts: Annotated[list[FactInput], Field(max_length=50), field(T("New fact"))] = []
    reasons: Annotated[str, CourtText(3, 4000), field(T("What changes, and why?"), widget="textarea")]


def as_it_stands(sitting: Sitting, case: Case, actor: Actor) -> dict[str, Text | str | list[str]]:
    """A change begun is to the claim as it stands: who drops one thing of three need not write the other two again."""
    claim = standing_claim(sitting, case, actor.party_id) if actor.party_id is not None else None
    if claim is None:
        return {}
    rows: dict[str, Text | str | list[str]] = {}
    asked = sitting.session.scalars(select(Relief).where(Relief.claim_id == claim.id).order_by(Relief.number))
    for number, one in enumerate(asked):
        rows[f"relief-{number}-kind"], rows[f"relief-{number}-what"] = one.kind.value, one.what
        if one.amount_minor is not None and one.currency is not None:
            rows[f"relief-{number}-amount"] = str(Money(one.amount_minor, one.currency))
    return rows


@act(
    title=T("Change your claim"),
    input=AmendInput,
    prefill=as_it_stands,
    by=set(PARTY_ROLES),
    at=TRIAL,
    guard=(own_claim, before_end_of_debate),
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A claim in your case has been changed"),
        T("Read what is claimed now; the case goes on with that claim."),
    ),
    source=law("CPL 54, 143", "CPI 232, 252"),
    says=what_came_back,
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "Ask for more, for less, or for something else, until the debate ends. Fee, procedure and time for evidence follow."
    ),
)
def amend_claim(sitting: Sitting, case: Case, given: AmendInput, *, actor: Actor, now: datetime) -> Recorded:
    """Replace what a party asks for by what they now ask for; fee, track and time for evidence follow (CPI 232; EV 55;
    FEE 21).

    A mere reduction moves no evidence period and earns a refund only while the
    court still investigates. In a case that a retrial sent back more or something else is
    asked for by leave only (CPI 252).
    """
    _check_currency(sitting, case, given.relief)
    me = sitting.party_of(case, actor)
    claim = standing_claim(sitting, case, me.id)
    assert claim is not None
    before, after = Money(claim.amount_minor, claim.currency), Money(sum_of(given.relief), claim.currency)
    in_time = investigation_is_open(sitting, case)
    old = sitting.session.scalars(select(Relief).where(Relief.claim_id == claim.id)).all()
    require_leave_to_change(sitting, case, me.id, old, given.relief)
    old_kinds = sorted(one.kind.value for one in old)
    is_reduction = after < before and not given.facts and sorted(one.kind.value for one in given.relief) == old_kinds
    sitting.announce(ClaimIsChanging(case, tuple(one.id for one in old)))
    sitting.session.execute(delete(Relief).where(Relief.claim_id == claim.id))
    _write_relief(sitting, claim, given.relief)
    _write_facts(sitting, case, me, given.facts)
    claim.amount_minor, claim.entry_number = after.minor, sitting.next_number(case)
    if not is_reduction:
        restart_evidence(sitting, case, now)
    payer, asked = me, asked_in(given.relief)
    if claim.kind == "claim" and is_along(me) and (together := asked_together(sitting, case)) is not None:
        payer, asked = together
    sitting.announce(ClaimChanged(case, payer, claim.kind, asked, in_time))
    see_track(sitting, case, sum_of_standing(sitting, case), _bars(given.relief))
    words = T("%(name)s changed the claim from %(before)s to %(after)s", name=me.name, before=before, after=after)
    return Recorded(
        words,
        {
            "claim": claim.reference,
            "before": before.minor,
            "after": after.minor,
            "currency": claim.currency,
            "in_time": in_time,
        },
    )


STATED = (
    names.LODGE_CLAIM,
    names.CORRECT_CLAIM,
    names.AMEND_CLAIM,
    names.FILE_COUNTERCLAIM,
    names.FILE_THIRD_PARTY_CLAIM,
)
"""Acts whose input says what a party asks for from then on."""


def take_back_increase(sitting: Sitting, case: Case, claim: Claim, stands: int) -> None:
    """The fee of an increase was not paid: what was asked for when the fee was paid stands again, by the entries that said
    so (FEE 21; provisional). Of several who claim together with one fee, whoever asked for more last goes back first (CPI 201).
    """
    payer = case.party(claim.party_id)
    mine = [claim]
    if claim.kind == "claim" and is_along(payer):
        every = [c for c in claims_of(sitting.session, case) if c.kind == "claim"]
        mine = [c for c in every if is_along(case.party(c.party_id))]
    now = {one.id: (one.entry_number, one.amount_minor) for one in mine}
    back: dict[int, list[ReliefInput]] = {}
    while sum(amount for _, amount in now.values()) != stands:
        newest = max(mine, key=lambda one: now[one.id][0])
        earlier = _stated_before(sitting, case, case.party(newest.party_id), now[newest.id][0])
        if earlier is None:
            return
        number, relief = earlier
        now[newest.id], back[newest.id] = (number, sum_of(relief)), relief
    for one in mine:
        if one.id in back:
            sitting.session.execute(delete(Relief).where(Relief.claim_id == one.id))
            _write_relief(sitting, one, back[one.id])
            one.amount_minor = now[one.id][1]


def _stated_before(sitting: Sitting, case: Case, party: Party, number: int) -> tuple[int, list[ReliefInput]] | None:
    """What a party asked for by an entry before this one, and that entry's number: in words of their own, or as whoever
    claims along was named with their sum in the claim.
    """
    rows = sitting.session.scalars(
        select(DocketEntry)
        .where(DocketEntry.case_id == case.id, DocketEntry.act.in_(STATED), DocketEntry.number < number)
        .order_by(DocketEntry.number.desc())
    )
    for entry in rows:
        given = input_of(entry)
        relief = [ReliefInput.model_validate(one) for one in given["relief"]]
        if entry.party_id == party.id:
            return entry.number, relief
        along = next(
            (one for one in given.get("fellows") or () if one["name"] == party.name and one.get("amount")), None
        )
        if along is not None:
            money = next((one for one in relief if one.amount is not None), relief[0])
            own = {"kind": ReliefKind.MONEY.value, "what": money.what, "amount": along["amount"]}
            return entry.number, [ReliefInput.model_validate(own)]
    return None


@guard("COURT one-claim")
def no_counterclaim_yet(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no further counterclaim is brought: the one that stands is changed instead."""
    return (
        T("You have brought a counterclaim. Change that one.")
        if standing_claim(sitting, case, actor.party_id) is not None
        else None
    )


def bring_claim(sitting: Sitting, case: Case, me: Party, given: CounterclaimInput, kind: str, now: datetime) -> Claim:
    """Write a claim that is brought into a running case; fee, track and time for evidence follow (CPI 232, 278; FEE 18;
    EV 55).

    ``kind`` is ``counterclaim`` or ``third_party_claim``.
    """
    _check_currency(sitting, case, given.relief)
    claim = Claim(
        case_id=case.id,
        party_id=me.id,
        kind=kind,
        amount_minor=sum_of(given.relief),
        currency=sitting.pack(case).currency,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(claim)
    sitting.session.flush()
    _write_relief(sitting, claim, given.relief)
    _write_facts(sitting, case, me, given.facts)
    restart_evidence(sitting, case, now)
    first = standing_claim(sitting, case, next(p.id for p in case.parties if p.role is Role.CLAIMANT))
    asked = asked_in(given.relief)
    sitting.announce(
        CounterclaimLodged(case, me, asked) if kind == "counterclaim" else ThirdPartyClaimLodged(case, me, asked)
    )
    bars = ({Bar.COUNTERCLAIM} if kind == "counterclaim" else set()) | _bars(given.relief)
    see_track(sitting, case, max(claim.amount_minor, first.amount_minor if first else 0), bars)
    return claim


@act(
    title=T("Bring a counterclaim"),
    input=CounterclaimInput,
    by={Role.RESPONDENT},
    at=TRIAL,
    guard=(no_counterclaim_yet, before_end_of_debate, a_counterclaim_has_leave),
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Counterclaim in your case"),
        T(
            "If you are a claimant, answer it within the time this letter names, counted from the day after it is served on you; if you do not, the case goes on without your answer."
        ),
        runs="counterclaim_answer",
    ),
    source=law("CPL 54, 143", "CPI 232, 233, 252"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "Ask for something from the claimant that rests on the same matter. It has its own fee, and small claims procedure ends."
    ),
)
def file_counterclaim(
    sitting: Sitting, case: Case, given: CounterclaimInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take a counterclaim until the debate ends; fee, track and time for evidence follow (CPI 232, 233, 278; FEE 18; EV
    55).

    The claimants' time to answer runs from the day it reaches them.
    """
    me = sitting.party_of(case, actor)
    claim = bring_claim(sitting, case, me, given, "counterclaim", now)
    total = Money(claim.amount_minor, claim.currency)
    return Recorded(
        T("%(name)s brought a counterclaim for %(amount)s", name=me.name, amount=total),
        {"claim": claim.reference, "amount": {"minor": total.minor, "currency": claim.currency}},
    )


@act(
    title=T("Answer the counterclaim"),
    input=CounterAnswerInput,
    by={Role.CLAIMANT},
    at=TRIAL,
    window=ANSWER_COUNTERCLAIM,
    late=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Answer to the counterclaim"),
        T("Read which points are admitted and which are disputed. There is nothing you have to do now."),
    ),
    source=law("CPL 128", "CPI 233"),
    topic=Topic.CLAIM,
    in_record=False,
)
def answer_counterclaim(
    sitting: Sitting, case: Case, given: CounterAnswerInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record the claimant's answer to a counterclaim; silence does not stop the case, a late answer is marked (CPL
    128). Admitting it needs special powers where a representative does it (CPL 62).
    """
    needs_powers_to_admit(sitting, case, actor, given.position)
    me = sitting.party_of(case, actor)
    return Recorded(T("%(name)s answered the counterclaim", name=me.name), {"position": given.position})


def start_counter_answer(sitting: Sitting, case: Case, who: Party, at: datetime, proof: Text | None) -> None:
    """A counterclaim reached a claimant: their time to answer runs from that day (CPL 128)."""
    if who.role is Role.CLAIMANT and not begun(sitting, case, ANSWER_COUNTERCLAIM, party=who):
        sitting.start_window(case, ANSWER_COUNTERCLAIM, party=who, rule="answer", start=at, proof=proof)


@act(
    title=T("Move the case to another procedure"),
    input=ConvertTrackInput,
    by={Role.JUDGE, Role.CLOCK},
    at=TRIAL,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Your case moves to another procedure"),
        T(
            "Whatever time limit of yours is longer now is named in this letter with its day; the others stay as they were. Whoever has to pay more of the fee gets a letter about it; everybody else has nothing to do."
        ),
    ),
    paper=RulingForm(
        T("Another procedure"), WITH_THE_JUDGMENT, result="to", ruled=T("The case moves to another procedure:")
    ),
    source=law("CPL 169, 170", "CPI 258, 260, 278"),
    desk=desks.TRACK,
    topic=Topic.CLAIM,
    in_record=False,
    help=T("The trial limit still runs from acceptance; the fee may rise."),
)
def convert_track(sitting: Sitting, case: Case, given: ConvertTrackInput, *, actor: Actor, now: datetime) -> Recorded:
    """Move a case to another track as the pack allows; the trial limit keeps its start and the fee follows (CPI 199,
    258).

    By the clock only where the rules need no ruling and a counterclaim or change
    of claim made the old track impossible (CPI 278).
    """
    pack, before = sitting.pack(case), case.track
    way = (
        conversion(
            pack,
            before.value,
            given.to,
            hearing_opened=case.stage is Stage.HEARING,
            agreed=agreed_to_small_claims(sitting, case),
        )
        if given.to in pack.tracks.list
        else None
    )
    if way is None:
        raise InvalidInput.at("to", T("From the %(track)s there is no way to that procedure now.", track=before.label))
    goal = next(
        one for one in tracks_now(sitting, case, sum_of_standing(sitting, case), set()) if one.track == given.to
    )
    if not goal.open:
        raise InvalidInput.at("to", T("%(reason)s (%(article)s)", reason=goal.reason, article=pack.cite(goal.article)))
    case.track = Track(given.to)
    evidence_in_new_track(sitting, case, now)
    sitting.close_tasks(case, desks.TRACK)
    if kinds_for_a_panel(sitting, case):
        ask_for_panel(sitting, case)
    sitting.announce(TrackConverted(case, before))
    result = {
        "before": before.value,
        "after": given.to,
        "article": way.article,
        "by_ruling": way.by_ruling,
        "reasons": given.reasons,
    }
    return Recorded(
        T("The case moves from the %(before)s to the %(after)s", before=before.label, after=case.track.label), result
    )


CHANGES = {
    "wrong_name": T("The name was written wrongly"),
    "death": T("The party died; an heir goes on"),
    "merger": T("The company merged or was split"),
    "transfer": T("The right or debt went to somebody else"),
}


class SubstituteInput(CourtModel):
    """Who stands in a party's place from now on."""

    party: Annotated[str, RefTo("party"), field(T("Party"), choices="all_parties")]
    ground: Annotated[Literal["wrong_name", "death", "merger", "transfer"], field(T("What happened?"), options=CHANGES)]
    name: Annotated[str, CourtText(1, 200), field(T("Name from now on"))]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    reasons: Reasons


@act(
    title=T("Put somebody in a party’s place"),
    input=SubstituteInput,
    by={Role.JUDGE},
    at=BEFORE_DECISION | {Stage.PRONOUNCED, Stage.APPEALED, Stage.EFFECTIVE, Stage.ENFORCEMENT},
    while_stayed=True,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Somebody else takes the place of a party"),
        T(
            "There is nothing you have to do; what was done before stays valid. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
    ),
    paper=RulingForm(
        T("Change of a party"),
        WITH_THE_JUDGMENT,
        result="ground",
        ruled=T("Somebody else stands in the place of the party."),
        omits=("email", "phone"),
    ),
    means={Milestone.PARTY_REPLACED},
    source=law("CPL 153", "CPI 55, 249"),
    topic=Topic.CLAIM,
    in_record=False,
)
def substitute_party(sitting: Sitting, case: Case, given: SubstituteInput, *, actor: Actor, now: datetime) -> Recorded:
    """Let an heir, successor or the rightly named person stand in a party's place; what was done stays done (CPI 55,
    249).

    Where it is another person, the old account and its mandates no longer act,
    and the successor is invited by a letter of their own.
    """
    party: Party = sitting.resolved("party", given.party)
    to = Successor(given.ground, given.name, given.kind, given.email, given.phone, given.address)
    old = put_in_place(sitting, case, party, to, now)
    result = {
        "party": party.label,
        "before": old,
        "after": party.name,
        "ground": given.ground,
        "reasons": given.reasons,
    }
    return Recorded(T("%(after)s stands in the place of %(before)s", after=party.name, before=old), result)
