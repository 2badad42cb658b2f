"""Who may bring an action in the public interest, and what it must show (CPL 58; CPI 282, 283, 289)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Outcome, Role, Stage
from odr.filing.inputs import ClaimInput
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.payments.models import FeeAssessment
from odr.procedure.models import Task
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

PROCURATORATE = "Lakeside People’s Procuratorate"
ALL_SHOWN = {
    "entitled": "yes",
    "published": "yes",
    "harm": "yes",
    "undecided": "yes",
    "reasons": "Looked at one by one.",
}
SAID = {
    "brought_by": "The people’s procuratorate",
    "entitled_by": "Civil Procedure Law, art. 58, found in the supervision of food safety.",
    "field": "Food and medicine: many consumers",
    "conduct": "Sells capsules with an additive that is not allowed.",
    "harm": "Thousands of buyers took the additive; the test report shows it.",
    "authority": "Lakeside Market Supervision Bureau",
    "published_at": "Justice Network, notice 12",
    "published_on": "2026-01-02",
    "published_until": "2026-02-05",
    "others": "Those the law names do not sue",
}


def action(scene: Scene, *, files: bool = True, who: dict[str, Any] | None = None, **said: Any) -> ClaimInput:
    """The procuratorate's claim against Haiyun for the public, with a test report."""
    told = claim()
    exhibits = [
        {
            "upload": scene.upload("li", b"additive found").reference,
            "title": "Test report",
            "proves": "The additive is in the capsules.",
            "source": "The laboratory.",
        }
    ]
    return claim(
        matter={"cause": "public_interest", "platform": None, "shop": None, "order_number": None},
        relief=[
            {"kind": "removal", "what": "Stop selling the capsules"},
            {"kind": "apology", "what": "Apologise to the public"},
        ],
        particulars={key: value for key, value in {**SAID, **said}.items() if value is not None},
        claimant={
            **told.claimant.model_dump(mode="json"),
            "name": PROCURATORATE,
            "kind": "organisation",
            **(who or {}),
        },
        exhibits=exhibits if files else [],
    )


def lodge(scene: Scene, **changes: Any) -> None:
    scene.lodge(action(scene, **changes))
    claimant = next(one for one in scene.case().parties if one.role is Role.CLAIMANT)
    scene.do("verify_identity", "clerk", party=claimant.reference, means="licence")


def tasks(scene: Scene) -> list[str]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))))


def test_the_registry_accepts_what_meets_every_condition(small_scene: Scene) -> None:
    """The clerk says first what was found; then the claim is accepted, and in ordinary procedure alone (CPL 42, 58; CPI 282)."""
    lodge(small_scene)
    with pytest.raises(ActNotOpen, match="say first what you found"):
        small_scene.accept("ordinary")
    receipt = small_scene.do("find_public_interest", "clerk", **ALL_SHOWN)
    with pytest.raises(InvalidInput):
        small_scene.accept("small_claims")
    small_scene.accept("ordinary")
    assert receipt.number and small_scene.case().stage is Stage.PENDING
    assert "public_interest" not in tasks(small_scene)


@pytest.mark.parametrize(
    ("changes", "at", "article"),
    [
        ({"who": {"name": "Li Wen", "kind": "person"}}, "entitled", "CPL 58"),
        ({"brought_by": "An authority or organisation the law names"}, "entitled", "CPI 283"),
        ({"published_at": None}, "published", "CPL 58"),
        ({"published_until": "2027-12-31"}, "published", "CPL 58"),
        ({"published_until": "2026-01-01"}, "published", "CPL 58"),
        ({"files": False}, "harm", "CPI 282(3)"),
    ],
)
def test_who_may_not_bring_it_is_refused_with_the_article(
    small_scene: Scene, changes: dict[str, Any], at: str, article: str
) -> None:
    """What the claim itself shows to be missing nobody can find to be there; the judge refuses with the article that asks for it."""
    lodge(small_scene, **changes)
    with pytest.raises(InvalidInput) as wrong:
        small_scene.do("find_public_interest", "clerk", **ALL_SHOWN)
    assert [fault.location for fault in wrong.value.faults] == [(at,)]
    small_scene.do("find_public_interest", "clerk", **{**ALL_SHOWN, at: "no"})
    with pytest.raises(ActNotOpen, match="this is not shown"):
        small_scene.accept("ordinary")
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        prefill = small_scene.court.table["propose_refusal"].prefill
        assert prefill is not None
        proposed = prefill(look, case, small_scene.actor("clerk"))
    assert proposed["article"] == article
    small_scene.refuse(str(proposed["reasons"]), article)
    assert small_scene.case().outcome is Outcome.REFUSED


def test_a_corrected_claim_is_looked_at_anew(small_scene: Scene) -> None:
    """What was found of the claim before counts no more once another one was sent (REG 8)."""
    lodge(small_scene)
    small_scene.do("find_public_interest", "clerk", **ALL_SHOWN)
    small_scene.do("return_claim", "clerk", defects=[{"part": "facts", "what": "Say when it was sold."}])
    small_scene.do("correct_claim", "li", action(small_scene))
    with pytest.raises(ActNotOpen, match="say first what you found"):
        small_scene.accept("ordinary")


def test_a_judge_who_keeps_the_claim_lets_it_be_accepted(small_scene: Scene) -> None:
    """The registry finds something missing, the judge does not refuse: it is accepted (CPL 126)."""
    lodge(small_scene)
    small_scene.do("find_public_interest", "clerk", **{**ALL_SHOWN, "harm": "no"})
    small_scene.do("propose_refusal", "clerk", reasons="No harm is shown.", article="CPI 282(3)")
    small_scene.do("decline_refusal", "judge", reasons="The report is enough for now.")
    small_scene.accept("ordinary")
    assert small_scene.case().stage is Stage.PENDING


def test_what_the_clock_accepted_is_heard_only_when_the_judge_has_looked(small_scene: Scene) -> None:
    """Undecided it is accepted first (REG 8); no hearing is opened before the judge found the conditions, and the judge may dismiss it."""
    lodge(small_scene)
    small_scene.later(days=9)
    assert small_scene.case().stage is Stage.PENDING and "public_interest" in tasks(small_scene)
    with pytest.raises(ActNotOpen, match="say first what you found"):
        small_scene.do("open_examination", "judge", mode="offline")
    small_scene.do("find_public_interest", "judge", **{**ALL_SHOWN, "harm": "no"})
    assert "public_interest" not in tasks(small_scene)
    with pytest.raises(ActNotOpen, match="this is not shown"):
        small_scene.do("open_examination", "judge", mode="offline")


def test_a_claim_of_ones_own_is_none_of_it(small_scene: Scene) -> None:
    """Whoever sues for what is theirs is asked none of this, and the parties find nothing (CPI 286)."""
    small_scene.lodge()
    with pytest.raises(ActNotOpen, match="somebody’s own right"):
        small_scene.do("find_public_interest", "clerk", **ALL_SHOWN)
    small_scene.accept()
    with pytest.raises(Forbidden):
        small_scene.do("find_public_interest", "li", **ALL_SHOWN)


def test_the_fee_is_that_of_the_tariff(small_scene: Scene) -> None:
    """No article lets such an action off paying in advance: without a sum of money, that of another claim not about property (FEE 13, 20)."""
    lodge(small_scene)
    small_scene.do("find_public_interest", "clerk", **ALL_SHOWN)
    small_scene.accept("ordinary")
    with small_scene.court.database.read() as session:
        fee = session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == small_scene.case_id)).one()
    assert fee.amount_minor == 8000


def decide_first(scene: Scene) -> None:
    """An earlier action against the same respondent, the judgment in it in effect."""
    lodge(scene)
    with scene.court.database.write() as session:
        session.get_one(Case, scene.case_id).effective_at = scene.clock.now()


def test_after_a_judgment_in_effect_no_other_action_is_brought(small_scene: Scene) -> None:
    """The registry is shown the earlier case; another about the same conduct is refused unless a law allows it (CPI 289)."""
    lodge(small_scene)
    with pytest.raises(InvalidInput):
        small_scene.do("find_public_interest", "clerk", **{**ALL_SHOWN, "undecided": "allowed"})
    decide_first(small_scene)
    lodge(small_scene)
    small_scene.do("find_public_interest", "clerk", **{**ALL_SHOWN, "undecided": "no"})
    with pytest.raises(ActNotOpen, match="this is not shown"):
        small_scene.accept("ordinary")
    small_scene.do("find_public_interest", "clerk", **{**ALL_SHOWN, "undecided": "allowed"})
    small_scene.accept("ordinary")


def test_pages_say_what_it_is_and_what_is_next(small_scene: Scene, visitor: Callable[[str | None], Visitor]) -> None:
    """The registry's page lists what is needed, the case's page says in both languages what comes next."""
    decide_first(small_scene)
    lodge(small_scene)
    reference = small_scene.case().reference
    page = visitor("clerk").get(f"/cases/{reference}/review")
    assert "Who may sue for the public" in page and "(decided)" in page
    told = visitor("li").get(f"/cases/{reference}")
    assert "Action in the public interest" in told and "no hearing is opened" in told
