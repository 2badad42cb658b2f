"""What ends a case without a judgment, or a part of it before the rest, stands in the ledger as what it is: numbered when it is sealed,
in effect when it binds, and never where it was set aside or not signed (JDP 3, 7; CPL 100, 102, 156 to 158).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Stage, Track
from odr.ground.clock import FixedClock
from odr.judgment.models import Obligation
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.court import Court
from odr.procedure.models import Task
from odr.register.publication import ledger
from odr.register.publication.models import Publication, PublicationState
from odr.settlement.models import AgreementState
from tests.filing.test_appeals import AWAY, DISMISSED, REFUSED, dismissed, ended, ruled
from tests.judgment.bench import Bench, lay_case
from tests.judgment.test_partial import issue, pay, served
from tests.register.publishing import publish
from tests.scene import Scene
from tests.settlement.test_before_filing import outside, reads, rule
from tests.settlement.test_offers import agreement_of, settle


def in_ledger(case: Scene | Bench) -> list[tuple[str, bool]]:
    """Kind of each number of the case, and whether it has effect; rows and chain say the same."""
    with case.court.database.read() as session:
        assert ledger.wrong_in(session) == []
        mine = session.get_one(Case, case.case_id)
        assert not [wrong for wrong in audit_projections(case.court, session, mine) if "ledger" in wrong]
        rows = session.scalars(
            select(Publication).where(Publication.case_id == case.case_id).order_by(Publication.number)
        )
        return [(row.kind, row.effective_at is not None) for row in rows]


def endings(case: Scene | Bench) -> list[tuple[str, bool]]:
    """The same of what ends the case."""
    return [(kind, has) for kind, has in in_ledger(case) if kind == "ruling"]


def desks_of(case: Scene | Bench) -> set[str]:
    """Kinds of task that lie on a desk."""
    with case.court.database.read() as session:
        open_tasks = select(Task.kind).where(Task.case_id == case.case_id, Task.done_at.is_(None))
        return set(session.scalars(open_tasks))


@pytest.fixture
def pending(small_scene: Scene) -> Scene:
    """A claim before the court, the respondent there."""
    small_scene.pend()
    return small_scene


@pytest.mark.parametrize("end", [dismissed, lambda scene: ruled(scene, **AWAY)])
def test_a_ruling_that_may_be_appealed_has_its_number_at_once_and_effect_when_nobody_may(
    pending: Scene, end: Callable[[Scene], None]
) -> None:
    """A dismissal and a transfer end the case once nobody can appeal (CPL 157, 158): nobody outside misses them in the ledger."""
    end(pending)
    assert pending.case().stage is Stage.PENDING and endings(pending) == [("ruling", False)]
    pending.later(days=13)
    assert pending.case().stage is Stage.CLOSED and endings(pending) == [("ruling", True)]
    assert "make_public" in desks_of(pending)


def test_a_ruling_that_leaves_the_case_here_ends_nothing(pending: Scene) -> None:
    """An objection to jurisdiction that is refused is a ruling on the way: the case goes on."""
    ruled(pending)
    pending.later(days=13)
    assert endings(pending) == []


def test_a_ruling_that_was_set_aside_never_has_effect(pending: Scene) -> None:
    """The case goes on and is dismissed again: of the two only the second binds, though the case is over (CPI 330)."""
    dismissed(pending)
    pending.do("appeal_dismissal", "li", words="The court is wrong.")
    pending.do("record_ruling_appeal", "clerk", ended(pending, "dismissal", "set_aside"))
    pending.do("give_ruling", "judge", **{**DISMISSED, "orders": "The action is dismissed all the same."})
    pending.work()
    pending.later(days=13)
    assert pending.case().stage is Stage.CLOSED
    assert endings(pending) == [("ruling", False), ("ruling", True)]


@pytest.mark.parametrize("result", ["set_aside", "late"])
def test_the_refusal_of_a_claim_has_effect_when_its_days_are_over(small_scene: Scene, result: str) -> None:
    """Refused, the case is closed in that moment, and the ruling binds nobody who can still appeal from it (CPL 126, 157, 171)."""
    small_scene.lodge()
    small_scene.refuse(**REFUSED)
    assert in_ledger(small_scene) == [("ruling", False)]
    small_scene.work()
    assert in_ledger(small_scene) == [("ruling", False)]
    if result == "late":
        small_scene.later(days=13)
        assert in_ledger(small_scene) == [("ruling", True)]
        return
    small_scene.do("appeal_refusal", "li", words="It belongs here.")
    small_scene.later(days=20)
    small_scene.do("record_ruling_appeal", "clerk", ended(small_scene, "refusal", result))
    small_scene.accept()
    small_scene.do("withdraw_claim", "li")
    assert in_ledger(small_scene)[0] == ("ruling", False)


def test_what_is_ruled_in_a_case_that_is_over_is_no_ruling_that_ends_it(whole_court: Court, clock: FixedClock) -> None:
    """The president dismisses an application for retrial of a closed case: that paper ended nothing, and is not called so."""
    bench = lay_case(whole_court, clock, track=Track.SMALL)
    bench.effective()
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation.reference)).one()
    bench.do("claimant/1", "forgo_rest", {"obligation": owed})
    bench.do("clerk", "close_case", {})
    given = {"grounds": ["law"], "facts": "The law was not applied.", "asks": "Dismiss the claim.", "court": "here"}
    bench.do("respondent/1", "apply_for_retrial", given)
    bench.serve("claimant/1", occasion="apply_for_retrial")
    bench.wait(days=16)
    bench.do("president", "rule_on_retrial", {"answer": "refuse", "reasons": "The law was rightly applied."})
    assert bench.case().stage is Stage.CLOSED
    assert in_ledger(bench) == [("judgment", True), ("retrial", False)]


def test_a_statement_that_somebody_did_not_sign_never_has_effect(bench: Bench) -> None:
    """It was made and refused, and the case was judged: the judgment binds, and the statement never did (CPL 100, 102)."""
    reference = settle(bench)
    bench.do("judge", "sign_mediation", {"agreement": reference, "case_number": bench.number, "language": "en"})
    bench.do("claimant/1", "sign_statement", {"agreement": reference})
    bench.do("respondent/1", "decline_agreement", {"agreement": reference})
    assert agreement_of(bench).state is AgreementState.FAILED
    bench.effective()
    assert in_ledger(bench) == [("mediation", False), ("judgment", True)] and "withhold" not in desks_of(bench)


def test_a_statement_has_effect_with_the_last_signature(bench: Bench) -> None:
    """Signed by both it binds, and a judge decides whether it is withheld as its kind is."""
    reference = settle(bench)
    bench.do("judge", "sign_mediation", {"agreement": reference, "case_number": bench.number, "language": "en"})
    bench.do("claimant/1", "sign_statement", {"agreement": reference})
    assert in_ledger(bench) == [("mediation", False)]
    bench.do("respondent/1", "sign_statement", {"agreement": reference})
    assert in_ledger(bench) == [("mediation", True)] and "withhold" in desks_of(bench)


def test_a_confirmation_that_was_set_aside_has_no_effect_any_more(small_scene: Scene) -> None:
    """Upheld objection: the ruling that confirmed is undone, the one that says so binds (CPI 372)."""
    scene = small_scene
    outside(scene)
    scene.join()
    scene.do("join_application", "haiyun")
    rule(scene)
    assert in_ledger(scene) == [("confirmation", True)]
    reads(scene, "haiyun")
    scene.do("object_to_confirmation", "haiyun", words="I signed under threat.")
    scene.do(
        "rule_on_objection", "judge", result="set_aside", reasons="The threat is shown by the messages.", language="en"
    )
    assert in_ledger(scene) == [("confirmation", False), ("not_confirmed", True)]


@pytest.mark.parametrize(
    ("result", "more", "kind", "desk"),
    [
        ("confirmed", {}, "confirmation", "withhold"),
        ("dismissed", {"ground": "unclear"}, "not_confirmed", "make_public"),
    ],
)
def test_only_what_confirms_an_agreement_is_withheld_as_a_rule(
    small_scene: Scene, result: str, more: dict[str, str], kind: str, desk: str
) -> None:
    """The confirmation of an agreement is not published; that none is confirmed is a ruling like any (JDP 3(2), 4(3))."""
    outside(small_scene)
    small_scene.join()
    small_scene.do("join_application", "haiyun")
    rule(small_scene, result, **more)
    assert in_ledger(small_scene) == [(kind, True)]
    assert {"withhold", "make_public"} & desks_of(small_scene) == {desk}


def test_a_dismissal_is_published_without_names(bench: Bench) -> None:
    """It goes the way of any decision: proposed, approved by another, published, with the names of the parties replaced."""
    bench.do("judge", "give_ruling", DISMISSED)
    bench.nobody_appeals()
    assert bench.case().stage is Stage.CLOSED and in_ledger(bench) == [("ruling", True)]
    row = publish(bench)
    text = create_app(court=bench.court).test_client().get(f"/decisions/{row.address}.txt").get_data(as_text=True)
    assert DISMISSED["orders"] in text
    assert not [party.name for party in bench.case().parties if re.search(rf"\b{party.name}\b", text)]


def test_a_part_is_public_while_the_rest_is_heard(bench: Bench) -> None:
    """A partial judgment in effect is owed to the public seven working days later, whatever becomes of the rest (CPL 156; JDP 7)."""
    bench.findings()
    issue(bench, kind="partial", orders=[pay(bench, 1, "8,000.00")])
    served(bench)
    bench.wait(days=20)
    assert bench.case().stage is Stage.DELIBERATION and in_ledger(bench) == [("judgment", True)]
    assert "make_public" in desks_of(bench)
    assert publish(bench).state is PublicationState.PUBLISHED and bench.case().stage is Stage.DELIBERATION
