"""The ledger of consent: person × step × way, and nothing presumed."""

from __future__ import annotations

import pytest

from odr.app import create_app
from odr.docket.models import Case, Role
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.desks import OFFLINE_STEP
from odr.hearing.mode.consents import Step, ledger_of, stands
from tests.filing.visitor import Visitor
from tests.kept import kept
from tests.scene import Scene


def said(scene: Scene, role: Role) -> dict[Step, bool]:
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        return stands(session, next(p for p in case.parties if p.role is role))


@kept
def pending(scene: Scene) -> None:
    """Accepted and served; the respondent is there."""
    scene.lodge()
    scene.accept()
    scene.work()
    scene.join()


def test_filing_online_is_consent_to_filing_and_nothing_else(small_scene: Scene) -> None:
    """What was agreed to for one step is not presumed for another (OLR 4(4)); who is silent has said nothing."""
    pending(small_scene)
    assert said(small_scene, Role.CLAIMANT) == {Step.FILING: True} == said(small_scene, Role.RESPONDENT)


def test_a_party_chooses_step_by_step_and_changes_it(small_scene: Scene) -> None:
    """One party's choice binds nobody else (OLR 4(3)); who leaves a step is prepared for, and comes back; nothing
    twice.
    """
    pending(small_scene)
    small_scene.do("choose_steps", "li", mediation="online", hearing="online")
    small_scene.do("choose_steps", "li", hearing="offline", words="My connection is bad.")
    assert said(small_scene, Role.CLAIMANT) == {Step.FILING: True, Step.MEDIATION: True, Step.HEARING: False}
    assert said(small_scene, Role.RESPONDENT) == {Step.FILING: True}
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        assert len(small_scene.court.look(session).tasks(case, OFFLINE_STEP)) == 1
    with pytest.raises(InvalidInput):
        small_scene.do("choose_steps", "li", hearing="offline")
    small_scene.do("choose_steps", "li", hearing="online")
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        assert small_scene.court.look(session).tasks(case, OFFLINE_STEP) == []
        hearing = next(row for row in ledger_of(session, case)[0].rows if row.title == Step.HEARING.label)
        assert [one.online for one in hearing.said] == [True, False, True] and all(one.entry for one in hearing.said)


def test_only_parties_choose_and_not_after_the_end(small_scene: Scene) -> None:
    """The court consents for nobody; before the case is accepted a claimant may already choose, later than the hearing
    nobody.
    """
    small_scene.lodge()
    small_scene.do("choose_steps", "li", evidence="online")
    with pytest.raises(Forbidden):
        small_scene.do("choose_steps", "clerk", evidence="online")
    small_scene.refuse()
    with pytest.raises(ActNotOpen):
        small_scene.do("choose_steps", "li", evidence="offline")


def test_everybody_of_the_case_reads_the_ledger(small_scene: Scene) -> None:
    """Parties and court see who takes part how, with the entry it rests on; strangers see nothing; a step never spoken
    of says so.
    """
    pending(small_scene)
    app, path = create_app(court=small_scene.court), f"/cases/{small_scene.case().reference}/consents"
    for who in ("li", "haiyun", "clerk", "judge"):
        page = Visitor(app, small_scene, who).get(path)
        assert "Not said" in page and "Filing, and reading the case" in page
    Visitor(app, small_scene, "stranger").get(path, 404)
    assert "/consents" in Visitor(app, small_scene, "li").get(f"/cases/{small_scene.case().reference}")
