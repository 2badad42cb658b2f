"""Drafts of a claim: kept value by value as typed, checked step by step, lodged whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import Session, aliased

from odr.docket.models import Case, Party, PartyKind, Role, Stage, Track
from odr.filing import names
from odr.filing.draft.facts_of_files import facts_told, filled, numbered
from odr.filing.draft.files_along import TAKEN_OUT, going_along, sealed_of, unexplained
from odr.filing.draft.inputs import FactsStep
from odr.filing.draft.particulars import model_for, plain
from odr.filing.draft.sharing import EXHIBITS, attach, attached, files_in, writers
from odr.filing.inputs import (
    AboutYouStep,
    ClaimantInput,
    ClaimInput,
    ExhibitLine,
    FellowInput,
    MatterStep,
    ReliefInput,
    RespondentInput,
)
from odr.filing.models import Draft, DraftRevision, DraftShare, DraftState
from odr.filing.parties.guardians import place_guardian
from odr.filing.registry.seats import seat_clerk
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.identity.actors import Actor, SignIn, acting_for
from odr.identity.models import Account
from odr.procedure.acts.resolvers import RESOLVERS
from odr.procedure.forms import fields as forms
from odr.procedure.forms.exhibit_titles import title_from
from odr.procedure.forms.fields import Option
from odr.procedure.forms.form_data import Raw
from odr.procedure.forms.inputs import CourtModel, field
from odr.procedure.forms.two_windows import BUTTONS, loses
from odr.procedure.rules.cases import Bar
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.tracks import propose_track
from odr.procedure.sitting import ActReceipt

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

KEPT_FOR = timedelta(days=90)

REVISE_AFTER = timedelta(hours=1)
"""What one person has not touched for so long is kept as an earlier version when they write over it."""

SCHEMA_VERSION = 1

COUNTER = "counter"
"""Key in the values of a claim's draft that a clerk writes for somebody."""


@dataclass(frozen=True)
class Step:
    """One step of a claim: its key, the question it asks, and the part of the claim it gives."""

    key: str
    title: Text
    model: type[BaseModel]
    help: Text
    is_needed: bool = True


class RespondentsStep(CourtModel):
    """Everybody the claim is against."""

    respondents: Annotated[list[RespondentInput], Field(min_length=1, max_length=20), field(T("Other side"))]


class ReliefStep(CourtModel):
    """What the court is asked to order."""

    relief: Annotated[list[ReliefInput], Field(min_length=1, max_length=30), field(T("What you ask for"))]


class FellowsStep(CourtModel):
    """Everybody who claims together with the one who writes."""

    fellows: Annotated[list[FellowInput], Field(max_length=50), field(T("Other claimant"))] = []


class ExhibitsStep(CourtModel):
    """The files that go with the claim."""

    exhibits: Annotated[list[ExhibitLine], Field(max_length=100), field(T("Evidence"))] = []


STEPS = (
    Step(
        "matter",
        T("What the dispute is about"),
        MatterStep,
        T("The kind of dispute, and where it began: website, shop, order number."),
    ),
    Step(
        "particulars",
        T("About this kind of dispute"),
        CourtModel,
        T("What the court needs to know of a dispute of this kind."),
    ),
    Step("respondents", T("The other side"), RespondentsStep, T("Whom the claim is against, as far as you know.")),
    Step("facts", T("What happened"), FactsStep, T("In the order it happened, one thing at a time.")),
    Step("relief", T("What you ask for"), ReliefStep, T("Money or something else the court should order.")),
    Step(
        "exhibits",
        T("Your evidence"),
        ExhibitsStep,
        T("Screens, chats, receipts, photographs. You can add more later."),
        is_needed=False,
    ),
    Step(
        "fellows",
        T("Who claims with you"),
        FellowsStep,
        T("Only if others claim together with you. Each gets a letter and joins for themselves."),
        is_needed=False,
    ),
    Step("claimant", T("About you"), AboutYouStep, T("Your name, where papers reach you, and what you agree to.")),
)


class AtTheCounterStep(ClaimantInput):
    """The same where the clerk writes it down: an address of one kind or the other, so that papers reach them."""

    @model_validator(mode="after")
    def _papers_reach_her(self) -> Self:
        if self.email is None and not self.address:
            raise InvalidInput(
                [
                    FieldFault(
                        ("address",), T("Write the postal address: without an e-mail address papers come by post.")
                    )
                ]
            )
        if self.email is None and self.e_service:
            raise InvalidInput(
                [
                    FieldFault(
                        ("email",), T("Papers by message need an e-mail address. Write it, or take out the tick below.")
                    )
                ]
            )
        return self


AT_THE_COUNTER = {
    "relief": Step("relief", T("What is asked for"), ReliefStep, T("Money or something else the court should order.")),
    "exhibits": Step(
        "exhibits",
        T("The evidence"),
        ExhibitsStep,
        T("What the person brought, scanned. More can be added later."),
        is_needed=False,
    ),
    "fellows": Step(
        "fellows",
        T("Who claims together with the person"),
        FellowsStep,
        T("Each gets a letter and joins for themselves."),
        is_needed=False,
    ),
    "claimant": Step(
        "claimant",
        T("About the person who claims"),
        AtTheCounterStep,
        T("Name, where papers reach the person, and what they agree to."),
    ),
}
"""Steps in other words where a clerk writes for somebody at the counter."""


def steps_of(draft: Draft) -> tuple[Step, ...]:
    """The steps of a claim as whoever writes it reads them."""
    return tuple(AT_THE_COUNTER.get(step.key, step) for step in STEPS) if COUNTER in draft.values else STEPS


def step_of(key: str) -> Step:
    """A step by its key; NotFound otherwise."""
    for step in STEPS:
        if step.key == key:
            return step
    raise NotFound


def on_the_way(step: Step) -> bool:
    """Whether whoever saves one step comes to this one: what a claim needs, and evidence. What few need is found in the
    list of steps.
    """
    return step.is_needed or step.key == EXHIBITS


def place_of(key: str) -> tuple[int, int] | None:
    """Which of how many parts a step is; None for one that few need."""
    keys = [step.key for step in STEPS if on_the_way(step)]
    return (keys.index(key) + 1, len(keys)) if key in keys else None


def asked_by(step: Step, draft: Draft, pack: RulePack) -> Step:
    """The step with the fields it has in this draft: what a dispute's kind asks, its rules say."""
    if step.key != "particulars":
        return AT_THE_COUNTER.get(step.key, step) if COUNTER in draft.values else step
    cause = cause_of(draft)
    known = cause in pack.causes.list
    return replace(step, model=model_for(pack, cause) if known else CourtModel)


def cause_of(draft: Draft) -> str:
    """The kind of dispute chosen so far, or nothing."""
    return Raw(draft.values.get("matter", {})).one("cause")


def open_draft(session: Session, account_id: int, now: datetime, values: Mapping[str, Any] | None = None) -> Draft:
    """A new draft; ``values`` may carry answers of the guided start, by step."""
    draft = Draft(
        account_id=account_id,
        kind="claim",
        schema_version=SCHEMA_VERSION,
        values=dict(values or {}),
        done_steps=[],
        state=DraftState.OPEN,
        created_at=now,
        saved_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def find_draft(session: Session, account_id: int, reference: str) -> Draft:
    """A draft of the person's own or shared with them; nobody else's is ever found."""
    draft = session.scalar(
        select(Draft).where(Draft.reference == reference, Draft.kind == "claim", _is_theirs(account_id))
    )
    if draft is None:
        raise NotFound
    return draft


def _is_theirs(account_id: int) -> ColumnElement[bool]:
    shared = select(DraftShare.draft_id).where(DraftShare.account_id == account_id, DraftShare.counts())
    own = aliased(Draft)
    return Draft.id.in_(union(select(own.id).where(own.account_id == account_id), shared))


def drafts_of(session: Session, account_id: int) -> list[Draft]:
    """Claims the person writes or helps to write, the latest first; what was left for too long is still there."""
    states = (DraftState.OPEN, DraftState.EXPIRED)
    return list(
        session.scalars(
            select(Draft)
            .where(_is_theirs(account_id), Draft.kind == "claim", Draft.state.in_(states))
            .order_by(Draft.saved_at.desc())
        )
    )


def save_step(
    session: Session, draft: Draft, key: str, values: Mapping[str, Any], now: datetime, *, by: int, is_done: bool
) -> None:
    """Keep what was typed, right or wrong; the step counts as done only when it is right.

    What stood there is kept as an earlier version when somebody else wrote it, it is an hour old, or some of it is gone
    or written over. Writing in a draft that had been left for too long takes it up again.
    """
    kept = {k: v for k, v in values.items() if k not in BUTTONS}
    earlier, before = draft.values.get(key), cause_of(draft)
    is_anothers = draft.saved_by not in (None, by) or now - draft.saved_at > REVISE_AFTER
    if earlier and earlier != kept and (is_anothers or loses(earlier, kept)):
        keep_aside(session, draft, key, earlier, draft.saved_at, by=draft.saved_by)
    draft.values = {**draft.values, key: kept}
    # Another kind of dispute asks other questions; what was answered is kept all the same.
    undone = {key, "particulars"} if cause_of(draft) != before else {key}
    done = [s for s in draft.done_steps if s not in undone]
    draft.done_steps = [*done, key] if is_done else done
    draft.saved_at, draft.saved_by, draft.reminded_at, draft.state = now, by, None, DraftState.OPEN
    if key == EXHIBITS:
        attach(session, draft, by, kept, now)
        out = {*draft.values.get(TAKEN_OUT, ()), *files_in(earlier or {})} - set(files_in(kept))
        if out or TAKEN_OUT in draft.values:
            draft.values = {**draft.values, TAKEN_OUT: sorted(out)}


def keep_aside(
    session: Session, draft: Draft, key: str, values: Mapping[str, Any], at: datetime, *, by: int | None
) -> None:
    """Keep a text among the earlier versions of a step."""
    session.add(DraftRevision(draft_id=draft.id, step=key, values=dict(values), account_id=by, saved_at=at))


def claim_of(draft: Draft, pack: RulePack, sitting: Sitting | None = None) -> ClaimInput:
    """The whole claim, or every fault in it; a fault's location begins with the step's key.

    With a look at the court, a copy of which nobody said why the others see no more is a fault too.
    """
    parts: dict[str, Any] = {}
    faults: list[FieldFault] = []
    facts = facts_told(draft.values.get("facts", {}))
    for step in STEPS:
        typed = draft.values.get(step.key, {})
        try:
            given = forms.parse(
                asked_by(step, draft, pack).model,
                numbered(filled(typed, facts), facts) if step.key == "exhibits" else typed,
                currency=pack.currency,
            )
        except InvalidInput as error:
            faults += [FieldFault((step.key, *f.location), f.message) for f in error.faults]
            continue
        whole = {"matter": given, "claimant": given, "particulars": plain(given) if step.key == "particulars" else None}
        parts[step.key] = whole[step.key] if step.key in whole else getattr(given, step.key)
    if sitting is not None:
        faults += unexplained(sitting.court, sitting.session, parts.get("exhibits", ()))
    if faults:
        raise InvalidInput(faults)
    return ClaimInput(**parts)


def track_for(claim: ClaimInput, pack: RulePack, today: date) -> Track:
    """The shortest procedure open to the claim (CPL 160, 165); the registry settles it on acceptance."""
    return track_of(pack, claim.amount, all(r.amount for r in claim.relief), today)


def track_of(pack: RulePack, amount: int, is_money: bool, today: date) -> Track:
    """The shortest procedure open to ``amount`` minor units; ``is_money`` where nothing else is asked for."""
    return Track(propose_track(pack, amount, set() if is_money else {Bar.NOT_MONEY}, today).track)


@dataclass(frozen=True)
class SoFar:
    """What a draft already tells of its fee."""

    cause: str
    amount: int
    is_money: bool


def matter_so_far(draft: Draft, currency: str) -> SoFar | None:
    """Cause and amount of a draft, or None while one of them is open."""
    try:
        matter = forms.parse(MatterStep, draft.values.get("matter", {}), currency=currency)
        relief = forms.parse(ReliefStep, draft.values.get("relief", {}), currency=currency).relief
    except InvalidInput:
        return None
    return SoFar(
        matter.cause, sum(r.amount.minor for r in relief if r.amount is not None), all(r.amount for r in relief)
    )


def lodge(
    court: Court,
    account: Account,
    claim: ClaimInput,
    *,
    key: str | None = None,
    draft: Draft | None = None,
    sign_in: SignIn = SignIn.ONE_FACTOR,
) -> ActReceipt:
    """Open the case with its parties and lodge the claim, all in one Sitting; repeating the key gives the first
    receipt. ``sign_in`` is by what whoever lodges it is signed in, for the entry.
    """
    with court.database.read() as session:
        senders = [account.id, *(writers(session, draft) if draft is not None else ())]
        if faults := unexplained(court, session, claim.exhibits):
            raise InvalidInput(faults)
    with court.sit(sealed_of(court, claim, senders)) as sitting:
        # There is no case to lock yet: two requests under one key wait for each other here.
        sitting.session.get_one(Account, account.id, with_for_update=True)
        earlier = sitting.receipt_for(account.id, key, names.LODGE_CLAIM, claim) if key else None
        if earlier is not None:
            return earlier
        if draft is not None:
            hand_over_files(sitting, draft, claim, account.id)
        case, receipt = lodge_in(sitting, account, claim, key=key, sign_in=sign_in)
        if draft is not None:
            kept = sitting.session.get_one(Draft, draft.id)
            kept.state = DraftState.LODGED
            kept.lodged_as = case.reference
        return receipt


def lodge_in(
    sitting: Sitting,
    account: Account,
    claim: ClaimInput,
    *,
    key: str | None = None,
    clerk_id: int | None = None,
    sign_in: SignIn = SignIn.ONE_FACTOR,
) -> tuple[Case, ActReceipt]:
    """Open the case with its parties and lodge the claim in a Sitting already open.

    ``clerk_id`` seats that clerk, who reviews others of the same sender; else one is drawn.
    """
    if claim.claimant.email is None:
        raise InvalidInput(
            [
                FieldFault(
                    ("claimant", "email"), T("Fill in: %(label)s", label=T("E-mail address for papers of the court"))
                )
            ]
        )
    case = open_case(sitting, account, claim)
    seat_clerk(sitting, case, clerk_id, T("They review the other claims of the same sender."))
    mine = next(p for p in case.parties if p.role is Role.CLAIMANT)
    mandate = place_guardian(sitting, mine, account, claim.claimant)
    actor = acting_for(mine, account, sign_in, mandate)
    return case, sitting.perform(names.LODGE_CLAIM, case, claim, actor=actor, key=key)


def open_case(sitting: Sitting, account: Account | None, claim: ClaimInput) -> Case:
    """The case with its parties; without an account the claimant is not online and gets their papers by post."""
    court = sitting.court
    today = sitting.today
    pack = court.packs.in_force(court.settings.pack, today)
    if claim.matter.cause not in pack.causes_on(today):
        raise InvalidInput(
            [
                FieldFault(
                    ("matter", "cause"),
                    T("This court does not hear that kind of dispute today. Choose one of those listed."),
                )
            ]
        )
    case = Case(
        pack_id=pack.id,
        pack_version=pack.version.isoformat(),
        stage=Stage.LODGED,
        track=track_for(claim, pack, today),
        cause=claim.matter.cause,
        title=f"{claim.claimant.name} v {claim.respondents[0].name}"[:300],
        filed_on=today,
        lodged_at=sitting.now,
        entry_count=0,
        head_digest="0" * 64,
    )
    you, written = claim.claimant, pack.language
    is_here = account is not None
    own = account.id if account is not None and not you.guardian else None
    case.parties.append(
        Party(
            role=Role.CLAIMANT,
            ordinal=1,
            name=you.name,
            kind=you.kind,
            account_id=own,
            email=you.email,
            phone=you.phone,
            address=you.address,
            locale=account.locale if account is not None else written,
            online=is_here,
            joined_at=sitting.now if is_here else None,
            details={"guardian": you.guardian} if you.guardian else {},
        )
    )
    for i, other in enumerate(claim.respondents, 1):
        case.parties.append(
            Party(
                role=Role.RESPONDENT,
                ordinal=i,
                name=other.name,
                kind=PartyKind(other.kind),
                email=other.email,
                phone=other.phone,
                address=other.address,
                locale=written,
                details={},
            )
        )
    sitting.open(case)
    return case


def files_of_writers(sitting: Sitting, draft: Draft, me: int) -> list[Option]:
    """Files that ``me`` may choose from in a draft: their own, which only they see here, and those that the others put
    into this draft.
    """
    sent, put_in = forms.SOURCES["upload"], attached(sitting.session, draft)
    others = [
        (one, option)
        for one in writers(sitting.session, draft)
        if one != me
        for option in sent(sitting, None, Actor(Role.CLAIMANT, one))
    ]
    return [
        *sent(sitting, None, Actor(Role.CLAIMANT, me)),
        *(option for one, option in others if (one, option.value) in put_in),
    ]


def own_files(sitting: Sitting, draft: Draft, me: int) -> list[Option]:
    """Files of their own that stand in their evidence by themselves: all of them while nobody else writes in the draft,
    else only those they put in. What was taken out does not come back by itself.
    """
    out = draft.values.get(TAKEN_OUT, ())
    mine = [one for one in forms.SOURCES["upload"](sitting, None, Actor(Role.CLAIMANT, me)) if one.value not in out]
    if writers(sitting.session, draft) == [me]:
        return mine
    put_in = attached(sitting.session, draft)
    return [option for option in mine if (me, option.value) in put_in]


def hand_over_files(sitting: Sitting, draft: Draft, claim: ClaimInput, account_id: int) -> None:
    """Files that a helper put into the draft become those of who lodges it: the exhibits are theirs. What was used
    elsewhere stays its sender's.
    """
    find, put_in = RESOLVERS["upload"], attached(sitting.session, draft)
    for line in claim.exhibits:
        for other in writers(sitting.session, draft):
            if other == account_id or (other, line.upload) not in put_in:
                continue
            # Found through what that writer may see; there is no case yet.
            sent = find(sitting, None, Actor(Role.CLAIMANT, other), line.upload)  # type: ignore[arg-type]
            if sent is not None and sent.used_at is None:
                for file in (sent, *going_along(sitting.court, sitting.session, line.upload).files):
                    file.account_id = account_id
    sitting.session.flush()


def with_new_files(sent: Sequence[Option], values: dict[str, Any]) -> dict[str, Any]:
    """Rows for files that have been sent and not described yet, after those already there."""
    known = {str(v[0] if isinstance(v, list) else v) for k, v in values.items() if k.endswith("-upload")}
    rows = [int(k.split("-")[1]) for k in values if k.startswith("exhibits-") and k.split("-")[1].isdigit()]
    filled = dict(values)
    number = max(rows, default=-1) + 1
    for option in sent:
        if option.value not in known:
            filled[f"exhibits-{number}-upload"] = option.value
            filled[f"exhibits-{number}-title"] = title_from(str(option.label))
            number += 1
    return filled
