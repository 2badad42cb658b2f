"""What was written is read back: on the docket, in the copy that is served, and above the form that answers it."""

from __future__ import annotations

import json
import re

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry
from odr.docket.papers import FactsBlock
from odr.ground.text import write
from odr.procedure.acts.act_versions import read
from odr.procedure.acts.table import TABLE, ways_off
from odr.procedure.acts.tasks import DESKS
from odr.procedure.case.written import parts_of
from odr.procedure.forms.articles import ARTICLES
from odr.procedure.forms.faults import label_of
from odr.service.packet.copies import copy_paper
from tests.filing.visitor import Visitor
from tests.golden.payloads import FOLDER
from tests.judgment.test_payment_order import objects, served, taken
from tests.scene import Scene
from tests.settlement.test_before_filing import box

GOLDEN = sorted(FOLDER.rglob("*.json"))
REFERENCE = re.compile(r"\b[a-z2-7]{26}\b")
"""As the court makes them up; of no use to a reader."""
NOBODYS = "nobodysnobodysnobodysnobody"[:26]
NEVER_CAME = "The second delivery never came."


def typed_in(given: BaseModel) -> set[str]:
    """What was typed in sentences into fields that have a name."""
    return {
        value
        for name, info in type(given).model_fields.items()
        if (label := label_of(info)) is not None and not label.choices and not label.options
        if type(value := getattr(given, name)) is str and " " in value
    }


def chosen_in(given: BaseModel) -> list[str]:
    """Fields in which one of several was chosen, as the case offered them."""
    return [
        name
        for name, info in type(given).model_fields.items()
        if (label := label_of(info)) is not None and label.choices and label.choices != ARTICLES
        if isinstance(getattr(given, name), str)
    ]


@pytest.fixture
def objected(small_scene: Scene) -> Scene:
    """Haiyun objects to one of two sums of a payment order."""
    served(small_scene)
    objects(small_scene, 1)
    small_scene.work()
    return small_scene


def test_every_recorded_form_of_every_act_is_read_back(small_scene: Scene) -> None:
    """Whatever version took it: all that was typed into a field of words stands there under the field's name, and no reference
    does.
    """
    scene = small_scene
    scene.lodge()
    with scene.court.database.read() as session:
        sitting, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        for file in GOLDEN:
            given = read(json.loads(file.read_text()))
            parts = list(parts_of(sitting, case, None, given))
            said = [write(words, "en") for part in parts for row in part.rows for words in row]
            assert not any(REFERENCE.search(words) for words in said), (file.name, said)
            assert typed_in(given) <= set(said), file.name
            # What was chosen by a reference, and is offered no more by the time somebody reads.
            gone = dict.fromkeys(chosen_in(given), NOBODYS)
            parts = list(parts_of(sitting, case, None, given.model_copy(update=gone)))
            assert not any(NOBODYS in write(words, "en") for part in parts for row in part.rows for words in row), (
                file.name
            )
    assert len(GOLDEN) > 250


def test_the_docket_shows_what_was_written_to_whoever_may_read_it(objected: Scene) -> None:
    """Both languages; the parties and the judge read the debtor's words, a stranger has no such page."""
    scene = objected
    app, case = create_app(court=scene.court), scene.case()
    with scene.court.database.read() as session:
        number = session.scalars(
            select(DocketEntry.number).where(
                DocketEntry.case_id == case.id, DocketEntry.act == "object_to_payment_order"
            )
        ).one()
    page = f"/cases/{case.reference}/docket/{number}"
    for who in ("li", "haiyun", "judge"):
        assert NEVER_CAME in Visitor(app, scene, who).get(page)
    assert "所填内容" in Visitor(app, scene, "li", "zh-Hans").get(page)
    Visitor(app, scene, "stranger").get(page, 404)


def test_a_form_that_answers_a_party_shows_what_they_wrote(objected: Scene) -> None:
    """The judge rules with the objection above the form; a form that answers something else does not show it."""
    scene = objected
    judge, at = Visitor(create_app(court=scene.court), scene, "judge"), f"/cases/{scene.case().reference}/do"
    ruling = judge.get(f"{at}/rule_on_payment_objection")
    assert ruling.index(NEVER_CAME) < ruling.index('name="premise"'), "above the form"
    assert NEVER_CAME not in judge.get(f"{at}/order_hold")


def test_what_the_clock_brings_onto_a_desk_shows_the_application(small_scene: Scene) -> None:
    """Whether to make the order is asked over the application, not over the fee that was paid last."""
    scene = small_scene
    taken(scene)
    judge = Visitor(create_app(court=scene.court), scene, "judge")
    page = judge.get(f"/cases/{scene.case().reference}/do/issue_payment_order")
    assert "The contract, and the note of the debt." in page and "I delivered thirty cartons." in page


def test_whoever_waits_is_told_that_the_judge_rules(objected: Scene) -> None:
    """Neither side waits for the debtor any more, who has objected, though their time still runs."""
    for who in ("li", "haiyun"):
        assert "the judge rules on the objection" in str(box(objected, who).waits)


def test_a_case_names_the_act_that_is_about_this_one_thing_first(objected: Scene) -> None:
    """The ruling on the objection before the ending of the whole procedure; and of granting and refusing, both."""
    for desk in DESKS:
        ways = ways_off(desk, TABLE)
        assert [len(act.desk) for act in ways] == sorted(len(act.desk) for act in ways)
    judge = Visitor(create_app(court=objected.court), objected, "judge")
    top = judge.get(f"/cases/{objected.case().reference}").partition("Where the case stands")[0]
    rule, end = "do/rule_on_payment_objection", "do/end_payment_order"
    assert rule in top and end in top and top.index(rule) < top.index(end)
    home = judge.get("/home")
    assert rule in home and end not in home


def test_the_copy_of_an_older_entry_holds_what_was_written(small_scene: Scene) -> None:
    """An entry of an earlier version of its act is served with its content, as today's form names it."""
    scene = small_scene
    scene.lodge()
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        first = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number)
        ).first()
        assert first is not None
        kept = {
            column.key: getattr(first, column.key) for column in DocketEntry.__table__.columns if column.key != "id"
        }
        for file in GOLDEN:
            given = json.loads(file.read_text())
            if given["version"] == TABLE[given["act"]].version:
                continue
            payload = json.loads(first.payload) | {part: given[part] for part in ("act", "version", "input")}
            entry = DocketEntry(**kept | {"act": given["act"], "payload": json.dumps(payload)})
            blocks = copy_paper(scene.court.look(session), case, entry).blocks
            told = {words for block in blocks if isinstance(block, FactsBlock) for row in block.rows for words in row}
            assert typed_in(read(given)) <= told, file.name
