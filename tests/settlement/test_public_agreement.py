"""How an action in the public interest ends: announced, looked at, or judged, and never unseen (CPI 233, 286–288; CPI 92)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.judgment.decision.file_before_judge import case_file
from odr.procedure.models import Task, Window, WindowState
from odr.settlement.models import Agreement, AgreementState, Offer
from tests.filing.test_public_interest import ALL_SHOWN, action, lodge
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

RELIEF = {"facts": [{"what": "It says false things."}], "relief": [{"kind": "apology", "what": "Apologise"}]}
OFFER: dict[str, Any] = {
    "to": "claimant/1",
    "amount": "0.00",
    "deed": "Stops selling the capsules and says so on its page.",
    "deed_by": "respondent/1",
    "days": 7,
}
PUBLIC = "Haiyun stops selling the capsules and says so on its page."


def pend(scene: Scene) -> None:
    """The action is accepted, and both sides are there and known."""
    lodge(scene)
    scene.do("find_public_interest", "clerk", **ALL_SHOWN)
    scene.accept("ordinary")
    scene.work()
    scene.join()
    respondent = next(one for one in scene.case().parties if one.role is Role.RESPONDENT)
    scene.do("verify_identity", "clerk", party=respondent.reference, means="licence")
    scene.work()


def agree(scene: Scene, **changes: Any) -> str:
    """Both agree; the reference of what they signed."""
    scene.do("make_offer", "haiyun", **{**OFFER, **changes})
    with scene.court.database.read() as session:
        offer = session.scalars(select(Offer.reference).where(Offer.case_id == scene.case_id).order_by(Offer.id)).all()[
            -1
        ]
    scene.do("accept_offer", "li", offer=offer)
    return agreement(scene).reference


def agreement(scene: Scene) -> Agreement:
    with scene.court.database.read() as session:
        mine = select(Agreement).where(Agreement.case_id == scene.case_id).order_by(Agreement.id)
        return session.scalars(mine).all()[-1]


def seal(scene: Scene, reference: str) -> None:
    number = scene.case().number
    given = {"agreement": reference, "case_number": number, "language": "en"}
    scene.do("sign_mediation", "judge", **given, premise=scene.premise("sign_mediation", "judge", **given))


def open_tasks(scene: Scene) -> list[str]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))))


def test_a_statement_is_made_only_after_the_announcement(small_scene: Scene) -> None:
    """Thirty days at least before the public, then the judge looks; only then it is sealed, and it says so (CPI 287)."""
    pend(small_scene)
    reference = agree(small_scene)
    with pytest.raises(ActNotOpen, match="announced first"):
        seal(small_scene, reference)
    with pytest.raises(InvalidInput, match="At least 30 days"):
        small_scene.do("announce_agreement", "judge", agreement=reference, words=PUBLIC, days=29)
    small_scene.do("announce_agreement", "judge", agreement=reference, words=PUBLIC, days=30)
    assert "confirm_agreement" not in open_tasks(small_scene)
    with pytest.raises(ActNotOpen, match="was announced"):
        small_scene.do("announce_agreement", "judge", agreement=reference, words=PUBLIC, days=30)
    small_scene.later(days=29)
    with pytest.raises(ActNotOpen, match="announced until the end of"):
        seal(small_scene, reference)
    small_scene.later(days=3)
    assert "confirm_agreement" in open_tasks(small_scene)
    seal(small_scene, reference)
    for who in ("li", "haiyun"):
        small_scene.do("sign_statement", who, agreement=reference)
    assert small_scene.case().stage is Stage.EFFECTIVE


def test_what_harms_the_public_is_judged(small_scene: Scene) -> None:
    """No statement is made of it, the case goes on, and another agreement is announced anew (CPI 287)."""
    pend(small_scene)
    reference = agree(small_scene)
    small_scene.do("announce_agreement", "judge", agreement=reference, words=PUBLIC, days=30)
    small_scene.later(days=32)
    small_scene.do("refuse_agreement", "judge", agreement=reference, reasons="It leaves what is on the market.")
    assert agreement(small_scene).state is AgreementState.FAILED and small_scene.case().stage is Stage.PENDING
    again = agree(small_scene)
    with pytest.raises(ActNotOpen, match="announced first"):
        seal(small_scene, again)


def test_an_agreement_that_falls_is_announced_no_more(small_scene: Scene) -> None:
    """A party says no while it is announced: its time ends, and nobody has to look at it (CPL 102)."""
    pend(small_scene)
    reference = agree(small_scene)
    small_scene.do("announce_agreement", "judge", agreement=reference, words=PUBLIC, days=30)
    small_scene.do("decline_agreement", "haiyun", agreement=reference)
    with small_scene.court.database.read() as session:
        mine = select(Window.state).where(
            Window.case_id == small_scene.case_id, Window.kind == "agreement_announcement"
        )
        assert session.scalars(mine).all() == [WindowState.ENDED]
    small_scene.later(days=32)
    assert "confirm_agreement" not in open_tasks(small_scene)


def test_no_agreement_ends_it_by_a_withdrawal(small_scene: Scene) -> None:
    """Nobody offers to settle by taking the action back: that would end it unseen (CPI 287, 288)."""
    pend(small_scene)
    with pytest.raises(InvalidInput, match="mediation statement alone"):
        agree(small_scene, ending="withdrawal")
    reference = agree(small_scene)
    with small_scene.court.database.write() as session:
        row = session.scalars(select(Agreement).where(Agreement.reference == reference)).one()
        row.ending = type(row.ending).WITHDRAWAL
    with pytest.raises(ActNotOpen, match="mediation statement alone"):
        small_scene.do("allow_agreed_withdrawal", "judge", agreement=reference)


def test_a_case_the_clock_accepted_is_not_settled_before_the_judge_looked(small_scene: Scene) -> None:
    """Whoever may not sue for the public does not settle for it either (CPL 58)."""
    small_scene.lodge(action(small_scene))
    small_scene.later(days=9)
    small_scene.work()
    small_scene.join()
    for party in small_scene.case().parties:
        small_scene.do("verify_identity", "clerk", party=party.reference, means="licence")
    reference = agree(small_scene)
    with pytest.raises(ActNotOpen, match="say first what you found"):
        small_scene.do("announce_agreement", "judge", agreement=reference, words=PUBLIC, days=30)
    with pytest.raises(ActNotOpen, match="announced first"):
        seal(small_scene, reference)


def test_an_agreement_in_another_case_is_not_announced(small_scene: Scene) -> None:
    """Only what concerns the public is shown to it: what others agree on stays theirs (CPI 146, 287)."""
    small_scene.pend()
    reference = agree(small_scene)
    with pytest.raises(ActNotOpen, match="Only an agreement in an action"):
        small_scene.do("announce_agreement", "judge", agreement=reference, words=PUBLIC, days=30)


def test_nothing_of_ones_own_is_claimed_in_it(small_scene: Scene) -> None:
    """No counterclaim and no registration; a private claim about the same conduct goes its own way (CPI 233, 286)."""
    pend(small_scene)
    with pytest.raises(ActNotOpen, match="No counterclaim"):
        small_scene.do("file_counterclaim", "haiyun", **RELIEF)
    with pytest.raises(ActNotOpen, match="Nobody registers"):
        small_scene.do(
            "announce_registration", "judge", about="Buyers of the capsules.", asked="The price back", days=30
        )
    public = small_scene.case_id
    small_scene.lodge(claim(), "stranger")
    small_scene.accept()
    assert small_scene.case_id != public and small_scene.case().stage is Stage.PENDING


def test_before_the_debate_ends_leave_may_be_given(small_scene: Scene) -> None:
    """While the case is prepared the procuratorate may ask for leave, and the judge decides (CPL 148)."""
    pend(small_scene)
    small_scene.do("withdraw_claim", "li")
    assert small_scene.case().stage is Stage.PENDING


@pytest.mark.parametrize(("begin", "undisputed"), [(pend, False), (Scene.pend, True)])
def test_nobody_admits_the_interest_of_the_public_away(
    small_scene: Scene, begin: Callable[[Scene], None], undisputed: bool
) -> None:
    """A fact that the other side admits is still to be found by the court, in this action and in no other (CPI 92)."""
    begin(small_scene)
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        known = [one.fact.reference for one in case_file(look, case).facts]
    answers = [{"fact": one, "stance": "admitted"} for one in known]
    small_scene.do("file_answer", "haiyun", position="admit", statement="All of it is so.", facts=answers)
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        assert {one.undisputed for one in case_file(look, case).facts} == {undisputed}


def test_everybody_reads_what_is_announced(small_scene: Scene) -> None:
    """The public page shows the words, the other side and the day, while it runs and after; the judge's page offers no seal before."""
    pend(small_scene)
    reference = agree(small_scene)
    app = create_app(court=small_scene.court)
    judge, anybody = Visitor(app, small_scene, "judge"), Visitor(app, small_scene, None)
    page = judge.get(f"/cases/{small_scene.case().reference}/agreement")
    assert re.search(r'name="days"[^>]* value="30"', page), "what the law asks for stands in the form"
    mine = Visitor(app, small_scene, "haiyun")
    assert "announces the agreement to the public" in mine.get(f"/cases/{small_scene.case().reference}")
    assert "Announce the agreement" in page and "Make the mediation statement" not in page
    assert "No agreement is announced now" in anybody.get("/announced-agreements")
    small_scene.do("announce_agreement", "judge", agreement=reference, words=PUBLIC, days=30)
    assert small_scene.case().number in anybody.get("/announced-agreements")
    assert "is announced to the public until the end of" in mine.get(f"/cases/{small_scene.case().reference}")
    one = anybody.get(f"/announced-agreements/{reference}")
    assert PUBLIC in one and "Haiyun Information" in one and "After that day" in one
    small_scene.later(days=32)
    mine = Visitor(app, small_scene, "haiyun")
    assert "the judge looks at the agreement" in mine.get(f"/cases/{small_scene.case().reference}")
    assert "The announcement is over" in anybody.get(f"/announced-agreements/{reference}")
    judge = Visitor(app, small_scene, "judge")
    assert "Make the mediation statement" in judge.get(f"/cases/{small_scene.case().reference}/agreement")
