"""Nobody is asked why something is late before a time has ended: a form asks only what makes sense now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role
from odr.evidence.exhibits.describing_many import ManyInput
from odr.ground.text import LOCALES
from odr.procedure.forms import fields as forms
from odr.procedure.forms.faults import label_of
from odr.procedure.forms.inputs import CourtModel, is_nullable
from odr.procedure.models import Window, WindowState
from tests.evidence.test_case_file import signed_in
from tests.scene import Scene

ROOT = Path(__file__).resolve().parents[2]

WHY = re.compile(r"\b(come|comes|came|is|are|it) late\b|\btime .{0,30}(has )?ended\b|\btoo late\b|\boverdue\b", re.I)


def models(of: type[CourtModel] = CourtModel) -> Iterator[type[CourtModel]]:
    """Every form of the court."""
    for one in of.__subclasses__():
        yield one
        yield from models(one)


def test_every_question_about_lateness_is_asked_only_when_something_is_late(small_scene: Scene) -> None:
    """A question that may be left empty because nothing may be late says when it is asked (every form of every room)."""
    create_app(court=small_scene.court)
    found = [
        (model.__name__, name, label)
        for model in models()
        if model.__module__.startswith("odr.")
        for name, info in model.model_fields.items()
        if (label := label_of(info)) is not None
        and is_nullable(info.annotation)
        and WHY.search(label.label.render("en"))
    ]
    assert {(model, name) for model, name, _ in found} >= {
        ("ExhibitInput", "why_late"),
        ("ManyInput", "why_late"),
        ("CaptureInput", "why_late"),
    }
    assert [(model, name) for model, name, label in found if label.asked is None] == []
    assert all(label.asked in forms.SOURCES for _, _, label in found)


def set_windows(scene: Scene, state: WindowState) -> int:
    """Bring the claimant's time for evidence into a state; gives how many there are."""
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        (mine,) = (party.id for party in case.parties if party.role is Role.CLAIMANT)
        own = (Window.case_id == case.id, Window.kind == "evidence", Window.party_id == mine)
        found = session.scalars(select(Window).where(*own)).all()
        for window in found:
            window.state = state
        return len(found)


@pytest.mark.parametrize("language", LOCALES)
def test_forms_ask_why_it_is_late_once_the_time_has_ended(small_scene: Scene, language: str) -> None:
    """Before and while the time for evidence runs the question is on no page; once it has ended it is on all three."""
    scene = small_scene
    scene.pend()
    scene.upload("li", b"a page that was kept")
    client = signed_in(scene, "li")
    at = f"/cases/{scene.case().reference}"
    pages = (f"{at}/do/ask_for_capture", f"{at}/exhibits/new", f"{at}/exhibits/many")

    def asking() -> list[bool]:
        shown = [client.get(page, headers={"Accept-Language": language}, follow_redirects=True) for page in pages]
        assert [one.status_code for one in shown] == [200] * 3
        return ['name="why_late"' in one.get_data(as_text=True) for one in shown]

    assert asking() == [False] * 3
    assert set_windows(scene, WindowState.LAPSED) == 1
    assert asking() == [True] * 3
    set_windows(scene, WindowState.OPEN)
    assert asking() == [False] * 3, "the time runs again"


def test_what_was_typed_stays_on_the_page(small_scene: Scene) -> None:
    """A reason written while the time had ended is not taken off the page by an extension."""

    def names(values: dict[str, str], ended: bool) -> list[str]:
        known = {"late_evidence_time": [forms.Option("late", "late")] if ended else []}
        return [one.name for one in forms.fields_of(ManyInput, "en", values, (), known)]

    assert "why_late" in names({}, ended=True) and "why_late" not in names({}, ended=False)
    assert "why_late" in names({"why_late": "I was ill."}, ended=False)


def test_whatever_takes_an_exhibit_as_late_asks_the_judge_about_it() -> None:
    """Where an exhibit is entered as late, the others may object and the judge rules (CPI 101, 102): none stays late for ever."""
    lates = [
        path
        for path in sorted((ROOT / "odr").rglob("*.py"))
        if "ExhibitState.LATE if" in path.read_text(encoding="utf-8")
    ]
    assert len(lates) >= 3
    assert [path.name for path in lates if "open_late(" not in path.read_text(encoding="utf-8")] == []
