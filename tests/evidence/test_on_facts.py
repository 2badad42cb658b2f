"""An exhibit says which numbered facts it is to show and what is in it; each side of that leads to the other."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.evidence.exhibits.checklist import chronology
from odr.evidence.models import Exhibit
from odr.ground.errors import InvalidInput
from odr.judgment.decision.file_before_judge import case_file
from odr.procedure.acts.act_versions import current_input
from tests.evidence.test_case_file import signed_in, with_exhibits
from tests.scene import Scene

GIVEN = {
    "title": "Order",
    "category": "records",
    "proves": "That I bought it",
    "source": "My phone",
    "summary": "Thirty bottles, page 3",
}


def test_exhibits_and_facts_lead_to_each_other(small_scene: Scene) -> None:
    """What an exhibit is to show stands at the exhibit, in the list, at the fact, in the chronology and before the
    judge, until it is taken back.
    """
    with_exhibits(small_scene)
    upload = small_scene.upload("li", b"order 8842, whole")
    with pytest.raises(InvalidInput) as refused:
        small_scene.do("submit_exhibit", "li", upload=upload.reference, **GIVEN, facts=[1, 9])
    assert [fault.location for fault in refused.value.faults] == [("facts", 1)]
    small_scene.do("submit_exhibit", "li", upload=upload.reference, **GIVEN, facts=[2, 1, 2])
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        exhibit = session.scalars(select(Exhibit).where(Exhibit.label == "C-2")).one()
        told = [[e.label for e in f.shown_by] for f in case_file(look, case).facts]
        days = [(d.number, [e.label for e in d.exhibits]) for d in chronology(look, case, small_scene.actor("haiyun"))]
    assert exhibit.facts == [1, 2] and exhibit.summary == "Thirty bottles, page 3"
    assert told == [["C-2"], ["C-2"]] and days == [(1, ["C-2"])]
    path, other = f"/cases/{case.reference}", signed_in(small_scene, "haiyun")
    for page in ("exhibits", "exhibits/C-2"):
        shown = other.get(f"{path}/{page}").get_data(as_text=True)
        assert f"{path}/claim#fact-2" in shown and "Thirty bottles, page 3" in shown
    claim = other.get(f"{path}/claim").get_data(as_text=True)
    assert claim.count(f"{path}/exhibits/C-2") == 2 and f"{path}/exhibits/C-1" not in claim
    small_scene.do("withdraw_exhibit", "li", exhibit=exhibit.reference, reason="Wrong file.")
    assert f"{path}/exhibits/C-2" not in other.get(f"{path}/claim").get_data(as_text=True)


def test_what_an_exhibit_shows_is_said_anew_by_its_party_alone(small_scene: Scene) -> None:
    """A party names the facts of what she filed with the claim afterwards; the page holds what stands, another's
    exhibit is not hers to describe.
    """
    with_exhibits(small_scene)
    path = f"/cases/{small_scene.case().reference}/exhibits"
    with small_scene.court.database.read() as session:
        mine, theirs = (
            session.scalars(select(Exhibit).where(Exhibit.label == label)).one() for label in ("C-1", "R-1")
        )
    with pytest.raises(InvalidInput, match="submitted"):
        small_scene.do("describe_exhibit", "li", exhibit=theirs.reference, proves="Nothing")
    li = signed_in(small_scene, "li")
    assert (
        "That it was so" in li.get(f"{path}/C-1/describe").get_data(as_text=True)
        and li.get(f"{path}/R-1/describe").status_code == 404
    )
    token = li.get(f"{path}/C-1/describe").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    refused = li.post(
        f"{path}/C-1/describe", data={"csrf_token": token, "proves": " ", "summary": "Two pages", "facts": "1"}
    )
    assert refused.status_code == 422 and "Two pages" in refused.get_data(as_text=True)
    small_scene.do("describe_exhibit", "li", exhibit=mine.reference, proves="That I ordered", facts=[1])
    with small_scene.court.database.read() as session:
        row = session.get_one(Exhibit, mine.id)
        entry = session.scalars(select(DocketEntry).where(DocketEntry.act == "describe_exhibit")).one()
    assert (row.proves, row.facts, row.summary, row.source) == ("That I ordered", [1], None, "My phone")
    assert json.loads(entry.payload)["input"]["facts"] == [1]


def test_an_exhibit_of_the_first_version_is_read_as_todays(small_scene: Scene) -> None:
    """An entry made before exhibits named facts is read as one that names none."""
    act = small_scene.court.table["submit_exhibit"]
    old = {"upload": "a" * 26, **{k: v for k, v in GIVEN.items() if k != "summary"}}
    assert current_input(act, 1, old) == {**old, "facts": [], "summary": None}
