"""The checklist of a cause and the chronology, the same for both sides."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.evidence.exhibits.checklist import checklist, chronology, items_for
from odr.evidence.models import Exhibit
from odr.ground.errors import InvalidInput
from tests.evidence.test_case_file import signed_in
from tests.scene import Scene


@pytest.mark.slow
def test_both_sides_see_what_is_there_and_what_is_missing(small_scene: Scene) -> None:
    """An exhibit covers the items its party names, on its own side only, until it is taken back; both sides see the
    same page in the order of days.
    """
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        cause = look.pack(case).cause(case.cause)
    mine, theirs = (items_for(cause, role) for role in (Role.CLAIMANT, Role.RESPONDENT))
    only_theirs = next(item.key for item in theirs if item.key not in {i.key for i in mine})
    upload = small_scene.upload("li", b"order 8842")
    given = {
        "upload": upload.reference,
        "title": "Order",
        "category": "records",
        "proves": "That I bought it",
        "source": "My phone",
        "language": "English, translated in C-2",
    }
    with pytest.raises(InvalidInput):
        small_scene.do("submit_exhibit", "li", **given, meets=[only_theirs])
    small_scene.do("submit_exhibit", "li", **given, meets=[mine[0].key])

    def missing() -> list[int]:
        with small_scene.court.database.read() as session:
            sides = checklist(small_scene.court.look(session), session.get_one(Case, small_scene.case_id))
            assert [s.role for s in sides] == [Role.CLAIMANT, Role.RESPONDENT]
            return [s.missing for s in sides]

    assert missing() == [len(mine) - 1, len(theirs)]
    with small_scene.court.database.read() as session:
        days = chronology(
            small_scene.court.look(session), session.get_one(Case, small_scene.case_id), small_scene.actor("haiyun")
        )
        exhibit = session.scalars(select(Exhibit)).one()
    assert [(d.on.isoformat(), d.what) for d in days] == [("2025-11-06", "I bought 30 bottles of capsules.")]
    path = f"/cases/{small_scene.case().reference}/exhibits"
    pages = [signed_in(small_scene, who).get(f"{path}/checklist").get_data(as_text=True) for who in ("li", "haiyun")]
    assert all("C-1" in page and "capsules" in page and f"{len(theirs)} missing" in page for page in pages)
    assert "translated in C-2" in signed_in(small_scene, "haiyun").get(f"{path}/C-1").get_data(as_text=True)
    small_scene.do("withdraw_exhibit", "li", exhibit=exhibit.reference, reason="Wrong file.")
    assert missing() == [len(mine), len(theirs)]
