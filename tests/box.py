"""What must hold of the box "next for you" in whatever state a case is, for each of its parties."""

from __future__ import annotations

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.windows import TIME_LIMITS, Nature, rule_of, shown_windows
from odr.procedure.case.before_doing import by_when
from odr.procedure.case.next_box import NextBox, Step, next_box
from odr.procedure.models import Window, WindowState
from odr.procedure.sitting import Sitting


def looked_at(look: Sitting, case: Case, actor: Actor) -> NextBox:
    """The box of a party, with everything that is always true of it checked.

    Whoever has a duty that runs sees it; one that stands still is listed; a remedy never comes before a duty; nothing is
    offered that would be refused; nobody is told to end what they began; and whoever has nothing to do is told who is
    waited for, until when where that is known; and whoever asked another something sees until when that one may answer.
    """
    box = next_box(look, case, actor)
    assert box is not None
    mine = [w for w in shown_windows(look, case, actor) if w.party_id == actor.party_id]
    _everything_is_seen(look, case, actor, box, mine)
    _nothing_leads_astray(look, case, actor, box)
    _nothing_is_said_twice(box)
    if box.step is not None:
        assert TIME_LIMITS[box.step.window.kind].nature is Nature.DUTY and (box.step.act or box.step.page)
        assert box.step.consequence is not None, rule_of(look, box.step.window).title
        if box.step.act is not None and box.step.act.name in TIME_LIMITS[box.step.window.kind].met_by:
            _the_form_says_the_same(look, case, actor, box.step)
    else:
        assert box.waits is not None and str(box.waits).strip()
        assert box.waits.render("en") != box.waits.render("zh-Hans")
        if box.owed is not None and "Nothing for you to do now" in str(box.owed.words):
            assert box.owed.status is not None, "what is said to a reader who has a duty of another kind meanwhile"
        if any(step.act or step.page for step in box.later):
            assert "Nothing for you to do now" not in str(box.waits), "the reader has a duty that runs"
        others = [w for w in shown_windows(look, case, actor) if w.party_id != actor.party_id]
        dated = [w for w in others if w.due_at is not None and TIME_LIMITS[w.kind].nature is not Nature.REMEDY]
        if dated and box.owed is None and case.stayed_at is None and not look.court.hooks.ahead(look, [case.id]):
            assert box.until is not None, f"{actor.hat} is not told until when {[w.kind for w in dated]} run"
    return box


def _everything_is_seen(look: Sitting, case: Case, actor: Actor, box: NextBox, mine: list[Window]) -> None:
    steps = (box.step, *box.later, *box.remedies)
    shown = {step.window.reference for step in steps if step is not None}
    owed = box.owed.act if box.owed is not None else None  # Said by the order itself, above all else.
    duties = [w for w in mine if TIME_LIMITS[w.kind].nature is Nature.DUTY]
    unseen = [w.kind for w in duties if w.reference not in shown and owed not in TIME_LIMITS[w.kind].met_by]
    assert not unseen, f"{actor.hat} has time for {unseen} and does not see it"
    still = shown_windows(look, case, actor, WindowState.HALTED)
    halted = {w.reference for w in still if w.party_id == actor.party_id}
    assert {one.window.reference for one in box.halted} == halted
    told = {one.window.reference for one in box.awaited} | ({box.told.reference} if box.told is not None else set())
    others = [w for w in shown_windows(look, case, actor) if w.party_id not in (None, actor.party_id)]
    mine = select(DocketEntry.number).where(DocketEntry.case_id == case.id, DocketEntry.party_id == actor.party_id)
    begun = set(look.session.scalars(mine))
    awaited = [w.kind for w in others if w.opened_by in begun and w.reference not in told]
    assert not awaited, f"{actor.hat} began {awaited} for another and is not told who is waited for"


def _nothing_leads_astray(look: Sitting, case: Case, actor: Actor, box: NextBox) -> None:
    steps: list[Step] = [step for step in (box.step, *box.later, *box.remedies) if step is not None]
    acts = [step.act for step in steps] + [act for step in steps for _, act in step.ifs] + [act for _, act in box.ifs]
    for act in (*acts, box.owed_act):
        assert act is None or refusal(look, act, case, actor) is None, (
            f"{act.name} is offered to {actor.hat} and refused"
        )
        assert act is None or act.name != "withdraw_claim"
    assert all(TIME_LIMITS[step.window.kind].nature is Nature.REMEDY for step in box.remedies)


def _nothing_is_said_twice(box: NextBox) -> None:
    """Two lines of one name are two things nobody can tell apart."""
    steps = [step for step in (box.step, *box.later, *box.remedies) if step is not None]
    for locale in ("en", "zh-Hans"):
        said = [step.title.render(locale) for step in steps]
        assert len(said) == len(set(said)), said


def _the_form_says_the_same(look: Sitting, case: Case, actor: Actor, step: Step) -> None:
    """What silence brings is one sentence, in the box and on the page where it is done."""
    assert step.act is not None and step.consequence is not None
    said = [line.render("zh-Hans") for line in by_when(look, case, actor, step.act)]
    assert not said or any(step.consequence.render("zh-Hans") in line for line in said), (step.act.name, said)
