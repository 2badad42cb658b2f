"""Two questions after each step: asked once, answered without a name, published from ten answers on."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import delete, func, inspect, select

from odr.app import create_app
from odr.docket.models import Case, Role, Stage
from odr.ground.errors import ActNotOpen
from odr.register.feedback.answers import FEWEST, StepInput, as_csv, figures, keep_answer, step_behind
from odr.register.models import Clear, Hindrance, Step, StepAnswer, StepAsked
from tests.scene import Scene
from tests.test_bad_input import signed_in

GIVEN = {"clear": "partly", "hindrance": "words", "words": "What is a prayer?"}


def test_it_is_asked_once_and_answered_without_a_name(small_scene: Scene) -> None:
    """By the pages: the case page asks the claimant after lodging, what was typed stays where something is missing, and
    what is kept names neither account nor case.
    """
    scene = small_scene
    scene.lodge()
    client, sends = signed_in(scene, create_app(court=scene.court), "li")
    here = f"/cases/{scene.case().reference}"
    assert "Two questions, if you like" in client.get(here).text
    wrong = client.post(f"{here}/asked", data={"words": GIVEN["words"]}, headers=sends)
    assert wrong.status_code == 422 and "What is a prayer?" in wrong.text
    assert client.post(f"{here}/asked", data=GIVEN, headers=sends).status_code == 303
    assert "Two questions, if you like" not in client.get(here).text and "Thank you" in client.get(f"{here}/asked").text
    again = client.post(f"{here}/asked", data=GIVEN, headers=sends)
    assert again.status_code == 409
    with scene.court.database.read() as session:
        kept = session.scalars(select(StepAnswer)).one()
        assert (kept.step, kept.side, kept.clear, kept.hindrance) == (
            Step.LODGING,
            "claimant",
            Clear.PARTLY,
            Hindrance.WORDS,
        )
        assert kept.month.day == 1
    names = {column.name for column in inspect(StepAnswer).columns}
    assert not names & {"id", "account_id", "case_id", "party_id", "at", "created_at"}


def test_who_does_not_want_to_is_not_asked_again(small_scene: Scene) -> None:
    """Passing is kept, an answer is not; the next step asks anew, and staff is never asked."""
    scene = small_scene
    scene.lodge()
    app = create_app(court=scene.court)
    client, sends = signed_in(scene, app, "li")
    here = f"/cases/{scene.case().reference}"
    assert client.post(f"{here}/asked", data={"skip": "yes"}, headers=sends).status_code == 303
    assert "Two questions" not in client.get(here).text
    with scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StepAnswer)) == 0
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        with pytest.raises(ActNotOpen):
            keep_answer(sitting, case, scene.actor("clerk"), StepInput.model_validate(GIVEN))


@given(stage=st.sampled_from(Stage), role=st.sampled_from([Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY]))
def test_only_what_is_behind_somebody_is_asked(stage: Stage, role: Role) -> None:
    """Nobody is asked how the hearing went before it is over, nor of a claim they did not file."""
    step = step_behind(Case(stage=stage, accepted_at=None), role)
    if step is Step.LODGING:
        assert role is Role.CLAIMANT
    if step is Step.HEARING:
        assert stage not in (Stage.LODGED, Stage.RETURNED, Stage.PENDING, Stage.HEARING)
    if stage in (Stage.PRESERVING, Stage.MEDIATING, Stage.CONFIRMING):
        assert step is None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.lists(
        st.tuples(st.sampled_from(Step), st.sampled_from(Clear), st.sampled_from(Hindrance)), min_size=0, max_size=45
    )
)
def test_figures_are_the_answers_and_none_is_told_from_few(
    small_scene: Scene, answers: list[tuple[Step, Clear, Hindrance]]
) -> None:
    """Counts add up to what was answered; below ten neither page nor file has a number."""
    with small_scene.court.database.write() as session:
        session.execute(delete(StepAnswer))
        month = small_scene.clock.now().date().replace(day=1)
        for step, clear, hindrance in answers:
            session.add(StepAnswer(step=step, side="claimant", month=month, clear=clear, hindrance=hindrance))
    with small_scene.court.database.read() as session:
        told = figures(session)
    assert sum(one.answers for one in told) == len(answers)
    for one in told:
        assert one.answers == sum(1 for answer in answers if answer[0] is one.step)
        assert sum(one.clear.values()) == sum(one.hindrance.values()) == one.answers
    rows = list(csv.DictReader(io.StringIO(as_csv(told))))
    for one in told:
        mine = [row for row in rows if row["step"] == one.step.value]
        if one.answers < FEWEST:
            assert [row["count"] for row in mine] == [f"under {FEWEST}"]
        else:
            assert sum(int(row["count"]) for row in mine if row["question"] == "clear") == one.answers


def test_what_was_said_in_words_is_for_the_court(small_scene: Scene) -> None:
    """Words stand on the president's page and on no public one."""
    scene = small_scene
    scene.lodge()
    app = create_app(court=scene.court)
    client, sends = signed_in(scene, app, "li")
    client.post(f"/cases/{scene.case().reference}/asked", data=GIVEN, headers=sends)
    president, _ = signed_in(scene, app, "president")
    assert "What is a prayer?" in president.get("/what-people-said/words").text
    public = app.test_client()
    assert all("prayer" not in public.get(path).text for path in ("/what-people-said", "/what-people-said.csv"))
    with scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StepAsked)) == 1


def test_the_accessibility_statement_says_status_limits_and_when_an_answer_comes(small_scene: Scene) -> None:
    """In both languages: how far the standard is met, what is not, what to do instead, by when one is answered."""
    client = create_app(court=small_scene.court).test_client()
    page = client.get("/accessibility").text
    assert all(words in page for words in ("meet the standard in part", "Known limits", "within 15 days"))
    client.get("/language/zh-Hans?next=/accessibility")
    page = client.get("/accessibility").text
    assert all(words in page for words in ("部分符合", "已知的不足", "15日内答复"))
