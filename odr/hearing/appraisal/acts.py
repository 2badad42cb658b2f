"""Appraisals as parties and judge see them: asked for, ordered, an expert chosen and commissioned, ended (CPL 79; CPI
121; EV 30-32, 40).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import select, update

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Role, Seat, Stage
from odr.docket.queries import parties
from odr.evidence.kit.compiling import recall
from odr.evidence.models import Exhibit, ExhibitState
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import Money, T, Text, words_of
from odr.hearing import desks, names
from odr.hearing.appraisal.attendance_rules import calls_on, drop
from odr.hearing.appraisal.choices import appraisal_options
from odr.hearing.appraisal.models import LIVE, Appraisal, AppraisalState, ExpertChoice
from odr.hearing.appraisal.queries import (
    CHOICE,
    FEE,
    OBJECTION,
    REPORT,
    REQUEST,
    agreed,
    appraisals_of,
    commission_paper,
    latest_choices,
    leave_barred_track,
    stands,
)
from odr.hearing.courtroom.seating import seat
from odr.hearing.examination.acts import the_hearing_goes_on
from odr.hearing.models import Witness
from odr.hearing.vocabulary import RequestState, TestimonyManner
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtEmail, CourtModel, CourtMoney, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.frame import keep_prepared, sealed_paper
from odr.procedure.papers.language import CaseLanguage
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law
from odr.procedure.time.changed_limits import note_changed

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

S = AppraisalState

TRIED = {Stage.PENDING, Stage.HEARING}

GOING = (S.ASKED, S.CHOOSING, S.COMMISSIONED, S.AT_WORK)


def _party(case: Case, label: str, field: str) -> Party:
    found = next((p for p in parties(case) if p.label == label), None)
    if found is None:
        raise InvalidInput.at(field, T("Choose another party of the case."))
    return found


def _materials(sitting: Sitting, case: Case, labels: list[str]) -> list[int]:
    """Exhibits by their labels, none of them sealed, excluded or withdrawn."""
    rows = sitting.session.scalars(
        select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.state == ExhibitState.SUBMITTED)
    )
    known = {e.label: e for e in rows if e.seal is None or e.seal.state.value == "opened"}
    if not set(labels) <= known.keys():
        raise InvalidInput.at("materials", T("Choose among the exhibits that stand and are not sealed."))
    return [known[label].id for label in dict.fromkeys(labels)]


FactWords = Annotated[str, CourtText(5, 1000), field(T("Which fact is it to show?"), widget="textarea")]


class CallInput(CourtModel):
    """The judge tells a party that a fact needs an appraisal (EV 30)."""

    party: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Who has to prove it?"), choices="case_parties", widget="select")
    ]
    fact: FactWords
    days: Annotated[int | None, Field(ge=1, le=30), field(T("Days to ask for it"))] = None


@act(
    title=T("Tell a party that an appraisal is needed"),
    input=CallInput,
    by={Role.JUDGE},
    at=TRIED,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("An appraisal may be needed: who may ask for it"),
        T("The judge asks another party whether they want an appraisal. You have nothing to do."),
        when_due=T(
            "Ask for an appraisal by the end of %(day)s; if you do not, you have given it up, and the judge may find the fact not proven.",
            day=DAY,
        ),
    ),
    source=law("EV 30"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
)
def call_for_appraisal(sitting: Sitting, case: Case, given: CallInput, *, actor: Actor, now: datetime) -> Recorded:
    """Explain that a fact is shown by an appraisal and set a time to ask for one; who lets it pass bears the
    consequence, found by the judge (EV 30, 31).
    """
    party = _party(case, given.party, "party")
    window = sitting.start_window(case, REQUEST, party=party, start=now, amount=given.days)
    words = T(
        "%(name)s may ask until %(day)s for an appraisal: %(fact)s", name=party.name, day=window.due_at, fact=given.fact
    )
    return Recorded(words, {"party": party.label, "due_at": window.due_at.isoformat() if window.due_at else None})


Questions = Annotated[
    str, CourtText(5, 4000), field(T("What is the expert to be asked?"), T("One question a line."), widget="textarea")
]


@choice_source("exhibit_labels")
def exhibit_labels(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits that stand and are not sealed, by their labels."""
    rows = sitting.session.scalars(
        select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.state == ExhibitState.SUBMITTED).order_by(Exhibit.id)
    )
    return [Option(e.label, f"{e.label} {e.title}") for e in rows if e.seal is None or e.seal.state.value == "opened"]


Materials = Annotated[
    list[str],
    field(
        T("On what is the opinion to rest?"),
        T("Only exhibits that the parties could examine [EV 34]."),
        choices="exhibit_labels",
        widget="checkboxes",
    ),
]


class AskInput(CourtModel):
    """An appraisal is asked for."""

    fact: FactWords
    questions: Questions
    why: Annotated[str, CourtText(5, 4000), field(T("Why is special knowledge needed for it?"), widget="textarea")]
    materials: Materials = []
    again: Annotated[
        str | None,
        RefTo("appraisal"),
        field(T("Is it to replace an appraisal that was made?"), choices="appraisals_reported", widget="select"),
    ] = None
    ground: Annotated[
        Literal["unqualified", "procedure", "baseless", "unusable"] | None,
        field(
            T("If so: why?"),
            options={
                "unqualified": T("The expert is not qualified"),
                "procedure": T("The procedure was seriously unlawful"),
                "baseless": T("The opinion clearly lacks a basis"),
                "unusable": T("It cannot be used as evidence for another reason"),
            },
        ),
    ] = None

    @model_validator(mode="after")
    def _another_needs_a_ground(self) -> AskInput:
        if self.again and not self.ground:
            raise InvalidInput([FieldFault(("ground",), T("Choose one of the grounds for a new appraisal [EV 40]."))])
        return self


@act(
    title=T("Ask for an appraisal"),
    input=AskInput,
    by=set(PARTY_ROLES),
    at=TRIED,
    guard=the_hearing_goes_on,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks for an appraisal by an expert"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPL 79", "CPI 121", "EV 31, 40, 41"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
)
def ask_for_appraisal(sitting: Sitting, case: Case, given: AskInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask within the time for evidence, or the time the judge set; later it is taken and marked late. Another one needs
    a ground of EV 40.
    """
    me = sitting.party_of(case, actor)
    called = sitting.windows(case, REQUEST, party=me)
    over = sitting.windows(case, "evidence", party=me, state=WindowState.LAPSED) and not sitting.windows(
        case, "evidence", party=me
    )
    sitting.late = bool(over) and not called
    again: Appraisal | None = sitting.resolved("appraisal", given.again) if given.again else None
    if again is not None and again.state is not S.REPORTED:
        raise InvalidInput.at("again", T("Choose one of those listed."))
    sitting.close_windows(case, REQUEST, WindowState.MET, party=me)
    row = Appraisal(
        case_id=case.id,
        asked_by=me.id,
        bears_id=me.id,
        fact=given.fact,
        questions=given.questions,
        why=given.why,
        materials=_materials(sitting, case, given.materials),
        again_of=again.id if again else None,
        state=S.ASKED,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.APPRAISAL_RULE,
        T("%(name)s asks for an appraisal: %(fact)s", name=me.name, fact=given.fact),
        risk=45,
        subject=row.reference,
    )
    return Recorded(
        T("%(name)s asks for an appraisal: %(fact)s", name=me.name, fact=given.fact),
        {"appraisal": row.reference, "ground": given.ground},
    )


def _start_choosing(sitting: Sitting, case: Case, row: Appraisal, actor: Actor, now: datetime) -> None:
    """The appraisal is made: the parties try to agree on an expert, and the case leaves a procedure that takes none (EV
    32; CPL 166).
    """
    row.state, row.ruled_by = S.CHOOSING, sitting.next_number(case)
    for party in parties(case):
        sitting.start_window(case, CHOICE, party=party, start=now, subject=row.reference)
    leave_barred_track(sitting, case, actor)
    replaced = sitting.session.get(Appraisal, row.again_of) if row.again_of else None
    if replaced is not None:
        replaced.state = S.SET_ASIDE
        drop(sitting, case, calls_on(sitting.session, replaced, *LIVE))
        sitting.close_windows(case, OBJECTION, WindowState.ENDED, subject=replaced.reference)
        if replaced.exhibit is not None:
            # The earlier opinion is no basis for a finding (EV 40).
            replaced.exhibit.state = ExhibitState.EXCLUDED
            recall(sitting.session, case, sitting.court.clock.machine_now())


@choice_source("appraisals")
def appraisals(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appraisals that are asked for or under way."""
    going = (AppraisalState.ASKED, AppraisalState.CHOOSING, AppraisalState.COMMISSIONED, AppraisalState.AT_WORK)
    return appraisal_options(appraisals_of(sitting.session, case, *going))


AppraisalRef = Annotated[str, RefTo("appraisal"), field(T("Appraisal"), choices="appraisals")]

Reasons = Annotated[str, CourtText(5, 4000), field(T("Reasons"), widget="textarea")]


class AppraisalRulingInput(CourtModel):
    """Whether an appraisal is made."""

    appraisal: AppraisalRef
    answer: Annotated[
        Literal["grant", "refuse"],
        field(T("Result of the ruling"), options={"grant": T("Granted"), "refuse": T("Not granted")}, widget="radios"),
    ]
    reasons: Reasons


@act(
    title=T("Rule on an appraisal"),
    input=AppraisalRulingInput,
    by={Role.JUDGE},
    at=TRIED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on an appraisal"),
        T("Read the ruling. You have nothing to do now."),
        when_due=T(
            "There is to be an appraisal: say by the end of %(day)s whom you would have as expert. If the parties do not agree, the court appoints one.",
            day=DAY,
        ),
    ),
    paper=RulingForm(T("Appraisal"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("CPI 121", "EV 32, 40"),
    seen_by=Audience.HEARING,
    desk=desks.APPRAISAL_RULE,
    topic=Topic.HEARING,
    in_record=False,
    guard=stands(S.ASKED, source="CPI 121", reason=T("Nobody asks for an appraisal.")),
)
def rule_on_appraisal(
    sitting: Sitting, case: Case, given: AppraisalRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Grant it, or not where it has no bearing on a fact to be shown or no use for showing it (CPI 121)."""
    row: Appraisal = sitting.resolved("appraisal", given.appraisal)
    if row.state is not S.ASKED:
        raise InvalidInput.at("appraisal", T("Choose one of those listed."))
    sitting.close_tasks(case, desks.APPRAISAL_RULE, row.reference)
    facts = {"appraisal": row.reference, "reasons": given.reasons}
    if given.answer == "refuse":
        row.state, row.ruled_by = S.REFUSED, sitting.next_number(case)
        return Recorded(T("No appraisal is made: %(fact)s", fact=row.fact), facts)
    _start_choosing(sitting, case, row, actor, now)
    return Recorded(T("An appraisal is made: %(fact)s", fact=row.fact), facts)


Bears = Annotated[
    str,
    CourtText(1, 40, one_line=True),
    field(T("Who has to prove it, and pays the expert?"), choices="case_parties", widget="select"),
]


class OwnMotionInput(CourtModel):
    """An appraisal of the court's own motion (EV 30; CPI 96)."""

    fact: FactWords
    questions: Questions
    bears: Bears
    materials: Materials = []
    reasons: Reasons


@act(
    title=T("Order an appraisal of the court’s own motion"),
    input=OwnMotionInput,
    by={Role.JUDGE},
    at=TRIED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The court orders an appraisal"),
        T("Once the parties have been asked, the court appoints an expert. You have nothing to do now."),
        when_due=T(
            "Say by the end of %(day)s whom you would have as expert. Once the parties have been asked, the court appoints one.",
            day=DAY,
        ),
    ),
    paper=RulingForm(T("Appraisal"), WITH_THE_JUDGMENT, ruled=T("A fact of the case is appraised by an expert.")),
    source=law("CPL 79", "CPI 96, 121", "EV 30"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
)
def order_appraisal(sitting: Sitting, case: Case, given: OwnMotionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Have a fact appraised that the court has to look into by itself; the parties are asked whom they would have (EV
    32).
    """
    bears = _party(case, given.bears, "bears")
    row = Appraisal(
        case_id=case.id,
        asked_by=None,
        bears_id=bears.id,
        fact=given.fact,
        questions=given.questions,
        why=given.reasons,
        materials=_materials(sitting, case, given.materials),
        state=S.CHOOSING,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    _start_choosing(sitting, case, row, actor, now)
    return Recorded(
        T("An appraisal is made of the court’s own motion: %(fact)s", fact=row.fact),
        {"appraisal": row.reference, "reasons": given.reasons},
    )


class ExpertChoiceInput(CourtModel):
    """Whom a party would have as expert."""

    appraisal: AppraisalRef
    name: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(T("Name of the expert or institution"), T("To agree, name the one the other side named.")),
    ]
    email: Annotated[str, CourtEmail(), field(T("E-mail address"))]
    qualification: Annotated[str, CourtText(1, 1000), field(T("What qualifies them?"), widget="textarea")]


@act(
    title=T("Name an expert"),
    input=ExpertChoiceInput,
    by=set(PARTY_ROLES),
    at=TRIED,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party has named an expert"),
        T("If the parties do not agree on an expert, the court appoints one. You have nothing to do now."),
        when_due=T(
            "You may agree, or name somebody else, until the end of %(day)s. If the parties do not agree, the court appoints one.",
            day=DAY,
        ),
    ),
    source=law("CPL 79", "EV 32"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
    guard=stands(S.CHOOSING, source="CPL 79", reason=T("No expert is being chosen.")),
)
def choose_expert(sitting: Sitting, case: Case, given: ExpertChoiceInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say whom one would have as expert, or agree with whom the other side named; when all name the same the parties
    have agreed.
    """
    row: Appraisal = sitting.resolved("appraisal", given.appraisal)
    me = sitting.party_of(case, actor)
    if row.state is not S.CHOOSING:
        raise InvalidInput.at("appraisal", T("Choose one of those listed."))
    number = sitting.next_number(case)
    row.choices.append(
        ExpertChoice(
            appraisal_id=row.id,
            party_id=me.id,
            name=given.name,
            email=given.email,
            qualification=given.qualification,
            entry_number=number,
        )
    )
    sitting.session.flush()
    sitting.close_windows(case, CHOICE, WindowState.MET, party=me, subject=row.reference)
    note_changed(sitting.session, sitting.windows(case, CHOICE, subject=row.reference))
    if len(latest_choices(row)) >= len(parties(case)):
        _to_appoint(sitting, case, row)
    agreement = agreed(case, row)
    words = (
        T("The parties agree on %(expert)s as expert", expert=given.name)
        if agreement
        else T("%(name)s would have %(expert)s as expert", name=me.name, expert=given.name)
    )
    return Recorded(words, {"appraisal": row.reference, "expert": given.name, "agreed": agreement is not None})


def _to_appoint(sitting: Sitting, case: Case, row: Appraisal) -> None:
    if not sitting.tasks(case, desks.EXPERT_APPOINT, row.reference):
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.EXPERT_APPOINT,
            T("Appoint the expert: %(fact)s", fact=row.fact),
            risk=45,
            subject=row.reference,
        )


@dataclass(frozen=True)
class Chosen:
    """Who is to be the expert, and how it came about."""

    name: str
    email: str
    qualification: str
    drawn_from: tuple[str, ...] = ()


def _chosen(sitting: Sitting, case: Case, row: Appraisal, given: AppointInput) -> Chosen:
    """Who is meant; a lot is drawn here, once. Raises InvalidInput where that way is not open."""
    both, latest = agreed(case, row), latest_choices(row)
    if given.how == "agreed":
        if both is None:
            raise InvalidInput.at("how", T("The parties do not agree on an expert."))
        return Chosen(both.name, both.email, both.qualification)
    if both is not None:
        raise InvalidInput.at("how", T("The parties agree on %(name)s; appoint them [EV 32].", name=both.name))
    if sitting.windows(case, CHOICE, subject=row.reference):
        raise InvalidInput.at("how", T("The parties still have time to agree on an expert [EV 32]."))
    if given.how == "named":
        return Chosen(given.name or "", given.email or "", given.qualification or "")
    pool = {choice.email.casefold(): choice for choice in latest}
    if not pool:
        raise InvalidInput.at("how", T("No party named an expert to draw from. Name one."))
    drawn = pool[secrets.choice(sorted(pool))]
    return Chosen(drawn.name, drawn.email, drawn.qualification, tuple(sorted(choice.name for choice in pool.values())))


def _orders(case: Case, row: Appraisal, given: AppointInput, chosen: Chosen) -> list[Text]:
    payer = case.party(row.bears_id).name
    included = (
        [T("The fee holds the expert’s attendance at a hearing; nobody prepays it.")]
        if given.attendance_included
        else []
    )
    return [
        T(
            "%(name)s is commissioned with the appraisal. Qualification: %(what)s",
            name=chosen.name,
            what=chosen.qualification,
        ),
        T("Scope and purpose: %(scope)s", scope=given.scope),
        T("The report is due within %(days)s days of the undertaking.", days=given.days),
        T(
            "%(payer)s pays the fee of %(fee)s to the expert directly. The court neither collects it nor passes it on.",
            payer=payer,
            fee=given.fee,
        ),
        *included,
    ]


def _digest(case: Case, row: Appraisal, given: AppointInput, chosen: Chosen) -> str:
    people = [[p.label, p.name] for p in case.parties]
    told = [
        case.number,
        row.reference,
        row.state.value,
        given.model_dump(mode="json"),
        [chosen.name, chosen.email, chosen.qualification],
        people,
    ]
    return sha256_hex(canonical(told))


def prepare_commission(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Draw the lot where there is one, and set and seal the letter of commission before the Sitting."""
    assert isinstance(given, AppointInput)
    with court.database.read() as session:
        look, mine = court.look(session), session.get_one(Case, case.id)
        row = session.scalar(
            select(Appraisal).where(Appraisal.case_id == mine.id, Appraisal.reference == given.appraisal)
        )
        if row is None or row.state is not S.CHOOSING:
            return {}
        chosen = _chosen(look, mine, row, given)
        orders, text = _orders(mine, row, given, chosen), _digest(mine, row, given, chosen)
        paper = commission_paper(look, mine, row, orders, given.language, look.now)
        reason = T("Commission in case %(number)s", number=mine.number or mine.reference)
        sealed = sealed_paper(court, paper, given.language, text, reason=reason, signer=actor.name)
        return {"commission": sealed, "chosen": chosen}


class AppointInput(CourtModel):
    """An expert is commissioned (EV 32)."""

    appraisal: AppraisalRef
    how: Annotated[
        Literal["agreed", "lot", "named"],
        field(
            T("How are they chosen?"),
            options={
                "agreed": T("The parties agree on them"),
                "lot": T("Drawn by lot from those the parties named"),
                "named": T("Named by the judge, since the parties do not agree"),
            },
            widget="radios",
        ),
    ]
    name: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("Name, if you name them"))] = None
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address, if you name them"))] = None
    qualification: Annotated[
        str | None, CourtText(0, 1000), field(T("What qualifies them, if you name them"), widget="textarea")
    ] = None
    scope: Annotated[str, CourtText(1, 2000), field(T("How far does it go, and what is it for?"), widget="textarea")]
    days: Annotated[int, Field(ge=1, le=120), field(T("Days to report"))]
    fee: Annotated[
        CourtMoney,
        field(T("Fee of the expert"), T("Paid to them directly; the court takes nothing [FEE 12].")),
    ]
    fee_days: Annotated[int | None, Field(ge=1, le=30), field(T("Days to pay them"))] = None
    attendance_included: Annotated[
        bool,
        field(
            T("The fee holds the attendance at a hearing"),
            T("Then nobody prepays it when they are called [EV 39]."),
        ),
    ] = False
    language: CaseLanguage = ""

    @model_validator(mode="after")
    def _named_has_a_name(self) -> AppointInput:
        missing = [
            FieldFault((name,), T("Fill this in."))
            for name in ("name", "email", "qualification")
            if self.how == "named" and not getattr(self, name)
        ]
        if missing:
            raise InvalidInput(missing)
        return self


@act(
    title=T("Appoint an expert"),
    input=AppointInput,
    by={Role.JUDGE},
    at=TRIED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("An expert has been appointed"),
        T(
            "Whoever is to bear the expert’s fee pays it to the expert directly, not to the court. You have nothing to do now."
        ),
        when_due=T(
            "Pay the expert’s fee to the expert directly, not to the court, by the end of %(day)s; if it is not paid, the judge may find that the appraisal is given up.",
            day=DAY,
        ),
    ),
    prepare=prepare_commission,
    version=2,
    source=law("CPL 79", "EV 32", "FEE 12"),
    seen_by=Audience.HEARING,
    desk=desks.EXPERT_APPOINT,
    topic=Topic.HEARING,
    in_record=False,
    guard=stands(S.CHOOSING, source="CPL 79", reason=T("No expert is being chosen.")),
)
def appoint_expert(sitting: Sitting, case: Case, given: AppointInput, *, actor: Actor, now: datetime) -> Recorded:
    """Commission the expert by a sealed letter: agreed on, drawn by lot or named, with scope, purpose and time (EV 32).

    The fee is paid to them directly and never held by the court (FEE 12). From now
    until the report the time does not count towards the trial limit (CPI 243).
    """
    row: Appraisal = sitting.resolved("appraisal", given.appraisal)
    chosen = sitting.prepared.get("chosen")
    if row.state is not S.CHOOSING:
        raise InvalidInput.at("appraisal", T("Choose one of those listed."))
    if not isinstance(chosen, Chosen):
        raise ActNotOpen(T("The sealed paper was not prepared."))
    document = keep_prepared(
        sitting,
        case,
        "commission",
        _digest(case, row, given, chosen),
        kind="commission",
        title=words_of(T("Letter of commission")),
        locale=given.language,
    )
    witness = Witness(
        case_id=case.id,
        role=Role.EXPERT,
        name=chosen.name,
        email=chosen.email,
        called_by=None,
        about=row.questions[:1000],
        manner=TestimonyManner.WRITTEN,
        state=RequestState.GRANTED,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(witness)
    sitting.session.flush()
    seat(sitting, case, witness, Role.EXPERT)
    fee: Money = given.fee
    row.state, row.witness, row.qualification, row.chosen_how, row.days = (
        S.COMMISSIONED,
        witness,
        chosen.qualification,
        given.how,
        given.days,
    )
    row.fee_minor, row.fee_currency, row.document_id, row.attendance_included = (
        fee.minor,
        fee.currency,
        document.id,
        given.attendance_included,
    )
    sitting.close_windows(case, CHOICE, WindowState.ENDED, subject=row.reference)
    sitting.close_tasks(case, desks.EXPERT_APPOINT, row.reference)
    payer = case.party(row.bears_id)
    sitting.start_window(case, FEE, party=payer, start=now, subject=row.reference, amount=given.fee_days)
    facts = {
        "appraisal": row.reference,
        "expert": chosen.name,
        "how": given.how,
        "drawn_from": list(chosen.drawn_from),
        "fee": fee.minor,
        "payer": payer.label,
        "document": document.reference,
        "sha256": document.sha256,
        "document_receipt": document.receipt,
    }
    return Recorded(T("%(name)s is commissioned as expert: %(fact)s", name=chosen.name, fact=row.fact), facts)


@upcast(names.APPOINT_EXPERT, from_version=1)
def attendance_not_included(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first a commission did not say whether the fee holds the attendance at a hearing (EV 39)."""
    return {**given, "attendance_included": False}


class EndInput(CourtModel):
    """An appraisal ends without a report."""

    appraisal: AppraisalRef
    ground: Annotated[
        Literal["not_paid", "withdrawn", "not_needed", "expert_failed"],
        field(
            T("Why?"),
            options={
                "not_paid": T("The fee was not paid to the expert in time: the request counts as given up"),
                "withdrawn": T("Who asked for it no longer asks"),
                "not_needed": T("It is no longer needed"),
                "expert_failed": T("The expert did not report in time without good reason; they return their fee"),
            },
            widget="radios",
        ),
    ]
    reasons: Reasons


@act(
    title=T("End an appraisal"),
    input=EndInput,
    by={Role.JUDGE},
    at=TRIED | {Stage.DELIBERATION},
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The appraisal is ended without a report"),
        T("The docket says why. There is nothing you have to do."),
    ),
    source=law("EV 31, 35"),
    seen_by=Audience.HEARING,
    desk=(desks.APPRAISAL_LATE, desks.APPRAISAL_UNPAID),
    topic=Topic.HEARING,
    in_record=False,
    guard=stands(*GOING, source="EV 31, 35", reason=T("No appraisal is under way.")),
)
def end_appraisal(sitting: Sitting, case: Case, given: EndInput, *, actor: Actor, now: datetime) -> Recorded:
    """End it without a report: given up since the expert was not paid, no longer asked for or needed, or they failed
    (EV 31, 35).
    """
    row: Appraisal = sitting.resolved("appraisal", given.appraisal)
    if row.state not in GOING:
        raise InvalidInput.at("appraisal", T("Choose one of those listed."))
    if given.ground == "not_paid" and (
        row.paid_by is not None
        or sitting.windows(case, FEE, subject=row.reference)
        or row.state not in (S.COMMISSIONED, S.AT_WORK)
    ):
        raise InvalidInput.at("ground", T("The time to pay the expert has not passed, or they were paid."))
    if given.ground == "expert_failed" and (
        row.state is not S.AT_WORK or sitting.windows(case, REPORT, subject=row.reference)
    ):
        raise InvalidInput.at("ground", T("The expert’s time has not passed."))
    row.state, row.ended_by, row.why_ended = S.ENDED, sitting.next_number(case), given.ground
    clear(sitting, case, row)
    words = {
        "not_paid": T("The appraisal counts as given up: the expert was not paid"),
        "withdrawn": T("The appraisal is no longer asked for"),
        "not_needed": T("The appraisal is no longer needed"),
        "expert_failed": T("The expert did not report in time; they return the fee they were paid"),
    }[given.ground]
    return Recorded(words, {"appraisal": row.reference, "ground": given.ground, "reasons": given.reasons})


def clear(sitting: Sitting, case: Case, row: Appraisal) -> None:
    """Nothing of it waits any more, and the expert leaves the case."""
    for kind in (CHOICE, FEE, REPORT):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=row.reference)
    for desk in (desks.APPRAISAL_RULE, desks.EXPERT_APPOINT, desks.APPRAISAL_UNPAID, desks.APPRAISAL_LATE):
        sitting.close_tasks(case, desk, row.reference)
    if row.witness is not None:
        row.witness.state = RequestState.REFUSED
        held = (
            Seat.case_id == case.id,
            Seat.account_id == row.witness.account_id,
            Seat.role == Role.EXPERT,
            Seat.until_at.is_(None),
        )
        sitting.session.execute(update(Seat).where(*held).values(until_at=sitting.now))


def on_request_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """Nobody asked in time; whether the fact is left unproven is for the judge to find (EV 31)."""
    name = case.name_of(window.party_id)
    title = T("%(name)s did not ask for an appraisal in time. Find what follows [EV 31].", name=name)
    sitting.open_task(case, Role.JUDGE, desks.APPRAISAL_NOT_ASKED, title, risk=40)


def _of_window(sitting: Sitting, case: Case, window: Window) -> Appraisal | None:
    return next((row for row in appraisals_of(sitting.session, case) if row.reference == window.subject), None)


def on_choice_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """The parties did not agree in time: the court appoints (EV 32)."""
    row = _of_window(sitting, case, window)
    if row is not None and row.state is S.CHOOSING:
        _to_appoint(sitting, case, row)


def on_fee_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """No payment is confirmed: that the request counts as given up is the judge's word, never the clock's (EV 31)."""
    row = _of_window(sitting, case, window)
    if row is not None and row.paid_by is None and row.state in (S.COMMISSIONED, S.AT_WORK):
        title = T("The expert confirms no payment. Find whether the appraisal is given up [EV 31].")
        sitting.open_task(case, Role.JUDGE, desks.APPRAISAL_UNPAID, title, risk=50, subject=row.reference)


def on_report_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """The report is late: whether another expert is commissioned is for the judge (EV 35)."""
    row = _of_window(sitting, case, window)
    if row is not None and row.state is S.AT_WORK:
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.APPRAISAL_LATE,
            T("The expert’s report is late: %(fact)s", fact=row.fact),
            risk=50,
            subject=row.reference,
        )
