"""What a turn in the examination asks of a party just now: questions, the exhibits, the record, or their turn. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.ground.text import T, Text
from odr.hearing import names
from odr.hearing.examination.phases import EXHIBITS, unanswered_exhibits
from odr.hearing.examination.plan import RECORD, title_of
from odr.hearing.models import Phase
from odr.hearing.queries import WINDOW, examination_of, open_questions_to
from odr.hearing.vocabulary import PhaseState
from odr.identity.actors import Actor
from odr.procedure.hooks import If, StepWords
from odr.procedure.models import Window
from odr.procedure.time.written_working import bilingual

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OF_RECORD = (
    If(
        T("If something is wrong"),
        T("Ask for a correction before you sign, and write what was said."),
        names.CORRECT_RECORD,
    ),
    If(T("If you refuse to sign"), T("Say so and why. That is noted, and the case goes on."), names.REFUSE_RECORD),
)
NOTHING_TO_ADD = (
    If(
        T("If you have nothing to add"),
        T("Say so: the turn then ends earlier."),
        names.FINISH_TURN,
    ),
)
UNSIGNED = T(
    "The record stands as it is; it is noted that you did not sign, and it counts all the same. After that day you can no longer ask for a correction."
)
"""What follows where nobody signs and nobody refuses (CPL 150)."""


def examination_step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """The duty of a party in the examination in plain words; of another, what the turn is about; None for a window of
    another kind.
    """
    party = case.party_if_any(actor.party_id)
    if window.kind != WINDOW or party is None:
        return None
    if window.party_id != party.id:
        return _of_another(sitting, case, window)
    asked = [q for q in open_questions_to(sitting.session, party) if q.reference == window.subject]
    if asked:
        every = len(open_questions_to(sitting.session, party))
        return StepWords(_questions(every), names.ANSWER_QUESTION)
    examination = examination_of(sitting.session, case)
    phase = examination.current if examination is not None else None
    return _of_phase(sitting, case, party, phase) if phase is not None else None


def _questions(count: int) -> Text:
    return (
        T("answer the question put to you") if count == 1 else T("answer %(count)s questions put to you", count=count)
    )


def _of_phase(sitting: Sitting, case: Case, party: Party, phase: Phase) -> StepWords:
    if phase.part == RECORD:
        return StepWords(T("read the record and sign it"), names.SIGN_RECORD, OF_RECORD, UNSIGNED)
    if phase.key == EXHIBITS:
        left = len(unanswered_exhibits(sitting, case, party))
        if left == 1:
            return StepWords(T("say what you think of one exhibit"), names.GIVE_OPINIONS)
        return StepWords(T("say what you think of %(count)s exhibits", count=left), names.GIVE_OPINIONS)
    return StepWords(_in_which_round(phase, _does(phase)), names.POST_STATEMENT, NOTHING_TO_ADD)


def _in_which_round(phase: Phase, words: Text) -> Text:
    """What is done in a phase, with its round where it has several: nobody takes the second for the first once more."""
    last = max(p.round for p in phase.examination.phases if p.key == phase.key and p.state is not PhaseState.DROPPED)
    if last == 1:
        return words
    return T("%(what)s (round %(number)s of %(all)s)", what=words, number=phase.round, all=last)


def _does(phase: Phase) -> Text:
    """What the plan says is done in the turn in hand, as part of a sentence."""
    does = phase.turns[phase.turn].get("does") if phase.turn < len(phase.turns) else None
    if not does:
        return T("your turn in the examination: %(what)s", what=title_of(phase))
    english, chinese = does["en"].rstrip("."), does.get("zh-Hans", does["en"]).rstrip("。.")
    return bilingual(english[:1].lower() + english[1:], chinese)


def _of_another(sitting: Sitting, case: Case, window: Window) -> StepWords | None:
    """What somebody else has time for: an answer, or their turn in a phase. The words of a question are its addressee's."""
    examination = examination_of(sitting.session, case)
    phase = examination.current if examination is not None else None
    if phase is None:
        return None
    duties = [duty for duty in phase.duties if duty.window == window.reference]
    return StepWords(_in_which_round(phase, title_of(phase)) if duties else T("the answer to a question"))
