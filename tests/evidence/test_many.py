"""Many files described at once: the common answers once, exceptions at the file, all or none submitted, nothing typed
lost; without a script.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from odr.evidence.exhibits.describing_many_pages import just_sent
from odr.evidence.models import Category, Exhibit, Upload
from tests.evidence.test_case_file import signed_in, with_exhibits
from tests.scene import Scene


def standing(scene: Scene) -> list[Exhibit]:
    """The claimant's exhibits in order."""
    with scene.court.database.read() as session:
        return list(session.scalars(select(Exhibit).where(Exhibit.label.like("C-%")).order_by(Exhibit.id)))


def test_many_files_become_exhibits_in_one_go(small_scene: Scene) -> None:
    """Files that have just come stand ticked with their pictures; a fault keeps every word; then each is an exhibit
    with the common origin or its own.
    """
    with_exhibits(small_scene)
    sent = [small_scene.upload("li", f"photograph {i}".encode(), filename=f"IMG_{i}.txt") for i in range(4)]
    path, li = f"/cases/{small_scene.case().reference}/exhibits", signed_in(small_scene, "li")
    page = li.get(f"{path}/many").get_data(as_text=True)
    assert [f"IMG_{i}.txt" in page for i in range(4)] == [True] * 4 and page.count('value="true" checked') == 4
    values: dict[str, object] = {
        name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf_token", "idempotency_key")
    }  # type: ignore[index]
    for i, upload in enumerate(sent):
        values[f"files-{i}-upload"] = upload.reference
        values |= {f"files-{i}-take": "true"} if i != 3 else {}
    values |= {
        "files-0-proves": "The label names an additive",
        "files-0-facts": ["1", "2"],
        "files-1-made_at": "11 November",
        "source": "At home",
    }
    refused = li.post(f"{path}/many", data=values)
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422 and len(standing(small_scene)) == 1
    assert (
        'href="#origin"' in text
        and 'href="#files-1-proves"' in text
        and 'href="#files-2-proves"' in text
        and 'href="#files-3-proves"' not in text
    )
    assert "The label names an additive" in text and "At home" in text and 'value="11 November"' in text
    values |= {
        "origin": "camera",
        "untouched": "true",
        "files-1-proves": "The box",
        "files-2-proves": "The chat " * 20,
        "files-2-source": "From my sister",
    }
    values["files-1-facts"] = ["9"]
    refused = li.post(f"{path}/many", data=values)
    assert (
        refused.status_code == 422
        and len(standing(small_scene)) == 1
        and 'id="files-1-facts-error"' in refused.get_data(as_text=True)
    )
    del values["files-1-facts"]
    for _ in range(2):  # Sent twice, it is submitted once.
        done = li.post(f"{path}/many", data=values)
        assert done.status_code == 303
    assert "C-2, C-3, C-4" in li.get(done.location).get_data(as_text=True)
    _, first, second, third = standing(small_scene)
    assert (first.title, first.facts, first.category) == ("The label names an additive", [1, 2], Category.FILES)
    assert (
        first.source == "I photographed, filmed or recorded it myself with my own telephone\nAt home"
        and first.provenance["changed"]
    )
    assert second.provenance["made_at"] == "11 November" and second.facts == []
    assert (
        third.source == "From my sister"
        and len(third.title) <= 60
        and third.title.endswith("…")
        and third.provenance["made_with"] is None
    )
    assert "IMG_3.txt" in li.get(f"{path}/many").get_data(as_text=True)


def test_files_of_another_person_are_not_described(small_scene: Scene) -> None:
    """Who names somebody else's file in the form gets the fault at that file, and nothing is submitted."""
    with_exhibits(small_scene)
    theirs = small_scene.upload("haiyun", b"not hers")
    path, li = f"/cases/{small_scene.case().reference}/exhibits/many", signed_in(small_scene, "li")
    small_scene.upload("li", b"hers")
    token = li.get(path).get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    values = {
        "csrf_token": token,
        "origin": "camera",
        "files-0-upload": theirs.reference,
        "files-0-take": "true",
        "files-0-proves": "Something",
    }
    refused = li.post(path, data=values)
    assert (
        refused.status_code == 422
        and len(standing(small_scene)) == 1
        and "you cannot see it" in refused.get_data(as_text=True)
    )


def test_what_came_just_now_stands_first_and_ticked() -> None:
    """Files that came one soon after the other are what the person came for, in the order in which she sent them; those
    from before wait below.
    """
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    came = {"today": 5, "also": 6, "before": 50, "old": 200}
    sent = [Upload(reference=name, created_at=now - timedelta(minutes=minutes)) for name, minutes in came.items()]
    assert [one.reference for one in just_sent(sent, now)] == ["today", "also"]
    assert (
        [one.reference for one in just_sent(sent[2:], now)] == ["before"]
        and just_sent(sent[3:], now) == []
        and just_sent([], now) == []
    )
