"""A party is questioned in person: ordered, undertaken, recorded, and what becomes of a refusal (CPI 110; EV 64 to 66)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, PartyKind, Role, Stage
from odr.docket.queries import parties
from odr.evidence.offered import Offer
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.hearing import desks
from odr.hearing.courtroom.party_questioning.inputs import (
    LiftQuestioningInput,
    OrderQuestioningInput,
    RecordQuestioningInput,
    RuleOnRefusalInput,
)
from odr.hearing.courtroom.party_questioning.models import PartyQuestioning, QuestioningOutcome, QuestioningState
from odr.hearing.courtroom.party_questioning.queries import (
    before_judge,
    begun,
    hearings_ahead,
    ordered,
    questionings_of,
    to_sign,
)
from odr.hearing.courtroom.undertaking import UndertakingInput, undertaking_words
from odr.hearing.examination.acts import the_hearing_goes_on
from odr.hearing.models import Hearing
from odr.hearing.queries import row_named
from odr.identity.actors import Actor
from odr.procedure.acts.letter import HOUR, PLACE, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = QuestioningState
TRIED = {Stage.PENDING, Stage.HEARING}
UNTIL_DECIDED = TRIED | {Stage.DELIBERATION}

_OFFER = Offer[PartyQuestioning]("party_questioning", "questioning")
waits, chosen = _OFFER.waits, _OFFER.chosen


@resolver("party_questioning")
def find_questioning(sitting: Sitting, case: Case, actor: Actor, reference: str) -> PartyQuestioning | None:
    """A party called to be questioned in person."""
    return row_named(sitting, case, PartyQuestioning, reference)


def _options(rows: Sequence[PartyQuestioning]) -> list[Option]:
    return [Option(one.reference, one.person, one.about[:100]) for one in rows]


@choice_source("parties_to_question")
def parties_to_question(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Parties the court can call, who are not called already."""
    called = {one.party_id for one in live(sitting, case)}
    return [Option(p.reference, p.name, p.role.label) for p in parties(case) if p.id not in called]


@choice_source("hearings_to_question_in")
def hearings_to_question_in(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings that are fixed and still ahead."""
    return [
        Option(h.reference, T("The hearing of %(at)s", at=h.begins_at), h.place) for h in hearings_ahead(sitting, case)
    ]


@choice_source("questionings_to_record")
def questionings_to_record(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who was called to a hearing that has begun."""
    return _options(begun(sitting, case, actor))


@choice_source("questionings_to_rule_on")
def questionings_to_rule_on(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who was not questioned, before the judge."""
    return _options(before_judge(sitting, case, actor))


@choice_source("questionings_to_lift")
def questionings_to_lift(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who is called and not questioned yet."""
    return _options(ordered(sitting, case, actor))


def live(sitting: Sitting, case: Case) -> list[PartyQuestioning]:
    """Who is called to a hearing that still stands: one whose hearing was put off is called anew."""
    ahead = {one.id for one in hearings_ahead(sitting, case)}
    return [one for one in questionings_of(sitting.session, case, S.ORDERED) if one.hearing_id in ahead]


def whom_it_calls(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The party an entry about its questioning is about."""
    return [
        row.party
        for row in questionings_of(sitting.session, case)
        if entry.number in (row.entry_number, row.recorded_by, row.ended_by)
    ]


@guard("EV 64")
def a_hearing_is_fixed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Nobody is called to come where no hearing is fixed: they are told when and where."""
    return None if hearings_ahead(sitting, case) else T("No hearing is fixed to which a party could be called.")


COMES = T(
    "Come yourself on %(at)s: %(where)s. The order says on which facts you are questioned; for an organisation, the person named there comes. Sign the undertaking before, and read it aloud there. If you do not come, sign, read or answer without a good reason, and nothing else proves the fact, the court finds it against you [EV 64–66].",
    at=HOUR,
    where=PLACE,
)


@act(
    title=T("Order a party to be questioned in person"),
    input=OrderQuestioningInput,
    by={Role.JUDGE},
    at=TRIED,
    guard=(the_hearing_goes_on, a_hearing_is_fixed),
    serves=Everyone.CONCERNED,
    concerns=whom_it_calls,
    letter=Letter(
        PaperKind.NOTICE,
        T("The court questions you in person"),
        T("Read in the order on which facts you are questioned, and sign the undertaking before."),
        when_held=COMES,
    ),
    source=law("CPI 110", "EV 64"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
    help=T("Where the court holds it necessary: the party itself comes, whoever acts for it."),
)
def order_party_questioning(
    sitting: Sitting, case: Case, given: OrderQuestioningInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Call a party to come itself and be questioned on facts, with hour, place and what follows if it does not (EV 64).

    Raises InvalidInput for a hearing that is not ahead, a party that is called already, and an organisation without a person.
    """
    party: Party = sitting.resolved("party", given.party)
    hearing: Hearing = sitting.resolved("hearing", given.hearing)
    if all(one.id != hearing.id for one in hearings_ahead(sitting, case)):
        raise InvalidInput.at("hearing", T("Choose one of those listed."))
    if any(one.party_id == party.id for one in live(sitting, case)):
        raise InvalidInput.at("party", T("This party is called already."))
    if party.kind is PartyKind.PERSON and given.person:
        raise InvalidInput.at("person", T("Leave it empty: a person comes themselves."))
    if party.kind is not PartyKind.PERSON and not given.person:
        raise InvalidInput.at("person", T("Name the person who comes for the organisation."))
    facts = sorted((sitting.resolved("fact", each) for each in dict.fromkeys(given.facts)), key=lambda one: one.number)
    _end_older(sitting, case, party)
    row = PartyQuestioning(
        case_id=case.id,
        party_id=party.id,
        hearing_id=hearing.id,
        person=given.person or party.name,
        facts=[one.id for one in facts],
        about=given.about,
        state=S.ORDERED,
        why=given.reasons,
        entry_number=sitting.next_number(case),
        party=party,
        hearing=hearing,
    )
    sitting.session.add(row)
    sitting.session.flush()
    title = T("Record the questioning of %(name)s in person.", name=row.person)
    sitting.open_task(
        case, Role.CLERK, desks.RECORD_QUESTIONING, title, risk=30, due_at=hearing.begins_at, subject=row.reference
    )
    words = T(
        "%(name)s is questioned in person on fact %(numbers)s in the hearing of %(at)s",
        name=row.person,
        numbers=side_by_side(str(one.number) for one in facts),
        at=hearing.begins_at,
    )
    return Recorded(words, {"questioning": row.reference, "facts": [one.number for one in facts]})


def _end_older(sitting: Sitting, case: Case, party: Party) -> None:
    """An order whose hearing was put off falls with the new one."""
    for old in questionings_of(sitting.session, case, S.ORDERED):
        if old.party_id == party.id:
            old.state, old.ended_by = S.LIFTED, sitting.next_number(case)
            sitting.close_tasks(case, desks.RECORD_QUESTIONING, old.reference)


@guard("EV 65")
def own_undertaking_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only who is questioned signs, themselves: nobody undertakes to tell the truth for somebody else (CPI 110)."""
    if actor.is_representative and not actor.is_guardian:
        return T("The party signs the undertaking itself; nobody signs it for them.")
    if to_sign(sitting, case, actor):
        return None
    return T("You are not called to be questioned in person, or you have signed the undertaking.")


@act(
    title=T("Sign the undertaking of a party to tell the truth"),
    input=UndertakingInput,
    says=undertaking_words,
    by=set(PARTY_ROLES),
    at=TRIED,
    guard=own_undertaking_waits,
    source=law("CPI 110", "EV 65"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
    strong=True,
)
def sign_party_undertaking(
    sitting: Sitting, case: Case, given: UndertakingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The party signs before it is questioned, having read what follows from a false statement (EV 65)."""
    rows = to_sign(sitting, case, actor)
    for row in rows:
        row.undertaken_by = sitting.next_number(case)
    return Recorded(
        T("%(name)s signed the undertaking to tell the truth", name=rows[-1].person),
        {"questionings": [row.reference for row in rows]},
    )


@act(
    title=T("Record the questioning of a party in person"),
    input=RecordQuestioningInput,
    by={Role.CLERK},
    at=TRIED,
    guard=waits(begun, source="EV 64", reason=T("Nobody called to be questioned waits to be recorded.")),
    serves=Everyone.CONCERNED,
    concerns=whom_it_calls,
    letter=Letter(
        PaperKind.NOTICE,
        T("What the record says of your questioning"),
        T(
            "Read it on the docket. If it says that you were not questioned and you had a good reason, tell the court at once: the judge decides on it."
        ),
    ),
    source=law("CPI 110", "EV 65, 66"),
    seen_by=Audience.HEARING,
    desk=desks.RECORD_QUESTIONING,
    topic=Topic.HEARING,
    in_record=True,
)
def record_party_questioning(
    sitting: Sitting, case: Case, given: RecordQuestioningInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Write into the record that the undertaking was signed and read aloud and what was asked and answered, or in which way a
    party was not questioned; only the judge says what that means (EV 66).

    Raises InvalidInput for answers without an undertaking, and for one that was signed and is said not to be.
    """
    row = chosen(sitting, case, actor, given.questioning, begun)
    number, answered = sitting.next_number(case), given.outcome is QuestioningOutcome.ANSWERED
    if given.outcome is QuestioningOutcome.NOT_SIGNED and (row.undertaken_by is not None or given.on_paper):
        raise InvalidInput.at("outcome", T("The undertaking was signed."))
    if given.on_paper and row.undertaken_by is None:
        row.undertaken_by = number
    if answered and row.undertaken_by is None:
        words = T("Nobody is questioned before they have signed the undertaking [EV 65].")
        raise InvalidInput.at("on_paper", words)
    row.outcome, row.words, row.recorded_by = given.outcome, given.words, number
    row.state = S.QUESTIONED if answered else S.BEFORE_JUDGE
    sitting.close_tasks(case, desks.RECORD_QUESTIONING, row.reference)
    facts = {"questioning": row.reference, "outcome": given.outcome.value}
    if answered:
        return Recorded(T("%(name)s was questioned in person", name=row.person), facts)
    title = T("Say whether %(name)s had a good reason not to be questioned.", name=row.person)
    sitting.open_task(case, Role.JUDGE, desks.QUESTIONING_REFUSED, title, risk=50, subject=row.reference)
    return Recorded(
        T("%(name)s was not questioned in person: %(why)s", name=row.person, why=given.outcome.label), facts
    )


@act(
    title=T("Rule on who was not questioned in person"),
    input=RuleOnRefusalInput,
    by={Role.JUDGE},
    at=UNTIL_DECIDED,
    guard=waits(before_judge, source="EV 66", reason=T("Nobody who was not questioned waits for the judge’s word.")),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Whether a party had a good reason not to be questioned"),
        T(
            "There is nothing you have to do. Without a good reason the judge weighs the refusal with everything else; where nothing else proves the fact, it is found against who refused [EV 66]."
        ),
    ),
    source=law("CPI 110", "EV 66"),
    seen_by=Audience.HEARING,
    desk=desks.QUESTIONING_REFUSED,
    topic=Topic.HEARING,
    in_record=True,
)
def rule_on_refused_questioning(
    sitting: Sitting, case: Case, given: RuleOnRefusalInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Say with reasons whether there was a good reason; without one the refusal stands in front of who finds on the facts, and
    finds nothing by itself (EV 66).
    """
    row = chosen(sitting, case, actor, given.questioning, before_judge)
    row.state, row.why, row.ended_by = S(given.answer), given.reasons, sitting.next_number(case)
    sitting.close_tasks(case, desks.QUESTIONING_REFUSED, row.reference)
    words = (
        T("%(name)s had a good reason not to be questioned in person", name=row.person)
        if row.state is S.EXCUSED
        else T("%(name)s refused to be questioned in person without a good reason", name=row.person)
    )
    return Recorded(words, {"questioning": row.reference, "answer": given.answer, "reasons": given.reasons})


@act(
    title=T("Call off the questioning of a party"),
    input=LiftQuestioningInput,
    by={Role.JUDGE},
    at=UNTIL_DECIDED,
    guard=waits(ordered, source="EV 64", reason=T("No party is called to be questioned in person.")),
    serves=Everyone.CONCERNED,
    concerns=whom_it_calls,
    letter=Letter(
        PaperKind.NOTICE,
        T("You are not questioned in person after all"),
        T("You need not come to be questioned. What a summons to the hearing says holds on."),
    ),
    source=law("CPI 110", "EV 64"),
    seen_by=Audience.HEARING,
    desk=desks.RECORD_QUESTIONING,
    topic=Topic.HEARING,
    in_record=True,
)
def lift_party_questioning(
    sitting: Sitting, case: Case, given: LiftQuestioningInput, *, actor: Actor, now: datetime
) -> Recorded:
    """End the order: the court does not hold it necessary any more."""
    row = chosen(sitting, case, actor, given.questioning, ordered)
    row.state, row.why, row.ended_by = S.LIFTED, given.reasons, sitting.next_number(case)
    sitting.close_tasks(case, desks.RECORD_QUESTIONING, row.reference)
    return Recorded(
        T("%(name)s is not questioned in person after all", name=row.person),
        {"questioning": row.reference, "reasons": given.reasons},
    )
