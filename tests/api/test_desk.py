"""Programs read the desk of whoever they work for: the same lines in the same order as the page, and nobody else's."""

from __future__ import annotations

from odr.procedure.case.waiting_for_me import waiting
from odr.training.stripe_peer.app import Peer
from tests.api.caller import Caller
from tests.scene import Scene


def test_a_program_reads_its_own_desk(api_scene: tuple[Scene, Peer], callers: dict[str, Caller]) -> None:
    """Each line says by which act it is done; whoever serves no court has none; words narrow it, and an act done is gone."""
    scene, _ = api_scene
    scene.pend()
    judge, asked = callers["judge"], {"asks": "Freeze the shop's account.", "grounds": "It is being emptied."}
    scene.do("ask_for_ruling", "li", kind="preservation", amount="8,000.00", **asked)
    desk = judge.ask("GET", "/desk").json()
    with scene.court.database.read() as session:
        lines = waiting(session, scene.people["judge"], scene.court.table, rules=scene.court.look(session).pack)
        shown = [(line.case.reference, line.title["en"], line.act.name if line.act else None) for line in lines.rows]
    assert [(one["case"], one["task"]["en"], one["act"]) for one in desk["tasks"]] == shown != []
    ruling = [one for one in desk["tasks"] if one["act"] == "rule_on_preservation"]
    assert desk["total"] == len(shown) and [one["role"] for one in ruling] == ["judge"]
    assert callers["li"].ask("GET", "/desk").json() == {"tasks": [], "total": 0, "next": None}
    number = scene.case().number
    for words, found in ((number, len(shown)), ("nobody of this name", 0)):
        assert judge.ask("GET", f"/desk?q={words}").json()["total"] == found
