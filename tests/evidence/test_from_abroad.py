"""An exhibit made abroad: its certificates, or what stands for them, are asked for, shown, and read where it is weighed (EV 16)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence.models import FROM_ABROAD
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.service.models import Packet
from tests.evidence.test_case_file import signed_in, with_exhibits
from tests.evidence.test_requests import exhibit
from tests.kept import kept
from tests.scene import Scene


@kept
def asked(scene: Scene) -> None:
    """The judge asks for the certificates of the respondent's exhibit."""
    with_exhibits(scene)
    scene.do("ask_exhibit_authentication", "judge", exhibit=exhibit(scene, "R-1").reference, kind="official")
    scene.work()


def shows(scene: Scene, who: str = "haiyun", label: str = "R-1", **more: Any) -> None:
    """Somebody says how it is certified."""
    told = {"how": "apostille", "place": "Notary Smith, Lake Town", "on": scene.clock.now().date().isoformat(), **more}
    scene.do("show_exhibit_authentication", who, exhibit=exhibit(scene, label).reference, **told)


def page(scene: Scene, who: str) -> str:
    """The page of the exhibit."""
    return signed_in(scene, who).get(f"/cases/{scene.case().reference}/exhibits/R-1").get_data(as_text=True)


def test_asked_of_its_party_and_shown(small_scene: Scene) -> None:
    """Only its party gets the letter; until it shows them the page says that they are missing, and then how it is certified."""
    asked(small_scene)
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        owner = next(p.id for p in case.parties if p.label == "respondent/1")
        to = session.scalars(select(Packet.party_id).where(Packet.occasion == "ask_exhibit_authentication")).all()
        assert to == [owner]
    assert "Asked for and not shown yet." in page(small_scene, "judge")
    with pytest.raises(ActNotOpen):
        shows(small_scene, "li")
    with pytest.raises(InvalidInput):
        shows(small_scene, on="2099-01-01")
    shows(small_scene, certificate=exhibit(small_scene, "R-1").reference)
    assert exhibit(small_scene, "R-1").provenance[FROM_ABROAD] == "shown"
    for who in ("li", "haiyun", "judge"):
        assert "Notary Smith, Lake Town" in page(small_scene, who)
    with pytest.raises(ActNotOpen):
        shows(small_scene)


def test_the_registry_sees_them_for_a_party(small_scene: Scene) -> None:
    """Who shows papers at the counter has them noted by the clerk; what was shown is not asked for again."""
    asked(small_scene)
    shows(small_scene, "clerk")
    with pytest.raises(InvalidInput):
        small_scene.do(
            "ask_exhibit_authentication", "clerk", exhibit=exhibit(small_scene, "R-1").reference, kind="status"
        )


def test_only_the_court_asks(small_scene: Scene) -> None:
    """A party argues that certificates are missing; the court asks for them."""
    with_exhibits(small_scene)
    with pytest.raises(Forbidden):
        small_scene.do(
            "ask_exhibit_authentication", "li", exhibit=exhibit(small_scene, "R-1").reference, kind="official"
        )
    with pytest.raises(ActNotOpen):
        shows(small_scene)
