"""Outside the training court: certifiers, a platform and a page to capture are there, marked, and in no sitting court."""

from __future__ import annotations

import json
from dataclasses import replace
from inspect import unwrap

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.evidence.models import Exhibit
from odr.evidence.sources.models import Platform, PlatformRequest
from odr.ground.config import Mode
from odr.ground.errors import NotFound
from odr.procedure.rules.certified_claims import Measure
from odr.settlement.models import Certifier
from odr.settlement.one_key.certified_statements import check, statements_of, worked_out
from odr.training.outside.signers import (
    BEGINS,
    PLATFORM,
    accredit_signers,
    certifiable,
    certifier_called,
    records_for,
    statement_of,
)
from tests.scene import Scene

ASKED = {
    "platform": PLATFORM,
    "order_number": "TR-7",
    "kinds": ["order", "chat"],
    "proves": "What was ordered",
    "agrees": True,
}
ORIGIN = "http://localhost"


def training(scene: Scene) -> Scene:
    """The same court with the signers of the training court accredited."""
    with scene.court.database.write() as session:
        accredit_signers(scene.court, session)
        accredit_signers(scene.court, session)
    return scene


def test_every_kind_of_certifier_and_a_platform_are_accredited_once_and_marked(small_scene: Scene) -> None:
    """Whoever reads their names reads, in both languages, that they are for training."""
    scene = training(small_scene)
    with scene.court.database.read() as session:
        names = [*session.scalars(select(Certifier.name)), *session.scalars(select(Platform.name))]
        kinds = [kind for kinds in session.scalars(select(Certifier.kinds)) for kind in kinds]
    pack = scene.court.packs.versions(scene.court.settings.pack)[-1]
    assert pack.certified is not None and sorted(kinds) == sorted(pack.certified.kinds)
    assert all("仅供训练" in name and "training only" in name for name in names)
    figures = {n: f.measure for cause in pack.certified.causes.values() for n, f in cause.figures.items()}
    assert set(BEGINS) <= set(figures) and 0 <= BEGINS["share"] <= 100 and figures["share"] is Measure.PERCENT


def test_the_signed_files_of_the_training_certifiers_settle_a_case(small_scene: Scene) -> None:
    """The file holds against the certifier's key and the case, and with all of them the sum is worked out."""
    scene = training(small_scene)
    scene.pend()
    with scene.court.database.read() as session:
        look = scene.court.look(session)
        (one,) = certifiable(look)
        files = [
            statement_of(one.case, kind, {f.name: int(float(f.begins) * 100) for f in figures}, scene.clock.now())
            for kind, _, figures in one.kinds
        ]
        assert [check(look, one.case, file).certifier.key for file in files] == [
            certifier_called(kind) for kind, _, _ in one.kinds
        ]
    for file in files:
        scene.do("bring_statement", "li", statement=file)
    with scene.court.database.read() as session:
        look = scene.court.look(session)
        case = scene.case()
        found = worked_out(look, case)
        assert found is not None and found.is_complete and len(statements_of(session, case)) == len(files)


def test_the_training_platform_gives_what_it_was_asked_for_and_no_more(small_scene: Scene) -> None:
    """By the page, through the door every platform uses; the records become the party's exhibit."""
    scene = training(small_scene)
    scene.pend()
    scene.do("ask_platform_records", "li", **ASKED)
    court = scene.court
    visitor = create_app(court=court).test_client()
    page = visitor.get("/training/outside").get_data(as_text=True)
    with scene.court.database.read() as session:
        code = session.scalars(select(PlatformRequest.reference)).one()
    assert code in page and "/training/shop" in page and visitor.get("/training/shop").status_code == 200
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"code": code, "csrf_token": token}
    answer = visitor.post("/training/outside/records", data=form, headers={"Origin": ORIGIN}, base_url=ORIGIN)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:500]
    with scene.court.database.read() as session:
        exhibit = session.scalars(select(Exhibit).order_by(Exhibit.id.desc())).first()
        assert exhibit is not None
        assert exhibit.provenance["signed_by"] and exhibit.title
        (asked,) = session.scalars(select(PlatformRequest)).all()
        assert asked.exhibit_id == exhibit.id
        given = json.loads(records_for(asked, "CNY", scene.clock.now()))["statement"]["records"]
        assert sorted(one["kind"] for one in given) == sorted(ASKED["kinds"]) and {one["order"] for one in given} == {
            "TR-7"
        }
    again = visitor.post("/training/outside/records", data=form, headers={"Origin": ORIGIN}, base_url=ORIGIN)
    assert again.status_code == 404, "it has given them"


def test_the_form_of_a_certifier_gives_a_file_or_says_what_is_wrong(small_scene: Scene) -> None:
    """A figure out of its range keeps the page; a sound one is given as a file that the case takes."""
    scene = training(small_scene)
    scene.pend()
    visitor = create_app(court=scene.court).test_client()
    page = visitor.get("/training/outside", base_url=ORIGIN).get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    at, sent = f"/training/outside/{scene.case().reference}/platform", {"csrf_token": token, "price": "8,000.00"}
    for refunded, status in (("-3", 422), ("many", 422), ("0", 200)):
        given = {**sent, "return_cost": "12", "refunded": refunded}
        answer = visitor.post(at, data=given, headers={"Origin": ORIGIN}, base_url=ORIGIN)
        assert answer.status_code == status, (refunded, answer.status_code)
    assert "attachment" in answer.headers["Content-Disposition"]
    scene.do("bring_statement", "li", statement=answer.get_data(as_text=True))
    for wrong in ("/training/outside/none/platform", f"/training/outside/{scene.case().reference}/police"):
        assert visitor.post(wrong, data=sent, headers={"Origin": ORIGIN}, base_url=ORIGIN).status_code == 404


def test_none_of_it_is_there_in_a_sitting_court(small_scene: Scene) -> None:
    """Every page and form of training answers as if there were nothing, and opening a court accredits nobody."""
    scene = small_scene
    scene.pend()
    sitting = replace(scene.court, settings=scene.court.settings.model_copy(update={"mode": Mode.PRODUCTION}))
    app = create_app(court=sitting)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("training.")]
    assert len(rules) == 6
    for rule in rules:
        view = app.view_functions[rule.endpoint]
        values = dict.fromkeys(rule.arguments, "x")
        with app.test_request_context(method="GET" if "GET" in (rule.methods or ()) else "POST"):
            app.preprocess_request()
            with pytest.raises(NotFound):
                unwrap(view)(**values)
    with scene.court.database.read() as session:
        assert session.scalars(select(Certifier)).all() == [] and session.scalars(select(Platform)).all() == []
