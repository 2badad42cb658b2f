"""Acts on exhibits: opinions on the three axes, taking one back, agreed facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, Field
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Stage
from odr.evidence.models import Exhibit
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, side_by_side
from odr.hearing import names
from odr.hearing.examination import phases
from odr.hearing.examination.acts import hearing_open
from odr.hearing.examination.inputs import OpinionInput
from odr.hearing.examination.phases import EXHIBITS
from odr.hearing.examination.statement_rows import voice_of, write_opinion
from odr.hearing.inputs import Reasons
from odr.hearing.models import AgreedFact, FactStanceRow, Opinion, Phase
from odr.hearing.queries import (
    STANDING,
    examination_of,
    exhibits_stand_of_others,
    opinions_of,
    proposed_facts,
    row_named,
)
from odr.hearing.sealed.words import seal_away
from odr.hearing.vocabulary import Axis, DutyState, PhaseState
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("COURT plan")
def exhibits_are_examined(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no opinion can be given yet: the phase of the exhibits is still to come, or the plan has none."""
    examination = examination_of(sitting.session, case)
    own = [p for p in examination.phases if p.key == EXHIBITS] if examination else []
    if own and all(p.state is PhaseState.PLANNED for p in own):
        return T("The exhibits are examined in a later phase of the plan.")
    return None


@guard("EV 60")
def others_brought_exhibits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There is an exhibit of somebody else to say something of."""
    is_there = exhibits_stand_of_others(sitting.session, case, actor.party_id)
    return None if is_there else T("Nobody else has brought an exhibit yet.")


def exhibits_phase(sitting: Sitting, case: Case) -> Phase | None:
    """The phase of the exhibits that runs, or the last one that ran."""
    examination = examination_of(sitting.session, case)
    own = [p for p in examination.phases if p.key == EXHIBITS and p.opened_at is not None] if examination else []
    return own[-1] if own else None


def is_late(phase: Phase | None, party: Party, exhibit: Exhibit) -> bool:
    """Late is what comes after the phase, or after one's own time in it ended; never on an exhibit that came only
    later.
    """
    if phase is None:
        return False
    if phase.closed_at is not None:
        return exhibit.submitted_at <= phase.closed_at
    mine = [d for d in phase.duties if d.party_id == party.id]
    return any(d.state is DutyState.LAPSED for d in mine) and not any(d.state is DutyState.WAITING for d in mine)


def _looked_at(sitting: Sitting, party: Party, given: OpinionInput) -> Exhibit:
    """The exhibit an opinion is on. Raises InvalidInput for one's own, or one that is not examined."""
    exhibit: Exhibit = sitting.resolved("exhibit", given.exhibit)
    if exhibit.owner_id == party.id:
        raise InvalidInput(
            [FieldFault(("exhibit",), T("This is your own exhibit. Opinions are given on those of others."))]
        )
    if exhibit.state not in STANDING:
        raise InvalidInput([FieldFault(("exhibit",), T("This exhibit is not examined: it was withdrawn or excluded."))])
    return exhibit


def _all_looked_at(sitting: Sitting, party: Party, lines: list[OpinionInput]) -> list[Exhibit]:
    faults, found = [], []
    if len({line.exhibit for line in lines}) < len(lines):
        raise InvalidInput.at("opinions", T("Each exhibit once."))
    for index, line in enumerate(lines):
        try:
            found.append(_looked_at(sitting, party, line))
        except InvalidInput as error:
            faults += [FieldFault(("opinions", index, *f.location), f.message) for f in error.faults]
    if faults:
        raise InvalidInput(faults if len(lines) > 1 else [FieldFault(f.location[2:], f.message) for f in faults])
    return found


def _record_opinions(
    sitting: Sitting,
    case: Case,
    actor: Actor,
    act_name: str,
    given: BaseModel,
    lines: list[OpinionInput],
    now: datetime,
) -> Recorded:
    party = sitting.party_of(case, actor)
    phase = exhibits_phase(sitting, case)
    exhibits = _all_looked_at(sitting, party, lines)
    late = [is_late(phase, party, exhibit) for exhibit in exhibits]
    sitting.late = any(late)
    seal = phases.seal_of(sitting, phase)
    if seal is not None:
        recorded = seal_away(sitting, case, actor, act_name, given, seal, party, covers=[e.id for e in exhibits])
    else:
        voice = voice_of(sitting, case, actor, now)
        for line, exhibit, is_after in zip(lines, exhibits, late, strict=True):
            counter: Exhibit | None = (
                sitting.resolved("exhibit", line.counter_exhibit) if line.counter_exhibit else None
            )
            write_opinion(
                sitting,
                case,
                replace(voice, late=is_after),
                line,
                exhibit.id,
                counter.id if counter else None,
                phase_id=phase.id if phase else None,
            )
        labels = [e.label for e in exhibits]
        said = [
            T("%(label)s (%(said)s)", label=e.label, said=_said(line)) for e, line in zip(exhibits, lines, strict=True)
        ]
        words = T("%(party)s on %(exhibits)s", party=party.name, exhibits=side_by_side(said))
        recorded = Recorded(words, {"exhibits": labels, "phase": phase.key if phase else None})
    phases.examined_all(sitting, case, party)
    return recorded


@act(
    title=T("Give your opinion on an exhibit"),
    input=OpinionInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(hearing_open, exhibits_are_examined, others_brought_exhibits),
    source=law("EV 60, 62", "CPI 103"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def give_opinion(sitting: Sitting, case: Case, given: OpinionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say of one exhibit of another party whether it is authentic, lawful and relevant (CPI 104).

    A new opinion takes the place of the old one; both stay on record. Late is
    marked, never dropped.
    """
    return _record_opinions(sitting, case, actor, names.GIVE_OPINION, given, [given], now)


def _said(line: OpinionInput) -> Text:
    """What is said to the three questions about an exhibit, in the order of the questions."""
    taken = ((Axis.AUTHENTICITY, line.authenticity), (Axis.LEGALITY, line.legality), (Axis.RELEVANCE, line.relevance))
    return side_by_side([side_by_side((axis.label, stance.label), ":") for axis, stance in taken], ";")


class OpinionsInput(CourtModel):
    """Opinions on several exhibits at once."""

    opinions: Annotated[list[OpinionInput], Field(min_length=1, max_length=100), field(T("Exhibit"))]


@act(
    title=T("Give your opinion on exhibits"),
    input=OpinionsInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(hearing_open, exhibits_are_examined),
    source=law("EV 60, 62", "CPI 103"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
    page="hearing.opinions",
)
def give_opinions(sitting: Sitting, case: Case, given: OpinionsInput, *, actor: Actor, now: datetime) -> Recorded:
    """The same for several exhibits in one act."""
    return _record_opinions(sitting, case, actor, names.GIVE_OPINIONS, given, list(given.opinions), now)


@guard("EV 9")
def has_opinion(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to take back."""
    mine = sitting.session.scalar(
        built_once(
            lambda: (
                select(Opinion.id)
                .where(Opinion.case_id == case.id, Opinion.party_id == actor.party_id, Opinion.retracted_by.is_(None))
                .limit(1)
            )
        )
    )
    return None if mine else T("You have given no opinion yet.")


@resolver("opinion")
def find_opinion(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Opinion | None:
    """An opinion that stands and is under no seal."""
    return next((o for o in opinions_of(sitting.session, case) if o.reference == reference), None)


@choice_source("own_opinions")
def own_opinions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """A party's opinions that stand, one to an exhibit."""
    rows = sitting.session.execute(
        select(Opinion, Exhibit.label, Exhibit.title)
        .join(Exhibit, Exhibit.id == Opinion.exhibit_id)
        .where(Opinion.case_id == case.id, Opinion.party_id == actor.party_id, Opinion.retracted_by.is_(None))
        .order_by(Opinion.id)
    )
    seen = {label: Option(opinion.reference, f"{label} {title}") for opinion, label, title in rows}
    return list(seen.values())


class RetractInput(CourtModel):
    """Taking an opinion back; both stay on record."""

    opinion: Annotated[str, RefTo("opinion"), field(T("Opinion"), choices="own_opinions")]
    reasons: Reasons


@act(
    title=T("Take back an opinion"),
    input=RetractInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(hearing_open, has_opinion),
    source=law("EV 9"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def retract_opinion(sitting: Sitting, case: Case, given: RetractInput, *, actor: Actor, now: datetime) -> Recorded:
    """Take back what one said of an exhibit, with reasons; what was said stays on record, struck through (EV 9)."""
    opinion: Opinion = sitting.resolved("opinion", given.opinion)
    if opinion.party_id != actor.party_id:
        raise InvalidInput.at("opinion", T("You can take back only your own opinion."))
    exhibit = sitting.session.get_one(Exhibit, opinion.exhibit_id)
    number = sitting.next_number(case)
    for each in opinions_of(sitting.session, case):
        if each.exhibit_id == opinion.exhibit_id and each.party_id == opinion.party_id:
            each.retracted_by, each.retracted_why = number, given.reasons
    return Recorded(
        T(
            "%(party)s took back the opinion on %(exhibit)s",
            party=sitting.party_of(case, actor).name,
            exhibit=exhibit.label,
        ),
        {"exhibit": exhibit.label, "reasons": given.reasons},
    )


class FactInput(CourtModel):
    """A fact proposed as agreed."""

    words: Annotated[
        str,
        CourtText(5, 1000),
        field(T("The fact"), T("One fact, so that the other side can say yes or no to it."), widget="textarea"),
    ]
    fact: Annotated[
        str | None, RefTo("fact"), field(T("Number of the claim’s fact it settles"), choices="facts", widget="select")
    ] = None


@act(
    title=T("Propose an agreed fact"),
    input=FactInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party proposes a fact as agreed"),
        T(
            "Say on the page of the case whether you agree: whoever agrees admits the fact. If you do not answer, you have not agreed to it."
        ),
    ),
    source=law("EV 3"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def propose_fact(sitting: Sitting, case: Case, given: FactInput, *, actor: Actor, now: datetime) -> Recorded:
    """Propose a fact as agreed; the one who proposes it thereby admits it for themselves (EV 3)."""
    party = sitting.party_of(case, actor)
    number = sitting.next_number(case)
    fact = AgreedFact(
        case_id=case.id,
        proposed_by=party.id,
        words=given.words,
        fact_id=sitting.resolved("fact", given.fact).id if given.fact else None,
        entry_number=number,
    )
    fact.stances.append(FactStanceRow(party_id=party.id, agrees=True, entry_number=number))
    sitting.session.add(fact)
    sitting.session.flush()
    return Recorded(T("%(party)s proposed an agreed fact", party=party.name), {"fact": fact.reference})


@guard("EV 3")
def fact_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no proposed fact to answer."""
    waiting = any(
        all(s.party_id != actor.party_id for s in fact.stances) for fact in proposed_facts(sitting.session, case)
    )
    return None if waiting else T("No proposed fact is waiting for your answer.")


@resolver("agreed_fact")
def find_agreed_fact(sitting: Sitting, case: Case, actor: Actor, reference: str) -> AgreedFact | None:
    """A fact proposed as agreed."""
    return row_named(sitting, case, AgreedFact, reference)


@choice_source("proposed_facts")
def facts_proposed(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Facts proposed as agreed that the actor has not answered."""
    return [
        Option(f.reference, f.words)
        for f in proposed_facts(sitting.session, case)
        if all(s.party_id != actor.party_id for s in f.stances)
    ]


class FactStanceInput(CourtModel):
    """A word to a fact proposed as agreed."""

    fact: Annotated[str, RefTo("agreed_fact"), field(T("Fact"), choices="proposed_facts")]
    agrees: Annotated[
        Literal["yes", "no"], field(T("Do you agree?"), options={"yes": T("Yes, it is so"), "no": T("No")})
    ]


@act(
    title=T("Answer a fact proposed as agreed"),
    input=FactStanceInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    guard=fact_waits,
    source=law("EV 3, 5, 6"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def answer_fact(sitting: Sitting, case: Case, given: FactStanceInput, *, actor: Actor, now: datetime) -> Recorded:
    """Agree or not; an admission binds only who makes it (EV 6), and a representative's is the party's own (EV 5)."""
    fact: AgreedFact = sitting.resolved("agreed_fact", given.fact)
    party = sitting.party_of(case, actor)
    if any(s.party_id == party.id for s in fact.stances):
        raise InvalidInput.at("fact", T("You have already answered this."))
    agrees = given.agrees == "yes"
    fact.stances.append(FactStanceRow(party_id=party.id, agrees=agrees, entry_number=sitting.next_number(case)))
    words = (
        T("%(party)s agreed to a fact", party=party.name)
        if agrees
        else T("%(party)s did not agree to a fact", party=party.name)
    )
    return Recorded(words, {"fact": fact.reference, "agrees": agrees})
